import { recent, showEnds, train } from '../story/training.js';
import { CROSSING } from './run.js';

const WAIT = 600;
const COUNT = 500;
const PACE = 25; // steps that one may be ahead

export default {
  id: 'coupling',
  title: 'Other pairs straighten the ways',
  text: `<p>Who goes with whom? So far a lottery: any noise with any data. The lines cross, the field averages them, the ways bend. Instead, in every
    batch, pair the points so that the squared distances are least in all: <em>optimal transport</em> within the batch. Both ends
    stay what they were. Only the lines between them change; now they hardly cross.</p>`,
  formula: [String.raw`\pi = \arg\min_{\pi} \sum_{i=1}^{n} \bigl\lVert x_1^{(\pi(i))} - x_0^{(i)} \bigr\rVert^2`],
  more: `<p>Two networks train here at one pace, from the same seed: left on pairs by lot, right on transport pairs. Where lines do not cross,
    there is nothing to average: the ways come out nearly straight, a few Euler steps suffice, and the loss has a lower floor.</p>
    <p>Three things are often said wrongly. Straight <em>conditional</em> paths do not make straight trajectories; both sides here have them.
    Pairs by lot are <em>not</em> optimal transport, nor near it. And transport within a batch is not yet transport
    of the whole: it comes nearer the larger the batch is.</p>`,
  wait: `Let both take ${WAIT} steps, and compare the ways.`,

  async open(figure) {
    const { signal } = figure;
    const sides = [['independent', 'Pairs by lot'], ['ot', 'Optimal transport pairs']];
    const stages = figure.stages(sides.map(([, words]) => words), { extent: 7.5, layers: ['target', 'generated', 'trajectories'] });
    figure.say('Eight Gaussians to two moons. Two networks begin …');
    figure.choose('Show', [['trajectories', 'trajectories'], ['pairs', 'pairs of one batch']], 'trajectories', (layer) => {
      for (const stage of stages) {
        for (const name of ['trajectories', 'pairs', 'generated']) stage.layers[name] = name === layer || (name === 'generated' && layer !== 'pairs');
        stage.touch();
      }
    });
    const progress = [null, null];
    const straight = [null, null];
    const tell = () => {
      if (progress.some((one) => !one?.losses.length)) return;
      const [a, b] = progress;
      const step = Math.min(a.step, b.step);
      const bend = straight.every((found) => found) ? ` Bend of the ways ${straight.map(({ straightness }) => straightness.toFixed(2)).join(' against ')}: the mean squared distance of a dot’s velocity from its straight way’s, 0 where all are straight and steady.` : '';
      figure.say(`Steps ${a.step.toLocaleString('en')} and ${b.step.toLocaleString('en')}. Loss by lot ${recent(a.losses).toFixed(2)}, with transport pairs ${recent(b.losses).toFixed(2)}.${bend}`);
      if (step >= WAIT) figure.reached();
    };
    await Promise.all(
      sides.map(async ([coupling], k) => {
        const lab = await figure.lab({ ...CROSSING, coupling }, { slot: k ? 'second' : 'first' });
        await showEnds(lab, stages[k], signal);
        const { x0, x1 } = await lab.batch(0);
        stages[k].pairs = { x0, x1 };
        await train(lab, lab.options.steps, {
          stage: stages[k],
          signal,
          limit: () => (progress[1 - k]?.step ?? 0) + PACE,
          onProgress(now) {
            progress[k] = now;
            tell();
          },
        });
        straight[k] = await lab.metrics({ count: COUNT });
        signal.throwIfAborted();
        tell();
      }),
    );
  },
};
