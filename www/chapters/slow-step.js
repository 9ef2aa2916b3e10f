import { firstTwo } from '../draw/plane.js';
import { PHASES, drawRecorded } from '../draw/training-step.js';
import { train } from '../story/training.js';
import { grouped } from '../words/format.js';
import { RUN } from './shared-runs.js';

const ARRAYS = ['x0', 'x1', 'xt', 'ut', 'before', 'after'];
const SHOWN = 16;
const BEFORE = 40; // steps: the network has learned a little, and much is left to correct
const ENLARGED = 50;
const HOLD_MS = 2600;

const COUPLINGS = {
  independent: 'drawn at random, any source point with any target point',
  ot: 'matched by optimal transport within the batch',
  reflow: 'made by the network itself before',
};
const isStraight = ({ schedule, sigmaMin, sigma }) => schedule === 'linear' && sigmaMin === 0 && sigma === 0;

const WORDS = [
  (step, { coupling }) =>
    `<b>Draw pairs.</b> ${step.t.length} of them, ${COUPLINGS[coupling]}; ${Math.min(SHOWN, step.t.length)} are shown.`,
  (step, options) => {
    const xt = isStraight(options)
      ? '(1 − t) x<sub>0</sub> + t x<sub>1</sub>'
      : 'α(t) x<sub>1</sub> + β(t) x<sub>0</sub>';
    return `<b>Draw t.</b> Every pair gets a time of its own, and the dot is put there: x<sub>t</sub> = ${xt}.`;
  },
  (step, options) => {
    const ut = isStraight(options) ? ' = x<sub>1</sub> − x<sub>0</sub>' : ', the derivative of its path';
    return `<b>Target arrows.</b> What the network shall say at each dot: u<sub>t</sub>${ut}.`;
  },
  (step) =>
    '<b>Prediction.</b> What it does say, and thin, the error. ' +
    `The mean square of all errors is the loss: ${step.loss.toFixed(3)}.`,
  (step) =>
    '<b>Correction.</b> Every weight moves a little downhill. ' +
    `Asked again, the network answers a little differently (drawn ${ENLARGED} times larger); ` +
    `on this batch the loss is now ${lossOf(step).toFixed(3)}.`,
];

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'step',
  title: 'One training step, in slow motion',
  text: `<p>A training step takes a millisecond or two. Here is one that was really made, just now, by the network in
    this page: its own random pairs, its own answers. (<em>One step, slowly</em>, beside the stage above, shows a step
    of your own run in the same way.)</p>`,
  formula: [
    String.raw`\theta \leftarrow \theta - \eta\,\nabla_\theta\, \frac{1}{nd} \sum_{i=1}^{n} ` +
      String.raw`\bigl\lVert v_\theta(x_t^{(i)}, t_i) - u_t^{(i)} \bigr\rVert^2`,
  ],
  more: `<p>Look at the last picture: the errors do not go away, and most of the <b class="target">targets</b> could not
    have been guessed. Lines from elsewhere pass the same place in other directions. The correction is what all pairs of
    the batch agree on. (The rule here is AdamW, which scales each weight’s step by how large its gradients have been of
    late.)</p>`,
  wait: 'Go through all five pictures.',

  async open(figure, whose = 'chapter') {
    const { signal } = figure;
    const own = figure.page.run();
    const taught = await teacher(figure, own && whose === 'own' ? own : null);
    const stage = figure.stage({
      extent: taught.extent,
      layers: ['target'],
      moves: false,
      label: 'Pairs, times, target arrows, prediction and correction of one training step',
    });
    stage.target = taught.target;
    /** @type {import('../lab/types.js').Recorded | null} */
    let step = null;
    let phase = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    let timer;
    stage.overlays.add((scene) => {
      if (step) drawRecorded(scene, step, { phase, shown: Math.min(SHOWN, step.t.length), enlarged: ENLARGED });
    });
    const show = (next) => {
      if (!step) return;
      phase = next;
      pictures.querySelectorAll('input')[phase].checked = true;
      figure.say(`${taught.words}, step ${grouped(step.step)}. ${WORDS[phase](step, taught.options)}`);
      if (phase === PHASES.length - 1) figure.reached();
      stage.touch();
    };
    const stop = () => {
      clearInterval(timer);
      timer = undefined;
      play.textContent = 'Play';
    };
    const pictures = figure.choose(
      'Picture',
      PHASES.map((words, k) => [k, words]),
      0,
      (next) => {
        stop();
        show(next);
      },
    );
    const play = figure.button('Play', () => {
      if (timer || !step) return stop();
      play.textContent = 'Hold';
      show(phase === PHASES.length - 1 ? 0 : phase + 1);
      timer = setInterval(() => (phase < PHASES.length - 1 ? show(phase + 1) : stop()), HOLD_MS);
    });
    const record = async () => {
      stop();
      step = figure.exhibits.recorded = inPlaneOf(await taught.record());
      signal.throwIfAborted();
      show(0);
    };
    figure.button('Another step', record);
    figure.button('500 steps on', async () => {
      stop();
      const say = (step) => figure.say(`Training, step ${grouped(step)} …`);
      if (!(await taught.train(500, say)))
        return figure.say(`${taught.words} is at its end: “Train again” above begins it anew.`);
      signal.throwIfAborted();
      await record();
    });
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    await record();
  },
};

/** Whose steps are looked at: the reader's own run on the stage above, or one of this chapter's own. */
async function teacher(figure, own) {
  const { signal } = figure;
  if (own) {
    own.play(false);
    const { target } = own.lab.options;
    // The step that is recorded then is the last one at most.
    const many = async (steps, onProgress) => {
      if (own.finished) return false;
      await own.advanceBy(Math.min(steps, own.total - own.step - 1), { signal, onProgress });
      await own.redraw();
      return true;
    };
    return {
      words: `Your run (${target})`,
      options: own.lab.options,
      extent: own.stage.camera.home,
      target: own.stage.target,
      record: () => own.recordStep(),
      train: many,
    };
  }
  const lab = await figure.lab({ ...RUN, seed: 2 }, { slot: 'second' });
  const to = (step, onProgress) => train(lab, step, { signal, onProgress });
  await to(BEFORE);
  const target = await lab.reference('target', 1200);
  signal.throwIfAborted();
  const many = async (steps, onProgress) => {
    await to((await lab.losses()).length + steps, ({ step }) => onProgress(step));
    return true;
  };
  return { words: 'Two moons', options: lab.options, extent: 3.4, target, record: () => lab.recordStep(), train: many };
}

/**
 * The first two coordinates of everything.
 * @param {import('../lab/types.js').Recorded} step
 * @returns {import('../lab/types.js').Recorded}
 */
function inPlaneOf(step) {
  const flat = Object.fromEntries(ARRAYS.map((name) => [name, firstTwo(step[name], step.dim)]));
  return { ...step, ...flat };
}

/** Mean (after - ut)². */
const lossOf = ({ after, ut }) => after.reduce((sum, value, i) => sum + (value - ut[i]) ** 2, 0) / after.length;
