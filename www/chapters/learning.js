import { recent, show, showEnds, train } from '../story/training.js';
import { grouped } from '../words/format.js';
import { RUN } from './shared-runs.js';

const WAIT = 500;

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'learning',
  title: 'The network learns the field',
  text: `<p>For a crowd of four hundred the sum could be worked out. For all photographs of the world it cannot. Here is
    the trick that flow matching is named for: let a network <b class="velocity">$v_\\theta(x, t)$</b> guess the
    velocity of <em>one</em> random pair at a time, and correct it by the square of its error, averaged over the $d$
    coordinates.</p>`,
  formula: [
    String.raw`L(\theta) = \tfrac{1}{d}\, \mathbb{E}_{t,\,x_0,\,x_1} ` +
      String.raw`\bigl\lVert v_\theta(x_t, t) - (x_1 - x_0) \bigr\rVert^2`,
    String.raw`x_t = (1-t)\,x_0 + t\,x_1`,
  ],
  more: `<p>Whoever must give one answer to many questions, and pays for the square of every error, does best with their
    mean. So the network, which sees only single pairs, learns the <em>marginal</em> field: the same that the last
    chapters summed up. The <b class="exact">dashed arrows</b> are that field, computed exactly; the
    <b class="velocity">solid</b> ones are what the network, which trains in your browser now, believes so far.</p>`,
  wait: `Let it take ${WAIT} steps; then follow the dots.`,

  async open(figure) {
    const { signal } = figure;
    const stage = figure.stage({
      layers: ['target', 'generated', 'tails', 'velocity', 'exact'],
      label: 'A network learns the field while its points flow',
    });
    const lab = await figure.lab(RUN);
    await showEnds(lab, stage, signal);
    let paused = false;
    const play = figure.button('Pause', () => {
      paused = !paused;
      play.textContent = paused ? 'Train on' : 'Pause';
    });
    figure.button('Train again', async () => {
      await lab.restart({ device: 'cpu', ...RUN });
      await Promise.all([watch(), exactFrames(lab, stage, signal)]);
    });
    let training = false;
    const fields = figure.onView(stage, async () => {
      await exactFrames(lab, stage, signal);
      if (!training) await show(lab, stage, { signal });
    });
    let turn = 0;
    async function watch() {
      const mine = ++turn;
      training = true;
      await train(lab, lab.options.steps, {
        stage,
        signal,
        paused: () => paused,
        stale: () => mine !== turn,
        onProgress({ step, losses }) {
          const loss = losses.length ? `, loss ${recent(losses).toFixed(2)}` : '';
          figure.say(
            `step ${grouped(step)} of ${grouped(lab.options.steps)}${loss}. ` +
              'Two moons from N(0, I); 64 neurons wide, 3 layers.',
          );
          if (step >= WAIT) figure.reached();
        },
      });
      training = mine !== turn;
    }
    await Promise.all([watch(), fields]);
  },
};

/** The exact velocity on the stage's arrows. */
async function exactFrames(lab, stage, signal) {
  const [points, count] = [stage.arrowPoints, 9];
  const frames = new Float32Array(count * points.length);
  for (let k = 0; k < count; k++) {
    const velocity = await lab.exactVelocity(points, Math.min(Math.max(k / (count - 1), 0.02), 0.98)).catch(() => null);
    signal.throwIfAborted();
    if (!velocity) return; // the run was begun anew meanwhile, which asks again
    frames.set(velocity, k * points.length);
  }
  stage.exact = { points, frames, count };
  stage.touch();
}
