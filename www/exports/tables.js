// The run's numbers as files for other programs.

/**
 * Generated points, as `flow-lab sample` writes them.
 * @param {'data' | 'model'} whose the units of the points
 * @returns {Promise<Blob>} CSV
 */
export async function points(lab, whose = 'data') {
  // Asked together, so that no other run comes between them.
  const asked = [lab.sample({ ends: true }), lab.units('target')];
  const [{ positions, count, dim }, { mean, std, places }] = await Promise.all(asked);
  const names = dim === 2 ? ['x', 'y'] : Array.from({ length: dim }, (_, d) => `x${d + 1}`);
  const ofData = (x, axis) => (mean[axis] + std * x).toFixed(places);
  const cells = (point) => (whose === 'data' && places !== null ? Array.from(point, ofData) : point);
  const rows = Array.from({ length: count }, (_, k) =>
    cells(positions.subarray((count + k) * dim, (count + k + 1) * dim)).join(','),
  );
  return new Blob([`${[names.join(','), ...rows].join('\n')}\n`], { type: 'text/csv' });
}

/**
 * What was asked for and what came of it: options, device, the loss of every step, the measures. Distances are in the
 * model's units; `units` takes its points to those of the data: mean[axis] + std * x.
 * @returns {Promise<Blob>} JSON
 */
export async function record(lab, link) {
  // Asked together, so that no training step comes between them.
  const [losses, floor, metrics, ...both] = await Promise.all([
    lab.losses(),
    lab.lossFloor(),
    lab.metrics(),
    lab.units('source'),
    lab.units('target'),
  ]);
  const [source, target] = both.map(({ mean, std }) => ({ mean: [...mean], std }));
  const { options, device, notes } = lab;
  const step = losses.length;
  const units = { source, target };
  const held = { link, step, options, device, notes, floor, metrics, units, losses: [...losses] };
  return new Blob([JSON.stringify(held, null, 1)], { type: 'application/json' });
}
