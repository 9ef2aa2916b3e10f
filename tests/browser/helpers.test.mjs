// Workers that share what the CPU computes, against one that works alone: equal to the last bit.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../www/tools/serve.js';
import { dist, listen, startChromium, startFirefox, startServer } from './browsers.mjs';

/** Runs in the page: a few steps of each run by so many workers, and points that they carry. */
async function together({ runs, workers }) {
  const { Lab } = await import('/lab.js');
  const lab = await Lab.create({ device: 'cpu' });
  if (workers) await lab.share(workers);
  const found = [];
  for (const { options, steps, asked } of runs) {
    await lab.restart({ ...options, device: 'cpu' });
    const progress = await lab.train(steps);
    const { values } = await lab.weights();
    const { positions, times, count } = await lab.sample(asked);
    const x0 = positions.slice(0, count * lab.options.dim);
    const carried = await lab.carry(x0, { ...asked, weights: values, ends: true });
    const sum = (numbers) => numbers.reduce((sum, x) => sum + x, 0);
    const equal = carried.positions.every(
      (x, i) => x === positions[i < x0.length ? i : positions.length - 2 * x0.length + i],
    );
    found.push({
      workers: progress.workers,
      losses: [...(await lab.losses())],
      weights: sum(values),
      positions: sum(positions),
      length: positions.length,
      times: times.length,
      equal,
    });
  }
  const model = await lab.save();
  await lab.train(2);
  await lab.load(model);
  const again = await lab.train(2);
  found.push({ workers: again.workers, losses: [...(await lab.losses())], equal: true });
  const refused = await lab.carry([1, 2, 3]).catch(({ message }) => message);
  lab.dispose();
  return { found, refused };
}

const RUNS = [
  { options: { preset: 'ring', ema: 0.9 }, steps: 6, asked: { count: 5001, steps: 4 } },
  {
    options: { preset: 'checkerboard', seed: 3 },
    steps: 2,
    asked: { count: 1003, steps: 7, solver: 'rk4', ends: true },
  },
  { options: { preset: 'moons' }, steps: 20, asked: { count: 10000, steps: 5, solver: 'heun' } },
  { options: { preset: 'moons' }, steps: 2, asked: { count: 500, steps: 2, solver: 'dopri5' } },
  // x1 for output, and times that weigh.
  {
    options: {
      source: 'gaussian',
      target: 'uniform',
      dim: 16,
      width: 160,
      depth: 4,
      batch: 700,
      predict: 'target',
      schedule: 'vp',
      time: 'sinusoidal',
    },
    steps: 4,
    asked: { count: 2000, steps: 3 },
  },
];

let site;
before(async () => void (site = await startServer()));
after(() => site?.server.close());

for (const [name, start] of [
  ['Chromium', startChromium],
  ['Firefox', startFirefox],
]) {
  describe(name, () => {
    test('two and four workers find what one finds', async (t) => {
      const browser = await start();
      t.after(() => browser.close());
      const page = await browser.newPage();
      const heard = listen(page);
      await page.goto(`${site.address}options.json`);
      const by = async (workers) => page.evaluate(together, { runs: RUNS, workers });
      const one = await by(1);
      assert.deepEqual(
        one.found.map(({ workers }) => workers),
        [1, 1, 1, 1, 1, 1],
      );
      assert.ok(
        one.found.every(({ equal }) => equal),
        'what was carried again came elsewhere',
      );
      assert.match(one.refused, /3 numbers do not make whole points/);
      for (const workers of name === 'Chromium' ? [2, 4] : [2]) {
        const several = await by(workers);
        assert.deepEqual(
          several.found.map((run) => run.workers),
          [workers, workers, 1, 1, workers, workers],
        );
        assert.deepEqual({ ...several, found: several.found.map((run) => ({ ...run, workers: 1 })) }, one);
      }
      assert.deepEqual(heard.complaints, []);
    });
  });
}

/** The site with something said before the worker's own script. */
async function changed(said) {
  const folder = mkdtempSync(join(tmpdir(), 'flow-lab-helpers-'));
  cpSync(dist, folder, { recursive: true });
  writeFileSync(join(folder, 'worker.js'), said + readFileSync(join(dist, 'worker.js'), 'utf8'));
  return { ...(await serve(folder)), remove: () => rmSync(folder, { recursive: true }) };
}

describe('without helpers', () => {
  const FAILURES = {
    'a browser where workers have no workers': 'self.Worker = undefined;',
    'helpers whose script does not load':
      '{ const { Worker } = self; ' +
      'self.Worker = class extends Worker { constructor() { super("./nowhere.js", { type: "module" }); } }; }',
    'helpers that stop at work':
      'addEventListener("message", ({ data }) => { ' +
      'if (data.method === "work") { self.onmessage = null; throw new Error("stopped"); } });',
  };
  for (const [name, said] of Object.entries(FAILURES)) {
    test(`${name}: one goes on alone, and loses no step`, async (t) => {
      const [browser, other] = [await startChromium(), await changed(said)];
      t.after(async () => {
        await browser.close();
        other.server.close();
        other.remove();
      });
      const page = await browser.newPage();
      await page.goto(`${other.address}options.json`);
      const runs = RUNS.slice(0, 1);
      const { found } = await page.evaluate(together, { runs, workers: 2 });
      await page.goto(`${site.address}options.json`);
      const alone = await page.evaluate(together, { runs, workers: 1 });
      assert.deepEqual(found, alone.found);
    });
  }
});
