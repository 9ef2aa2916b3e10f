import { recent, showEnds, train } from '../story/training.js';
import { grouped } from '../words/format.js';
import { CROSSING } from './shared-runs.js';

const SIDES = [
  ['independent', 'Random pairs'],
  ['ot', 'Optimal transport pairs'],
];
const RUNS = [
  { words: 'Eight Gaussians → moons', options: CROSSING },
  { words: 'Moons → eight Gaussians', options: { ...CROSSING, source: 'moons', target: '8gaussians' } },
];
const WAIT = 600;
const COUNT = 500;
const PACE = 25; // steps that one may be ahead

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'coupling',
  title: 'Other pairs, straighter trajectories',
  text: `<p>Who goes with whom? So far a lottery: any noise with any data. The lines cross, the field averages them, the
    trajectories bend. Instead, in every batch, pair the points so that the squared distances are least in all:
    <em>optimal transport</em> within the batch. Both ends stay what they were. Only the lines between them change; now
    they hardly cross.</p>`,
  formula: [String.raw`\pi = \arg\min_{\pi} \sum_{i=1}^{n} \bigl\lVert x_1^{(\pi(i))} - x_0^{(i)} \bigr\rVert^2`],
  more: `<p>Two networks train here at one pace, from the same seed: left on random pairs, right on transport pairs.
    Where lines do not cross, there is nothing to average: the trajectories come out nearly straight, a few Euler steps
    suffice, and the loss has a lower floor.</p>
    <p>Three things are often said wrongly. Straight <em>conditional</em> paths do not make straight trajectories; both
    sides here have them. Random pairs are <em>not</em> optimal transport, nor near it. And transport within a batch is
    not yet transport of the whole: it comes nearer the larger the batch is.</p>`,
  wait: `Let both take ${WAIT} steps, and compare the trajectories.`,

  async open(figure) {
    const { signal } = figure;
    const stages = figure.stages(
      SIDES.map(([, words]) => words),
      { extent: 7.5, layers: ['target', 'generated', 'trajectories'] },
    );
    let turn = 0;
    const run = async (which) => {
      const { words, options } = RUNS[which];
      const mine = ++turn;
      /** @type {({ step: number, losses: Float32Array } | null)[]} */
      const progress = [null, null];
      /** @type {(number | null)[]} */
      const bends = [null, null];
      const tell = () => mine === turn && figure.say(`${words}. ${told(progress, bends)}`);
      for (const stage of stages) stage.clear();
      figure.say(`${words}. Two networks begin …`);
      await Promise.all(
        SIDES.map(async ([coupling], k) => {
          const lab = await figure.lab({ ...options, coupling }, { slot: k ? 'second' : 'first' });
          if (mine !== turn) return;
          await showEnds(lab, stages[k], signal);
          const { x0, x1 } = await lab.batch(0);
          signal.throwIfAborted();
          stages[k].pairs = { x0, x1 };
          await train(lab, lab.options.steps, {
            stage: stages[k],
            signal,
            stale: () => mine !== turn,
            limit: () => (progress[1 - k]?.step ?? 0) + PACE,
            onProgress(now) {
              progress[k] = now;
              tell();
              if (progress.every((one) => one && one.step >= WAIT)) figure.reached();
            },
          });
          if (mine !== turn) return;
          bends[k] = (await lab.metrics({ count: COUNT })).straightness;
          signal.throwIfAborted();
          tell();
        }),
      );
    };
    figure.choose(
      'Run',
      RUNS.map(({ words }, k) => [k, words]),
      0,
      run,
    );
    figure.choose(
      'Show',
      [
        ['trajectories', 'trajectories'],
        ['pairs', 'pairs of one batch'],
      ],
      'trajectories',
      (layer) => {
        for (const stage of stages) {
          [stage.layers.trajectories, stage.layers.generated, stage.layers.pairs] = [
            layer !== 'pairs',
            layer !== 'pairs',
            layer === 'pairs',
          ];
          stage.touch();
        }
      },
    );
    await run(0);
  },
};

/**
 * How far both are, and when they are through, how much their trajectories bend.
 * @param {({ step: number, losses: Float32Array } | null)[]} progress
 * @param {(number | null)[]} bends
 */
function told([a, b], [lottery, transport]) {
  if (!a?.losses.length || !b?.losses.length) return 'Two networks begin …';
  const losses =
    `Steps ${grouped(a.step)} and ${grouped(b.step)}. Loss with random pairs ${recent(a.losses).toFixed(2)}, ` +
    `with transport pairs ${recent(b.losses).toFixed(2)}.`;
  if (lottery === null || transport === null) return losses;
  return (
    `${losses} Bend of the trajectories ${lottery.toFixed(2)} against ${transport.toFixed(2)}: ` +
    'the mean squared difference between a dot’s velocity and that of the straight line to its end, ' +
    '0 where all are straight and steady.'
  );
}
