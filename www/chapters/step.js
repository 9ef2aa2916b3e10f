import { PHASES, drawRecorded } from '../view/recorded.js';
import { showEnds, train } from '../story/training.js';
import { RUN } from './run.js';

const SHOWN = 16;
const BEFORE = 40; // steps: the network has learned a little, and much is left to correct
const ENLARGED = 20;
const HOLD_MS = 2600;

const WORDS = [
  (step) => `<b>Draw pairs.</b> ${step.t.length} of them are drawn by lot, any noise with any data; ${SHOWN} are shown.`,
  () => '<b>Draw t.</b> Every pair gets a time of its own, and the dot is put there: x<sub>t</sub> = (1 − t) x<sub>0</sub> + t x<sub>1</sub>.',
  () => '<b>Target arrows.</b> What the network shall say at each dot: u<sub>t</sub> = x<sub>1</sub> − x<sub>0</sub>.',
  (step) => `<b>Prediction.</b> What it does say, and thin, the error. The mean square of all errors is the loss: ${step.loss.toFixed(3)}.`,
  (step) => `<b>Correction.</b> Every weight moves a little downhill. Asked again, the network answers a little differently (drawn ${ENLARGED} times larger); on this batch the loss is now ${lossOf(step).toFixed(3)}.`,
];

export default {
  id: 'step',
  title: 'One training step, in slow motion',
  text: `<p>A training step takes about a millisecond. Here is one that was really made, just now, by the network in this page: its own
    random pairs, its own answers.</p>`,
  formula: [String.raw`\theta \leftarrow \theta - \eta\,\nabla_\theta\, \frac{1}{nd} \sum_{i=1}^{n} \bigl\lVert v_\theta(x_t^{(i)}, t_i) - u_t^{(i)} \bigr\rVert^2`],
  more: `<p>Look at the last picture: the errors do not go away, and most of the <b class="target">targets</b> could not have been guessed.
    Lines from elsewhere pass the same place in other directions. The correction is what all pairs of the batch agree on.
    (The rule here is AdamW, which scales each weight’s step by how large its gradients have been of late.)</p>`,
  wait: 'Go through all five pictures.',

  async open(figure) {
    const { signal } = figure;
    const stage = figure.stage({ layers: ['target'], moves: false, label: 'Pairs, times, target arrows, prediction and correction of one training step' });
    const lab = await figure.lab({ ...RUN, seed: 2 }, { slot: 'second' });
    let [step, phase, timer] = [null, 0, 0];
    stage.overlays.add((scene) => step && drawRecorded(scene, step, { phase, shown: SHOWN, enlarged: ENLARGED }));
    const show = (next) => {
      phase = next;
      pictures.querySelectorAll('input')[phase].checked = true;
      figure.say(`Step ${step.step.toLocaleString('en')}. ${WORDS[phase](step)}`);
      if (phase === PHASES.length - 1) figure.reached();
      stage.touch();
    };
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      play.textContent = 'Play';
    };
    const pictures = figure.choose('Picture', PHASES.map((words, k) => [k, words]), 0, (next) => {
      stop();
      show(next);
    });
    const play = figure.button('Play', () => {
      if (timer) return stop();
      play.textContent = 'Hold';
      show(phase === PHASES.length - 1 ? 0 : phase + 1);
      timer = setInterval(() => (phase < PHASES.length - 1 ? show(phase + 1) : stop()), HOLD_MS);
    });
    const record = async () => {
      stop();
      step = figure.recorded = await lab.recordStep();
      signal.throwIfAborted();
      show(0);
    };
    figure.button('Another step', record);
    figure.button('500 steps on', async () => {
      stop();
      figure.say('Training …');
      await train(lab, (await lab.losses()).length + 500, { signal });
      await record();
    });
    signal.addEventListener('abort', () => clearInterval(timer));
    await showEnds(lab, stage, signal);
    await train(lab, BEFORE, { signal });
    await record();
  },
};

/** Mean (after - ut)². */
const lossOf = ({ after, ut }) => after.reduce((sum, value, i) => sum + (value - ut[i]) ** 2, 0) / after.length;
