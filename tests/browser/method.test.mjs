// The method through the public JavaScript API, on the CPU in Chromium: closed forms, the floor, solvers, couplings,
// likelihood.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inPage, useChromium } from './pages.mjs';

const used = useChromium();

/** Small enough for a busy machine. */
const SMALL = { width: 24, depth: 2, batch: 128, device: 'cpu', seed: 3 };

const quietly = (scenario, argument) => inPage(used, scenario, argument);

/** u*(x, t) of N(0, I) to a mixture of equal Gaussians on a linear path: SPEC §2. */
function exactVelocity([x, y], t, means, std) {
  const variance = (1 - t) ** 2 + (t * std) ** 2;
  const away = means.map(([mx, my]) => [x - t * mx, y - t * my]);
  const weights = away.map(([dx, dy]) => Math.exp(-(dx * dx + dy * dy) / (2 * variance)));
  const total = weights.reduce((a, b) => a + b);
  const gain = (t * std * std - (1 - t)) / variance;
  return [0, 1].map((axis) =>
    means.reduce((sum, mean, k) => sum + (weights[k] / total) * (mean[axis] + gain * away[k][axis]), 0),
  );
}

test('the exact velocity from a Gaussian to 8 Gaussians is the closed form, to 1e-4', async () => {
  const means = Array.from({ length: 8 }, (_, k) => [5 * Math.cos((k * Math.PI) / 4), 5 * Math.sin((k * Math.PI) / 4)]);
  const points = [
    [0, 0],
    [0.5, -0.3],
    [-2, 1],
    [3.5, 3.5],
    [-6, 0.1],
  ];
  const times = [0.1, 0.5, 0.9];
  const found = await quietly(
    async ({ options, points, times }) => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(options);
      const fields = [];
      for (const t of times) fields.push([...(await lab.exactVelocity(points, t))]);
      return fields;
    },
    { options: { ...SMALL, target: '8gaussians' }, points: points.flat(), times },
  );
  times.forEach((t, k) => {
    const expected = points.flatMap((point) => exactVelocity(point, t, means, 1));
    expected.forEach((value, i) =>
      assert.ok(Math.abs(found[k][i] - value) < 1e-4 * (1 + Math.abs(value)), `t = ${t}: ${found[k][i]} for ${value}`),
    );
  });
});

test('the loss floor of the 4×4 board is 1.686, and train() names it once it is known', async () => {
  const { floor, before, after } = await quietly(
    async (options) => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(options);
      const before = (await lab.train(2)).lossFloor;
      const floor = await lab.lossFloor();
      const after = (await lab.train(2)).lossFloor;
      return { floor, before, after };
    },
    { ...SMALL, target: 'checkerboard' },
  );
  assert.equal(before, null);
  assert.ok(Math.abs(floor.loss - 1.686) < 0.02, `${floor.loss}`);
  assert.ok(floor.standardError > 0 && floor.standardError < 0.02);
  assert.equal(floor.exactness, 'exact');
  assert.equal(after, floor.loss);
});

test('every solver makes the velocity evaluations that its order asks for', async () => {
  const found = await quietly(async (options) => {
    const { Lab } = await import('/lab.js');
    const lab = await Lab.create({ ...options, solver: 'midpoint', solverSteps: 5 });
    const evaluations = {};
    for (const solver of ['euler', 'midpoint', 'heun', 'rk4', 'dopri5']) {
      evaluations[solver] = (await lab.sample({ count: 20, steps: 8, solver })).evaluations;
    }
    const own = (await lab.sample({ count: 20 })).evaluations;
    const loose = (await lab.sample({ count: 20, solver: 'dopri5', tolerance: 0.1 })).evaluations;
    const refused = await lab.sample({ solver: 'magic' }).catch((error) => error.message);
    return { evaluations, own, loose, refused };
  }, SMALL);
  const { dopri5, ...fixed } = found.evaluations;
  assert.deepEqual(fixed, { euler: 8, midpoint: 16, heun: 16, rk4: 32 });
  assert.equal(found.own, 10);
  assert.equal(dopri5 % 6, 1, `${dopri5} evaluations: 6 a step and one at the start`);
  assert.ok(found.loose <= dopri5);
  assert.match(found.refused, /solver = magic: must be one of euler, midpoint/);
});

test('the learned density integrates to 1 within 5 %', async () => {
  const integral = await quietly(async (options) => {
    const { Lab } = await import('/lab.js');
    const lab = await Lab.create(options);
    await lab.train(150);
    const [side, extent] = [61, 5];
    const at = (k) => ((k + 0.5) / side) * 2 * extent - extent;
    const grid = Array.from({ length: side * side }, (_, k) => [at(k % side), at(Math.floor(k / side))]).flat();
    const log = await lab.logDensity(grid, { solver: 'midpoint', steps: 20 });
    return log.reduce((sum, value) => sum + Math.exp(value), 0) * ((2 * extent) / side) ** 2;
  }, SMALL);
  assert.ok(Math.abs(integral - 1) < 0.05, `${integral}`);
});

test('metrics come with their numbers of points and their floors', async () => {
  const metrics = await quietly(
    async (options) => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(options);
      await lab.train(50);
      return lab.metrics({ count: 500, solver: 'midpoint', steps: 10 });
    },
    { ...SMALL, target: 'checkerboard' },
  );
  assert.equal(metrics.count, 500);
  assert.equal(metrics.w2Count, 500);
  assert.equal(metrics.evaluations, 20);
  for (const name of ['w2', 'w2Floor', 'slicedW2', 'slicedW2Floor', 'npe', 'pathEnergy', 'straightness'])
    assert.ok(metrics[name] > 0, name);
  assert.ok(metrics.w2 > metrics.w2Floor);
  assert.equal(metrics.insideShareTarget, 1);
  assert.ok(metrics.insideShare < 1 && metrics.worstMode < 1 && metrics.worstModeTarget > 0.5);
});

test('optimal transport pairs lower the path energy, say what they cost, and have no closed form', async () => {
  const seen = await quietly(
    async (options) => {
      const { Lab } = await import('/lab.js');
      const run = async (coupling) => {
        const lab = await Lab.create({ ...options, coupling });
        await lab.train(300);
        const { pathEnergy, straightness } = await lab.metrics({ count: 400, steps: 20 });
        const exact = await lab.exactVelocity([0, 0], 0.5);
        const result = {
          pathEnergy,
          straightness,
          pairing: await lab.pairingMs(),
          exact: exact && exact.length,
          floor: await lab.lossFloor(),
        };
        lab.dispose();
        return result;
      };
      return { independent: await run('independent'), ot: await run('ot') };
    },
    { ...SMALL, target: 'checkerboard' },
  );
  console.log(
    `path energy ${seen.independent.pathEnergy.toFixed(2)} independent, ${seen.ot.pathEnergy.toFixed(2)} with OT pairs`,
  );
  assert.ok(seen.ot.pathEnergy < seen.independent.pathEnergy);
  assert.ok(seen.ot.straightness < 0.5 * seen.independent.straightness);
  assert.equal(seen.independent.pairing, null);
  assert.ok(seen.ot.pairing > 0);
  assert.equal(seen.independent.exact, 2);
  assert.deepEqual([seen.ot.exact, seen.ot.floor], [null, null]);
});

test('reflow trains on from 0 on its own pairs, and its trajectories become straighter', async () => {
  const seen = await quietly(async (options) => {
    const { Lab } = await import('/lab.js');
    const lab = await Lab.create(options);
    await lab.train(400);
    const before = await lab.metrics({ count: 300, steps: 20 });
    await lab.reflow({ count: 2000, steps: 20 });
    const losses = (await lab.losses()).length;
    await lab.train(300);
    const after = await lab.metrics({ count: 300, steps: 20 });
    return {
      before: before.straightness,
      after: after.straightness,
      losses,
      coupling: lab.options.coupling,
      exact: await lab.exactVelocity([0, 0], 0.5),
    };
  }, SMALL);
  console.log(`straightness ${seen.before.toFixed(3)} before reflow, ${seen.after.toFixed(3)} after`);
  assert.ok(seen.after < 0.5 * seen.before);
  assert.deepEqual([seen.losses, seen.coupling, seen.exact], [0, 'reflow', null]);
});

test('a board in 3 dimensions trains and gives points of 3 coordinates', async () => {
  const seen = await quietly(
    async (options) => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(options);
      const { loss } = await lab.train(30);
      const { positions, count, dim, times } = await lab.sample({ count: 50, steps: 4 });
      const exact = await lab.exactVelocity([0, 0, 0], 0.5);
      return {
        loss,
        dim,
        finite: positions.every(Number.isFinite),
        length: positions.length,
        expected: times.length * count * 3,
        exact: exact.length,
      };
    },
    { ...SMALL, target: 'checkerboard', board: 2, dim: 3 },
  );
  assert.ok(seen.loss > 0);
  assert.equal(seen.dim, 3);
  assert.ok(seen.finite);
  assert.equal(seen.length, seen.expected);
  assert.equal(seen.exact, 3);
});
