// The run's numbers as files for other programs.

/** @import { Lab } from '../lab.js' */
/** @import { Kept } from '../lab/types.js' */

/**
 * Generated points, as `flow-lab sample` writes them.
 * @param {Lab} lab
 * @param {Kept | null} past the model of the past that is looked at
 * @param {'data' | 'model'} whose the units of the points
 * @returns {Promise<Blob>} CSV
 */
export async function points(lab, past, whose = 'data') {
  // Asked together, so that no other run comes between them.
  const [samples, { mean, std, places }] = await Promise.all([lab.sample({ ends: true }), lab.units('target')]);
  const { positions: now, count, dim } = samples;
  const positions = past ? (await lab.carry(now.slice(0, count * dim), { at: past, ends: true })).positions : now;
  const names = dim === 2 ? ['x', 'y'] : Array.from({ length: dim }, (_, d) => `x${d + 1}`);
  const ofData = (x, axis) => (mean[axis] + std * x).toFixed(places ?? 0);
  const cells = (point) => (whose === 'data' && places !== null ? Array.from(point, ofData) : point);
  const rows = Array.from({ length: count }, (_, k) =>
    cells(positions.subarray((count + k) * dim, (count + k + 1) * dim)).join(','),
  );
  return new Blob([`${[names.join(','), ...rows].join('\n')}\n`], { type: 'text/csv' });
}

/**
 * What was asked for and what came of it: options, device, the loss of every step, the measures. Distances are in the
 * model's units; `units` takes its points to those of the data: mean[axis] + std * x.
 * @param {Lab} lab
 * @param {string} link
 * @param {Kept | null} past as for `points`; measures are of the present model alone
 * @returns {Promise<Blob>} JSON
 */
export async function record(lab, link, past) {
  // Asked together, so that no training step comes between them.
  const [all, floor, metrics, ...both] = await Promise.all([
    lab.losses(),
    lab.lossFloor(),
    past ? null : lab.metrics(),
    lab.units('source'),
    lab.units('target'),
  ]);
  const [source, target] = both.map(({ mean, std }) => ({ mean: [...mean], std }));
  const { options, device, notes } = lab;
  const losses = past ? all.subarray(0, past.step) : all;
  const units = { source, target };
  /** @type {Record<string, unknown>} */
  const found = { link, step: losses.length, options, device, notes, floor, metrics, units, losses: [...losses] };
  if (past) found.remark = `The model as it was at step ${past.step}: measures are of the present model alone.`;
  return new Blob([JSON.stringify(found, null, 1)], { type: 'application/json' });
}
