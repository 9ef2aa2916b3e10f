// The run's numbers as files for other programs.

/** Generated points, as `flow-lab sample` writes them. @returns {Promise<Blob>} CSV */
export async function points(lab) {
  const { positions, count, dim } = await lab.sample({ ends: true });
  const names = dim === 2 ? ['x', 'y'] : Array.from({ length: dim }, (_, d) => `x${d + 1}`);
  const rows = Array.from({ length: count }, (_, k) =>
    positions.subarray((count + k) * dim, (count + k + 1) * dim).join(','),
  );
  return new Blob([`${[names.join(','), ...rows].join('\n')}\n`], { type: 'text/csv' });
}

/**
 * What was asked for and what came of it: options, device, the loss of every step, the measures.
 * @returns {Promise<Blob>} JSON
 */
export async function record(lab, link) {
  // Asked together, so that no training step comes between them.
  const [losses, floor, metrics] = await Promise.all([lab.losses(), lab.lossFloor(), lab.metrics()]);
  const { options, device, notes } = lab;
  const step = losses.length;
  return new Blob(
    [JSON.stringify({ link, step, options, device, notes, floor, metrics, losses: [...losses] }, null, 1)],
    { type: 'application/json' },
  );
}
