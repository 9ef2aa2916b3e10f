import { Coefficients } from '../chart/coefficients.js';
import { moons, normals } from '../story/crowd.js';
import { SCHEDULES, conditional } from '../story/schedule.js';

const PAIRS = 60;
/** @type {['linear' | 'cosine' | 'vp', string][]} */
const NAMES = [
  ['linear', 'linear'],
  ['cosine', 'cosine'],
  ['vp', 'variance preserving'],
];

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'schedules',
  title: 'Schedules: other paths between the same pairs',
  text: `<p>The straight line at a steady pace is one choice. Any two functions do that lead from all noise to all data:
    $\\alpha$ from 0 to 1, $\\beta$ from 1 to 0. The target arrow is the derivative, as before.</p>`,
  formula: [
    String.raw`x_t = \alpha(t)\, x_1 + \beta(t)\, x_0`,
    String.raw`u_t = \dot\alpha(t)\, x_1 + \dot\beta(t)\, x_0`,
  ],
  more: `<p><em>Cosine</em> takes $\\alpha = \\sin\\frac{\\pi t}{2}$ and $\\beta = \\cos\\frac{\\pi t}{2}$, and where
    both ends have variance 1 it stays 1 on the way. <em>Variance preserving</em> is the path of diffusion models: for
    half of the time the dots still look like noise, then all is decided quickly.</p>
    <p>All three end in the same data if the field is learned perfectly. They differ in what they ask of the network,
    and at which times a solver must step with care.</p>`,
  wait: 'Take $t$ to about 0.5 by hand: how far has each got?',

  async open(figure) {
    const { signal } = figure;
    const stages = figure.stages(
      NAMES.map(([, words]) => words),
      { extent: 3.3, layers: ['target', 'generated', 'trajectories'] },
    );
    const [x0, x1] = [normals(2 * PAIRS, 11), shuffledMoons()];
    const curves = NAMES.map(([name]) => new Coefficients(figure.panel(), SCHEDULES[name]));
    stages.forEach((stage, k) => {
      [stage.source, stage.target] = [x0, x1];
      stage.show(conditional(x0, x1, NAMES[k][0]));
    });
    figure.say(`${PAIRS} random pairs, the same three times, on their conditional paths. No network here.`);
    const stop = stages[0].on('time', (t) => {
      curves.forEach((curve) => curve.mark(t));
      if (!figure.clock.flowing && Math.abs(t - 0.5) < 0.06) figure.reached();
    });
    signal.addEventListener('abort', stop);
  },
};

/** Moons in a random order: neighbours in the list shall not be neighbours in the plane. */
function shuffledMoons() {
  const points = moons(PAIRS);
  const keys = normals(PAIRS, 12);
  const order = Array.from({ length: PAIRS }, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
  return Float32Array.from(order.flatMap((i) => [points[2 * i], points[2 * i + 1]]));
}
