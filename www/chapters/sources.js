import { showEnds, train } from '../story/training.js';
import { grouped } from '../words/format.js';

const WAIT = 400;
const RUNS = [
  { words: 'moons → eight Gaussians', options: { source: 'moons', target: '8gaussians' }, extent: 8 },
  { words: 'letters → ring', options: { source: 'text', text: 'noise', target: 'ring' }, extent: 4.5 },
  { words: 'circles → spiral', options: { source: 'circles', target: 'spiral' }, extent: 5 },
  { words: 'board → pinwheel', options: { source: 'checkerboard', target: 'pinwheel' }, extent: 5 },
];

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'sources',
  title: 'Any source will do',
  text: `<p>Nothing so far has asked for <em>noise</em>. The source may be anything that can be drawn from: two moons,
    letters, a picture. The pairs, the lines and the loss stay word for word the same, and data flow into data.</p>`,
  formula: [String.raw`x_0 \sim p_0, \qquad x_1 \sim p_1, \qquad \text{whatever } p_0, p_1`],
  more: `<p>This is what sets flow matching apart from diffusion, whose source is a Gaussian by construction. What is
    lost is the formula for the density, unless the source has one. With transport pairs (all four runs have them) the
    trajectories are short, so that neighbours stay together.</p>
    <p>Your own are welcome as well: <em>Draw your own</em>, beside the stage above, lets you draw on the stage itself,
    and takes letters, numbers and pictures, too.</p>`,
  wait: `Choose another run, and let it take ${WAIT} steps.`,

  async open(figure) {
    const { signal } = figure;
    let turn = 0;
    const run = async (k) => {
      const mine = ++turn;
      const { words, options, extent } = RUNS[k];
      const stage = figure.stage({ extent, layers: ['source', 'target', 'generated', 'tails'], label: words });
      stage.clear();
      stage.source = stage.target = null;
      const lab = await figure.lab({ ...options, coupling: 'ot', seed: 1, steps: 1500 });
      if (mine !== turn) return;
      await showEnds(lab, stage, signal);
      await train(lab, lab.options.steps, {
        stage,
        signal,
        stale: () => mine !== turn,
        onProgress({ step }) {
          figure.say(`${words}: step ${grouped(step)} of ${grouped(lab.options.steps)}.`);
          if (step >= WAIT && k > 0) figure.reached();
        },
      });
    };
    figure.choose(
      'Run',
      RUNS.map(({ words }, k) => [k, words]),
      0,
      run,
    );
    await run(0);
  },
};
