import { show, showEnds, train } from '../story/training.js';
import { grouped } from '../words/format.js';
import { RUN } from './shared-runs.js';

const CHOICES = [1, 2, 5, 20, 100];
const COUNT = 1000;

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'steps',
  title: 'Sampling with 1, 2, 5, 20, 100 steps',
  text: `<p>To make new data, draw noise and follow the field. A computer follows it in steps: look at the arrow, walk
    straight on for $h = 1/n$ of the time, look again. That is Euler’s method, and every step asks the network
    once.</p>`,
  formula: [String.raw`x_{t+h} = x_t + h\, v_\theta(x_t, t),\qquad h = \tfrac{1}{n}`],
  more: `<p>Why not take one step? At $t=0$ a dot is pure noise; with pairs drawn at random it says nothing about where
    it will end. So the field there is $\\mathbb{E}[x_1] - x$, and one step takes <em>every</em> dot to the same place:
    the mean of the data ✕, where hardly any data are. With two steps the dots have looked once on the way. The
    trajectories bend, and every straight piece leaves them a little.</p>
    <p>The training did everything right, on straight lines. But straight <em>conditional</em> paths do not make
    straight <em>marginal</em> trajectories. Only other pairs do.</p>`,
  wait: 'See one step, then twenty.',

  async open(figure) {
    const { signal } = figure;
    const stage = figure.stage({
      layers: ['target', 'generated', 'trajectories'],
      label: 'Samples by Euler’s method with the chosen number of steps',
    });
    const lab = await figure.lab(RUN);
    await showEnds(lab, stage, signal);
    const target = stage.target ?? new Float32Array();
    const mean = [0, 1].map(
      (axis) => target.filter((_, i) => i % 2 === axis).reduce((a, b) => a + b, 0) / (target.length / 2),
    );
    stage.overlays.add(({ brush, palette, dot_px }) =>
      brush.points(Float32Array.from(mean), { color: palette.ink, size_px: 4 * dot_px, alpha: 1, shape: 'cross' }),
    );
    const seen = new Set();
    let steps = 20;
    const w2 = {};
    const words = () => {
      const found = w2[steps]
        ? ` W2 to the target: ${w2[steps].w2.toFixed(2)} (${grouped(COUNT)} points; ` +
          `two perfect sets would differ by ${w2[steps].w2Floor.toFixed(2)}).`
        : '';
      figure.say(
        `${steps} ${steps === 1 ? 'step' : 'steps'}, so ${steps} ${steps === 1 ? 'question' : 'questions'} ` +
          `to the network for every dot.${found}`,
      );
    };
    const look = async () => {
      const mine = steps;
      seen.add(mine);
      await show(lab, stage, { steps: mine, signal });
      signal.throwIfAborted();
      words();
      w2[mine] ??= await lab.metrics({ count: COUNT, steps: mine, solver: 'euler' });
      signal.throwIfAborted();
      if (mine === steps) words();
      if (seen.has(1) && seen.has(20)) figure.reached();
    };
    figure.say('The network of the last chapters trains to its end …');
    await train(lab, lab.options.steps, { stage, signal });
    figure.choose(
      'Steps',
      CHOICES.map((n) => [n, String(n)]),
      steps,
      (choice) => {
        steps = choice;
        return look();
      },
    );
    await look();
  },
};
