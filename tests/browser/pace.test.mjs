// How much work at a time: simulated devices with a cost for every slice handed over, and one for every step.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Slices } from '../../www/lab/slices.js';

/** The size of a slice after so many of them, each taking `over + steps * each` ms. */
function settled(kind, over, each, slices = 60, pace = new Slices(kind)) {
  for (let k = 0; k < slices; k++) pace.took(over + pace.steps * each, pace.steps);
  return pace.steps;
}

describe('pace', () => {
  test('a slice of the CPU takes about 30 ms, of a GPU about 8, where handing over costs nothing', () => {
    for (const each of [0.1, 0.7, 3]) {
      const cpu = settled('cpu', 0, each) * each;
      assert.ok(cpu > 10 && cpu <= 60, `CPU, ${each} ms a step: ${cpu} ms`);
      const gpu = settled('webgpu', 0, each) * each;
      assert.ok(gpu >= 3 && gpu <= 16, `GPU, ${each} ms a step: ${gpu} ms`);
    }
  });

  test('steps that take longer than a slice come one by one', () => {
    assert.equal(settled('cpu', 0, 400), 1);
    assert.equal(settled('webgpu', 2, 3000), 1);
  });

  test('where handing over costs 40 ms, slices grow until it is a small part, and never past 200 ms', () => {
    const steps = settled('webgpu', 40, 0.5);
    assert.ok(steps >= 100 && 40 + steps * 0.5 <= 200, `${steps} steps`);
  });

  test('a device that slows down tenfold gets shorter slices again', () => {
    const pace = new Slices('cpu');
    const before = settled('cpu', 0, 0.5, 60, pace);
    const after = settled('cpu', 0, 50, 60, pace);
    assert.ok(after < before / 10, `${before}, then ${after}`);
  });
});
