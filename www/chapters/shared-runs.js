// The run that most chapters share: it is trained once, and kept from chapter to chapter.

export const RUN = { source: 'gaussian', target: 'moons', seed: 1 };

/** From eight Gaussians to two moons: two ends with a shape, where pairing matters. */
export const CROSSING = { source: '8gaussians', target: 'moons', seed: 1, steps: 1500 };
