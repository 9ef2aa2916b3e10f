// One recorded training step: its pairs, times, target arrows, the network's answers before and after.

/** @import { Brush, Camera } from '../brush/types.js' */
/** @import { RecordedStep, Scene } from './types.js' */

import { drawArrows, fastestOf } from './arrows.js';
import { segmentsBetween } from './pairs.js';

/** What is drawn in each phase, each with what the ones before have drawn. */
export const PHASES = ['pairs', 'times', 'targets', 'prediction', 'correction'];

/**
 * @param {Pick<Scene, 'brush' | 'camera' | 'palette' | 'dot_px'>} scene
 * @param {RecordedStep} step
 * @param {{ phase: number, shown: number, enlarged: number }} how `enlarged`: the correction is drawn so many times
 *   longer
 */
export function drawRecorded({ brush, camera, palette, dot_px }, step, { phase, shown, enlarged }) {
  const first = (values) => values.subarray(0, 2 * shown);
  const [x0, x1, xt, ut, before, after] = [step.x0, step.x1, step.xt, step.ut, step.before, step.after].map(first);
  brush.segments(segmentsBetween(x0, x1, shown), { color: palette.soft, width_px: 1, alpha: phase === 0 ? 0.8 : 0.3 });
  brush.points(x0, { color: palette.source, size_px: 2.2 * dot_px, alpha: phase < 2 ? 1 : 0.4, shape: 'ring' });
  brush.points(x1, { color: palette.target, size_px: 2 * dot_px, alpha: phase < 2 ? 1 : 0.4, shape: 'square' });
  if (phase < 1) return;
  const arrow = (from, vector, color, width_px) => drawFrom(brush, camera, from, vector, color, width_px);
  if (phase >= 2) arrow(xt, ut, palette.target, 2);
  if (phase >= 3) {
    // The errors, from the tip of the answer to the tip of what was asked.
    const tips = (velocity) => xt.map((value, i) => value + LENGTH * velocity[i]);
    const [said, asked] = [tips(before), tips(ut)];
    if (phase === 3)
      brush.segments(segmentsBetween(said, asked, shown), { color: palette.ink, width_px: 1, alpha: 0.5 });
    arrow(xt, before, palette.velocity, 2);
    if (phase === 4)
      arrow(
        said,
        after.map((value, i) => enlarged * (value - before[i])),
        palette.ink,
        2.2,
      );
  }
  brush.points(xt, { color: palette.generated, size_px: 2.2 * dot_px, alpha: 1 });
}

/** An arrow's length: the way in this much flow time. */
const LENGTH = 0.22;

/**
 * Arrows that start at the points and are as long as the way in LENGTH of the flow time.
 * @param {Brush} brush
 * @param {Camera} camera
 * @param {Float32Array} xy
 * @param {Float32Array} velocity
 */
function drawFrom(brush, camera, xy, velocity, color, width_px) {
  const fastest = fastestOf(velocity);
  // drawArrows makes length grow with the root of speed, about the arrow's middle: a squared speed undoes the first.
  const squared = velocity.map((value, i) => value * Math.hypot(velocity[i - (i % 2)], velocity[i - (i % 2) + 1]));
  const middle = xy.map((value, i) => value + (LENGTH / 2) * velocity[i]);
  drawArrows(brush, camera, middle, squared, {
    color,
    longest_px: LENGTH * fastest * camera.scale_px,
    fastest: fastest ** 2,
    alpha: 0.95,
    width_px,
  });
}
