import { firstTwo } from '../draw/plane.js';
import { showEnds, train } from '../story/training.js';
import { RUN } from './shared-runs.js';

/**
 * Each with its evaluations a step.
 * @type {[import('../lab/types.js').Solver, number][]}
 */
const SOLVERS = [
  ['euler', 1],
  ['midpoint', 2],
  ['heun', 2],
  ['rk4', 4],
];
const BUDGETS = [4, 8, 20, 40];
const COUNT = 500;
const TRUE_STEPS = 200; // of rk4

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'solvers',
  title: 'Solvers at equal cost',
  text: `<p>Better methods look more than once before they walk. The <em>midpoint</em> rule tries half a step, and takes
    the arrow it finds there; <em>Heun</em> averages the arrows at both ends; classical <em>Runge–Kutta</em> mixes four.
    But every look asks the network, and that is what takes time. So compare them at equal numbers of
    <em>evaluations</em>, not of steps.</p>`,
  formula: [
    String.raw`x_{t+h} = x_t + h\, v_\theta\!\left(x_t + \tfrac{h}{2}\, v_\theta(x_t, t),\; t + \tfrac{h}{2}\right)`,
  ],
  more: `<p>Halve the step, and Euler’s error halves; the error of midpoint and Heun falls to a quarter, that of
    Runge–Kutta to a sixteenth, where the field is smooth. With very few evaluations the ranks can change, for
    Runge–Kutta’s steps are then as long as the bends that they must follow: compare it with the midpoint rule, with 4
    evaluations and with 40.</p>`,
  wait: 'Compare 8 evaluations with 40.',

  async open(figure) {
    const { signal } = figure;
    const stages = figure.stages(
      SOLVERS.map(([name]) => name),
      { layers: ['target', 'generated', 'trajectories'] },
    );
    const lab = await figure.lab(RUN);
    for (const stage of stages) await showEnds(lab, stage, signal);
    figure.say('The network of the last chapters trains to its end …');
    await train(lab, lab.options.steps, { signal });
    const { dim } = lab.options;
    const x0 = (await lab.sample({ count: COUNT, steps: 1, solver: 'euler' })).positions.slice(0, COUNT * dim);
    const truth = endOf(await lab.carry(x0, { solver: 'rk4', steps: TRUE_STEPS, ends: true }));
    signal.throwIfAborted();
    const seen = new Set();
    const compare = async (budget) => {
      for (const [k, [solver, each]] of SOLVERS.entries()) {
        const samples = await lab.carry(x0, { solver, steps: budget / each });
        signal.throwIfAborted();
        stages[k].show({ ...samples, positions: firstTwo(samples.positions, dim) });
        figure.caption(
          stages[k],
          `${solver}, ${budget / each} ${budget === each ? 'step' : 'steps'}: ` +
            `off by ${medianDistance(endOf(samples), truth).toPrecision(2)}`,
        );
      }
      seen.add(budget);
      figure.say(
        `${budget} evaluations for every dot, whichever the solver. The same ${COUNT} starting points; ` +
          `“off by” is the median distance from where ${TRUE_STEPS} steps of rk4 take them.`,
      );
      if (seen.has(8) && seen.has(40)) figure.reached();
    };
    figure.choose(
      'Evaluations',
      BUDGETS.map((n) => [n, String(n)]),
      8,
      compare,
    );
    await compare(8);
  },
};

const endOf = ({ positions, count, dim }) => positions.subarray(positions.length - count * dim);

function medianDistance(a, b) {
  const apart = Float64Array.from({ length: a.length / 2 }, (_, i) =>
    Math.hypot(a[2 * i] - b[2 * i], a[2 * i + 1] - b[2 * i + 1]),
  ).sort();
  return apart[apart.length >> 1];
}
