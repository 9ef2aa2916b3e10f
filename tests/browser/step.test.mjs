// One recorded training step, its numbers derived again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inPage, useChromium } from './pages.mjs';

const used = useChromium();

test('a recorded step is real: its numbers follow from each other, and the run goes on as without it', async () => {
  const { recorded, losses, unwatched } = await inPage(used, async () => {
    const { Lab } = await import('/lab.js');
    const options = { width: 24, depth: 2, batch: 64, seed: 5, device: 'cpu', ema: 0.9 };
    const lab = await Lab.create(options);
    await lab.train(20);
    const { step, loss, dim, ...arrays } = await lab.recordStep();
    await lab.train(9);
    const other = await Lab.create(options);
    await other.train(30);
    const plain = Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, [...values]]));
    return {
      recorded: { step, loss, dim, ...plain },
      losses: [...(await lab.losses())],
      unwatched: [...(await other.losses())],
    };
  });
  assert.deepEqual(losses, unwatched);
  const { step, loss, dim, x0, x1, t, xt, ut, before, after } = recorded;
  assert.deepEqual([step, dim, t.length, x0.length], [21, 2, 64, 128]);
  assert.equal(loss, losses[20]);
  const near = (a, b, what) => assert.ok(Math.abs(a - b) < 1e-5 * (1 + Math.abs(b)), `${what}: ${a} and ${b}`);
  xt.forEach((value, i) => near(value, (1 - t[i >> 1]) * x0[i] + t[i >> 1] * x1[i], 'xt'));
  ut.forEach((value, i) => near(value, x1[i] - x0[i], 'ut'));
  const lossOf = (answer) => answer.reduce((sum, value, i) => sum + (value - ut[i]) ** 2, 0) / answer.length;
  near(lossOf(before), loss, 'the loss');
  assert.ok(lossOf(after) < loss, `${lossOf(after)} after the step, ${loss} before`);
});
