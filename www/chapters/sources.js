import { showEnds, train } from '../story/training.js';
import { grouped } from '../words/format.js';

const WAIT = 400;
const RUNS = [
  ['moons', 'moons → eight Gaussians', { source: 'moons', target: '8gaussians' }, 8],
  ['letters', 'letters → ring', { source: 'text', text: 'noise', target: 'ring' }, 4.5],
  ['circles', 'circles → spiral', { source: 'circles', target: 'spiral' }, 5],
  ['board', 'board → pinwheel', { source: 'checkerboard', target: 'pinwheel' }, 5],
];

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
    let stage;
    let turn = 0;
    const run = async (id) => {
      const mine = ++turn;
      const [, words, options, extent] = RUNS.find(([name]) => name === id);
      stage = figure.stage({ extent, layers: ['source', 'target', 'generated', 'tails'], label: words });
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
          if (step >= WAIT && id !== RUNS[0][0]) figure.reached();
        },
      });
    };
    figure.choose(
      'Run',
      RUNS.map(([id, words]) => [id, words]),
      RUNS[0][0],
      run,
    );
    await run(RUNS[0][0]);
  },
};
