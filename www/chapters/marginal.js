/** @import { Place } from '../story/types.js' */

import { drawArrows } from '../draw/arrows.js';
import { Crowd, moons, normals } from '../story/crowd.js';

const POINTS = 400;
const BLUR = 0.1; // standard deviation of each target, as the target `moons` has it
const SHOWN = 1 / (40 * POINTS); // of the weight: thinner lines are left out
const LATEST = 0.99;
const DOTS = 250; // that carry an arrow

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'marginal',
  title: 'Many targets: the field is an average',
  text: `<p>Now let every dot of noise go to a target of its own, chosen at random among all the
    <b class="target">data</b>. At a place $x$ and a time $t$ many lines pass, each with its own velocity. A field can
    give only one answer there. The best one is their mean: every target’s velocity, weighted by how likely it is that a
    dot which is here now is on its way to that target.</p>`,
  formula: [String.raw`u_t(x) = \sum_i w_i\, u_t(x \mid x_1^{(i)})`, String.raw`w_i \propto p_t(x \mid x_1^{(i)})`],
  more: `<p>Follow this <em>marginal</em> field from noise, and you arrive at the data. No network yet: for a few
    hundred target points the sum is worked out as it stands. Early on nearly all targets have a say, and the
    <b class="exact">arrow</b> points to their mean. Late, only the nearest few are left.</p>
    <p>The lines are straight. The dots’ trajectories are not: an average that changes from place to place bends
    them.</p>`,
  wait: 'Move the probe ◇ and watch whose say counts, at an early and at a late $t$.',

  async open(figure) {
    const { signal } = figure;
    const stage = figure.stage({
      layers: ['target', 'generated', 'exact'],
      label: 'Points flow by the exact field to two moons; a probe shows which targets count',
    });
    const crowd = new Crowd(moons(POINTS), BLUR);
    stage.target = crowd.points;
    figure.say(
      `${POINTS} target points, each blurred by ${BLUR}, and their exact field. ` +
        'The lines from the probe are as dark as the target’s share in the mean.',
    );
    /** @type {Place} */
    let probe = [-0.5, 0.4];
    figure.handle(stage, {
      words: 'Probe',
      role: 'probe',
      at: probe,
      onMove(...place) {
        probe = place;
        figure.reached();
      },
    });
    stage.overlays.add((scene) => drawProbe(scene, crowd, probe));
    let onDots = false;
    figure.choose(
      'Arrows',
      [
        ['grid', 'on a grid'],
        ['dots', 'on the dots'],
        ['none', 'none'],
      ],
      'grid',
      (choice) => {
        stage.layers.exact = choice === 'grid';
        onDots = choice === 'dots';
        stage.touch();
      },
    );
    stage.overlays.add(({ brush, camera, palette, t, current }) => {
      if (!onDots || !current) return;
      const xy = current.subarray(0, 2 * DOTS);
      drawArrows(brush, camera, xy, crowd.velocity(xy, Math.min(t, LATEST)), {
        color: palette.exact,
        longest_px: 26,
        fastest: 4,
        alpha: 0.8,
      });
    });
    await figure.onView(stage, async () => {
      const points = stage.arrowPoints;
      stage.exact = { points, frames: await crowd.frames(points, 15, signal), count: 15 };
      stage.touch();
    });
    stage.show(await crowd.carry(normals(700, 5), 40, signal));
  },
};

/**
 * Lines from the probe to the targets, as dark as their weights, and the mean velocity.
 * @param {import('../draw/types.js').Scene} scene
 * @param {Crowd} crowd
 * @param {Place} probe
 */
function drawProbe({ brush, camera, palette, t: now }, crowd, [x, y]) {
  const t = Math.min(now, LATEST);
  const weights = crowd.weigh(x, y, t);
  const most = weights.reduce((a, b) => Math.max(a, b), 0);
  const order = [...weights.keys()].filter((i) => weights[i] > SHOWN).sort((a, b) => weights[a] - weights[b]);
  const ends = Float32Array.from(order.flatMap((i) => [x, y, crowd.points[2 * i], crowd.points[2 * i + 1]]));
  const fades = Float32Array.from(order, (i) => weights[i] / most);
  brush.segments(ends, { color: palette.target, width_px: 1.2, alpha: 0.8, fades });
  const at = Float32Array.of(x, y);
  const u = crowd.velocity(at, t);
  const speed = Math.hypot(...u);
  const longest_px = Math.min(speed / 2.5, 1.6) * camera.scale_px;
  const middle = at.map((value, axis) => value + (u[axis] / speed) * (longest_px / camera.scale_px / 2));
  drawArrows(brush, camera, middle, u, { color: palette.exact, longest_px, fastest: speed, alpha: 1, width_px: 3.5 });
}
