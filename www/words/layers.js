// The stage's layers as readers meet them: `words` names one, `doc` explains it, `scale` stands at its heat map's ends.

export const LAYER_WORDS = {
  density: {
    words: 'density',
    doc: 'Where the flowing points are, pₜ, estimated from them: each is spread over a small Gaussian.',
    scale: { words: 'density of the points', unit: 'per unit area' },
  },
  speed: {
    words: 'speed',
    doc: 'How fast the learned field moves a point that is there, |v(x, t)|.',
    scale: { words: 'speed |v|', unit: '' },
  },
  likelihood: {
    words: 'log-likelihood',
    doc: 'ln p₁(x) of the learned flow, in nats.',
    scale: { words: 'ln p₁, log-likelihood', unit: 'nats' },
  },
  contours: {
    words: 'contours',
    doc: 'Lines of equal density pₜ, estimated in the same way.',
  },
  grid: {
    words: 'grid',
    doc: 'A coarse grid that the learned flow carries: space itself deforms.',
  },
  fineGrid: {
    words: 'fine grid',
    doc: 'The same with narrow meshes.',
  },
  source: {
    words: 'source',
    doc: 'Fresh points of the source, where the flow starts.',
  },
  target: {
    words: 'target',
    doc: 'Fresh points of the target, where the flow should end.',
  },
  pairs: {
    words: 'pairs',
    doc: 'Pairs x₀–x₁ of one training batch, as this run couples them.',
  },
  trajectories: {
    words: 'trajectories',
    doc: 'The whole way of some of the points.',
  },
  tails: {
    words: 'tails',
    doc: 'What the points have just left behind them.',
  },
  velocity: {
    words: 'velocity',
    doc: 'The learned velocity v(x, t) on a grid.',
  },
  exact: {
    words: 'exact velocity',
    doc: 'The velocity that perfect training would reach, computed without a network.',
  },
  difference: {
    words: 'learned − exact',
    doc: 'What is still wrong: the learned velocity minus the exact one, at the same scale.',
  },
  generated: {
    words: 'generated',
    doc: 'Points that start in the source and follow the learned velocity.',
  },
};
