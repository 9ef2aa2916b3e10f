import { show, showEnds, train } from '../story/training.js';
import { grouped } from '../words/format.js';
import { CROSSING } from './shared-runs.js';

const PAIRS = 4000;
const COUNT = 500;
const FIRST = 800;
const AGAIN = 700;

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'reflow',
  title: 'Reflow: learn from your own pairs',
  text: `<p>There is another way to pairs that do not cross: ask a trained network. Send noise $x_0$ along its bent
    trajectory to where it ends, $\\hat x_1$, and take these two as a pair. Trajectories of one flow never meet, and the
    straight lines between their ends cross far less often than those of random pairs. Train again on these pairs, and
    the trajectories straighten.</p>`,
  formula: [
    String.raw`\hat x_1 = x_0 + \int_0^1 v_\theta(x_t, t)\,\mathrm{d}t`,
    String.raw`\text{then train on pairs } (x_0, \hat x_1)`,
  ],
  more: `<p>It is called <em>rectified flow</em>. Nothing is free: the new network learns from what the old one made,
    with all its faults, and never sees the data again. But it samples well in very few steps. Look at the samples of
    one single step, before and after.</p>`,
  wait: 'Press “Reflow” when the first training is done, and look at one step.',

  async open(figure) {
    const { signal } = figure;
    const stage = figure.stage({
      extent: 7.5,
      layers: ['target', 'generated', 'trajectories'],
      label: 'The trajectories of the points before and after reflow',
    });
    let steps = 30;
    let rounds = 0;
    let ready = false;
    const facts = [];
    const lab = await figure.lab(CROSSING);
    const tell = async () => {
      await show(lab, stage, { steps, signal });
      signal.throwIfAborted();
    };
    figure.choose(
      'Steps',
      [
        [1, '1'],
        [4, '4'],
        [30, '30'],
      ],
      steps,
      async (choice) => {
        steps = choice;
        if (!ready) return;
        await tell();
        if (rounds && steps === 1) figure.reached();
      },
    );
    const button = figure.button('Reflow', async () => {
      button.disabled = true;
      ready = false;
      figure.say(`Making ${grouped(PAIRS)} pairs with the network …`);
      figure.invalidateLab();
      await lab.reflow({ count: PAIRS, steps: 30, solver: 'midpoint' });
      signal.throwIfAborted();
      rounds++;
      await learn(AGAIN, `Reflow ${rounds}: training on its own pairs`);
      if (steps === 1) figure.reached();
    });
    button.disabled = true;
    const learn = async (until, words) => {
      await train(lab, until, {
        stage,
        signal,
        onProgress: ({ step }) => figure.say(`${words}, step ${grouped(step)} of ${grouped(until)}.`),
      });
      const { straightness } = await lab.metrics({ count: COUNT, steps: 30 });
      signal.throwIfAborted();
      facts.push(`${rounds ? `after reflow ${rounds}` : 'at first'}: ${straightness.toFixed(2)}`);
      figure.say(`Bend of the trajectories (0 where all are straight and steady), ${facts.join(', ')}.`);
      ready = true;
      button.disabled = false;
      await tell();
    };
    await showEnds(lab, stage, signal);
    await learn(Math.max(FIRST, (await lab.losses()).length), 'First, random pairs');
  },
};
