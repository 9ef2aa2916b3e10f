/** @import { Place } from '../story/types.js' */

import { drawArrows } from '../draw/arrows.js';
import { Crowd, moons } from '../story/crowd.js';
import { recent, train } from '../story/training.js';
import { grouped, signed } from '../words/format.js';
import { RUN } from './shared-runs.js';

const NEAR = 0.15; // above the floor
const DRAWN = 40; // arrows of single targets
/** An arrow's length: the way in this much flow time. */
const LENGTH = 0.6;

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'floor',
  title: 'Why the loss stops above zero',
  text: `<p>Watch the loss: it falls, then lies still, well above zero. Nothing is wrong. At most places many lines
    pass, and the best answer, their mean, fits none of them exactly. What is left is the spread of $u_t$ among the
    lines that meet at $x_t$.</p>`,
  formula: [
    String.raw`\min_\theta L(\theta) \;\ge\; \tfrac{1}{d}\,\mathbb{E}\,` +
      String.raw`\bigl\lVert u_t - \mathbb{E}[u_t \mid x_t] \bigr\rVert^2 \;>\; 0`,
  ],
  more: `<p>This floor can be computed without a network, and it is the dashed line in the plot. So judge a loss by its
    distance from the floor, never from zero; and do not compare losses of two data sets, whose floors differ. With
    <em>optimal transport</em> pairs, a few chapters on, the floor itself sinks.</p>`,
  wait: `Move the probe, and let the loss come within ${NEAR} of its floor.`,

  async open(figure) {
    const { signal } = figure;
    const { LossCurve } = await import('../chart/loss.js');
    signal.throwIfAborted();
    const stage = figure.stage({
      extent: 3.4,
      layers: ['target'],
      label: 'The velocities of the lines that pass a probe, and their mean',
    });
    figure.flow(false);
    figure.seek(0.4);
    const crowd = new Crowd(moons(400), 0.1);
    stage.target = crowd.points;
    /** @type {Place} */
    let probe = [0.2, -0.2];
    let [moved, near] = [false, false];
    const check = () => moved && near && figure.reached();
    const spread = document.createElement('p');
    spread.className = 'remark';
    figure.handle(stage, {
      words: 'Probe',
      role: 'probe',
      at: probe,
      onMove(...place) {
        probe = place;
        moved = true;
        check();
      },
    });
    stage.overlays.add((scene) => {
      const found = drawFan(scene, crowd, probe);
      spread.innerHTML =
        `At the probe, t = ${scene.t.toFixed(2)}: the mean of u<sub>t</sub> is ` +
        `(${found.mean.map((x) => signed(x)).join(', ')}), its spread ${found.variance.toFixed(2)}. ` +
        'The floor is the mean spread over all places and times.';
    });
    const element = Object.assign(figure.panel(), { className: 'loss' });
    element.after(spread);
    const curve = new LossCurve(element);
    signal.addEventListener('abort', () => curve.dispose(), { once: true });
    const lab = await figure.lab(RUN);
    const floor = await lab.lossFloor();
    signal.throwIfAborted();
    curve.floor = { loss: floor.loss, label: `floor ${floor.loss.toFixed(2)}` };
    await train(lab, lab.options.steps, {
      signal,
      onProgress({ step, losses }) {
        if (!losses.length) return;
        curve.show(losses);
        const excess = recent(losses, 200) - floor.loss;
        near = step >= 200 && excess < NEAR;
        figure.say(
          `Step ${grouped(step)}: the loss is ${recent(losses, 200).toFixed(2)}, ` +
            `${excess.toFixed(2)} above its floor of ${floor.loss.toFixed(2)}.`,
        );
        check();
      },
    });
  },
};

/**
 * Velocities at the probe of DRAWN targets, each as often as it is likely, and their mean.
 * @param {import('../draw/types.js').Scene} scene
 * @param {Crowd} crowd
 * @param {Place} probe
 * @returns {{ mean: Place, variance: number }}
 */
function drawFan({ brush, camera, palette, t: now }, crowd, [x, y]) {
  const t = Math.min(now, 0.95);
  const weights = crowd.weigh(x, y, t);
  const { points } = crowd;
  let [mx, my, square] = [0, 0, 0];
  weights.forEach((weight, i) => {
    const [ux, uy] = [points[2 * i] - x, points[2 * i + 1] - y].map((way) => way / (1 - t));
    mx += weight * ux;
    my += weight * uy;
    square += weight * (ux * ux + uy * uy);
  });
  const share = LENGTH / (1 - t);
  const ends = drawn(weights).flatMap((i) => [
    x,
    y,
    x + share * (points[2 * i] - x),
    y + share * (points[2 * i + 1] - y),
  ]);
  brush.segments(Float32Array.from(ends), { color: palette.target, width_px: 1.4, alpha: 0.6 });
  const speed = Math.hypot(mx, my);
  const middle = Float32Array.of(x + (LENGTH / 2) * mx, y + (LENGTH / 2) * my);
  drawArrows(brush, camera, middle, Float32Array.of(mx, my), {
    color: palette.exact,
    longest_px: LENGTH * speed * camera.scale_px,
    fastest: speed,
    alpha: 1,
    width_px: 4,
  });
  return { mean: [mx, my], variance: (square - mx * mx - my * my) / 2 };
}

/** Targets at even places of the weights' running sum, first of one moon, then of the other. */
function drawn(weights) {
  const order = [...weights.keys()].sort((a, b) => (a % 2) - (b % 2) || a - b);
  const chosen = [];
  let sum = 0;
  for (const i of order) {
    sum += weights[i];
    while (chosen.length < DRAWN && sum > (chosen.length + 0.5) / DRAWN) chosen.push(i);
  }
  return chosen;
}
