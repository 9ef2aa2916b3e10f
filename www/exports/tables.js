// The run's numbers as files for other programs.

/** @import { Lab } from '../lab.js' */
/** @import { Kept } from '../lab/types.js' */

/**
 * Generated points, as `flow-lab sample` writes them.
 * @param {Lab} lab
 * @param {Kept | null} past the model of the past that is looked at
 * @returns {Promise<Blob>} CSV
 */
export async function points(lab, past) {
  const { positions: now, count, dim } = await lab.sample({ ends: true });
  const positions = past ? (await lab.carry(now.slice(0, count * dim), { at: past, ends: true })).positions : now;
  const names = dim === 2 ? ['x', 'y'] : Array.from({ length: dim }, (_, d) => `x${d + 1}`);
  const rows = Array.from({ length: count }, (_, k) =>
    positions.subarray((count + k) * dim, (count + k + 1) * dim).join(','),
  );
  return new Blob([`${[names.join(','), ...rows].join('\n')}\n`], { type: 'text/csv' });
}

/**
 * What was asked for and what came of it: options, device, the loss of every step, the measures.
 * @param {Lab} lab
 * @param {string} link
 * @param {Kept | null} past as for `points`; measures are of the present model alone
 * @returns {Promise<Blob>} JSON
 */
export async function record(lab, link, past) {
  // Asked together, so that no training step comes between them.
  const [all, floor, metrics] = await Promise.all([lab.losses(), lab.lossFloor(), past ? null : lab.metrics()]);
  const { options, device, notes } = lab;
  const losses = past ? all.subarray(0, past.step) : all;
  /** @type {Record<string, unknown>} */
  const found = { link, step: losses.length, options, device, notes, floor, metrics, losses: [...losses] };
  if (past) found.remark = `The model as it was at step ${past.step}: measures are of the present model alone.`;
  return new Blob([JSON.stringify(found, null, 1)], { type: 'application/json' });
}
