// The chapters, in the order in which they are told. What each of them is: story/types.js.

import conditional from './conditional.js';
import coupling from './coupling.js';
import dimensions from './dimensions.js';
import fewSteps from './few-steps.js';
import floor from './floor.js';
import learning from './learning.js';
import likelihood from './likelihood.js';
import marginal from './marginal.js';
import modes from './modes.js';
import pair from './pair.js';
import reflow from './reflow.js';
import schedules from './schedules.js';
import sigmaMin from './sigma-min.js';
import slowStep from './slow-step.js';
import solvers from './solvers.js';
import sources from './sources.js';
import space from './space.js';

export const chapters = [
  pair,
  conditional,
  marginal,
  space,
  learning,
  slowStep,
  floor,
  fewSteps,
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
