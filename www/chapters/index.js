// The chapters, in the order in which they are told. Each: id, title, text, formula (TeX, a line each),
// more, wait, open(figure).

import conditional from './conditional.js';
import coupling from './coupling.js';
import dimensions from './dimensions.js';
import floor from './floor.js';
import learning from './learning.js';
import likelihood from './likelihood.js';
import marginal from './marginal.js';
import modes from './modes.js';
import pair from './pair.js';
import reflow from './reflow.js';
import schedules from './schedules.js';
import sigmaMin from './sigma-min.js';
import solvers from './solvers.js';
import sources from './sources.js';
import space from './space.js';
import step from './step.js';
import steps from './steps.js';

export const chapters = [
  pair,
  conditional,
  marginal,
  space,
  learning,
  step,
  floor,
  steps,
  solvers,
  coupling,
  reflow,
  sources,
  schedules,
  sigmaMin,
  likelihood,
  dimensions,
  modes,
];
