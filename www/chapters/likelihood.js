import { show, showEnds, train } from '../story/training.js';
import { signed } from '../words/format.js';
import { RUN } from './shared-runs.js';

const LIKELY = -2.5; // nats
const UNLIKELY = -6;
const ASK_MS = 120;

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'likelihood',
  title: 'How likely is a point?',
  text: `<p>A flow can be run backwards. Take any point, follow the field back to $t=0$, and ask how likely the noise
    was that it came from. On the way, add up how much space was squeezed: that is the divergence of the field. The sum
    is the logarithm of the density that the network has learned.</p>`,
  formula: [String.raw`\ln p_1(x_1) = \ln p_0(x_0) - \int_0^1 \nabla \cdot v_\theta(x_t, t)\,\mathrm{d}t`],
  more: `<p>The map shows $\\ln p_1$ in <em>nats</em>: one nat less is $e$ times less likely. In the plane the
    divergence is computed exactly; in many dimensions it is estimated with random probes. A density that a network
    reports is its own, not the data’s: between the moons a thin bridge often remains, because a flow cannot tear.</p>`,
  wait: `Find a place above ${signed(LIKELY)} nats, and one below ${signed(UNLIKELY, 0)}.`,

  async open(figure) {
    const { signal } = figure;
    const stage = figure.stage({
      layers: ['target', 'likelihood'],
      moves: false,
      label: 'The log-likelihood of the learned flow as a map',
    });
    const lab = await figure.lab(RUN);
    await showEnds(lab, stage, signal);
    figure.say('The network of the last chapters trains to its end …');
    await train(lab, lab.options.steps, { signal });
    const seen = [false, false];
    /** @type {import('../story/types.js').Place} */
    let place = [0, 0];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const ask = async () => {
      const [x, y] = place;
      const [nats] = await lab.logDensity([x, y], { solver: 'midpoint', steps: 20 });
      signal.throwIfAborted();
      figure.say(
        `At (${signed(x)}, ${signed(y)}): ln p₁ = ${signed(nats)} nats, ` +
          `a density of ${Math.exp(nats).toPrecision(2)}. The map spans 8 nats below its greatest value.`,
      );
      seen[0] ||= nats > LIKELY;
      seen[1] ||= nats < UNLIKELY;
      if (seen[0] && seen[1]) figure.reached();
    };
    figure.handle(stage, {
      words: 'Place',
      role: 'probe',
      at: place,
      onMove(...at) {
        place = at;
        clearTimeout(timer);
        timer = setTimeout(() => figure.try(ask), ASK_MS);
      },
    });
    await ask();
    await figure.onView(stage, () => show(lab, stage, { signal }));
  },
};
