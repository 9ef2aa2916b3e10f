// A velocity on a grid, as arrows.

/** @import { Bounds, Brush, Camera } from '../brush/types.js' */

/** Arrows along the shorter side of a picture. */
export const ARROWS_SIDE = 17;

/**
 * How long they may be, so that they touch at most.
 * @param {Camera} camera
 */
export const longestOf = (camera) => (1.1 * Math.min(camera.width_px, camera.height_px)) / ARROWS_SIDE;

/**
 * Points of a square grid over a rectangle of the plane, `side` of them along its shorter side.
 * @param {Bounds} bounds
 * @param {number} side
 */
export function gridPoints({ left, right, bottom, top }, side) {
  const step = Math.min(right - left, top - bottom) / side;
  const [columns, rows] = [
    Math.min(Math.floor((right - left) / step + 1e-6), 3 * side),
    Math.min(Math.floor((top - bottom) / step + 1e-6), 3 * side),
  ];
  const [midX, midY] = [(left + right) / 2, (bottom + top) / 2];
  const points = new Float32Array(2 * columns * rows);
  for (let k = 0; k < columns * rows; k++) {
    points[2 * k] = midX + ((k % columns) - (columns - 1) / 2) * step;
    points[2 * k + 1] = midY + (Math.floor(k / columns) - (rows - 1) / 2) * step;
  }
  return points;
}

/**
 * The largest speed among `velocity`, n × 2 numbers.
 * @param {ArrayLike<number>} velocity
 */
export function fastestOf(velocity) {
  let fastest = 1e-9;
  for (let i = 0; i < velocity.length; i += 2) fastest = Math.max(fastest, Math.hypot(velocity[i], velocity[i + 1]));
  return fastest;
}

/**
 * Arrows from `xy` along `velocity` (n × 2 numbers each). One of speed `fastest` is `longest_px`, and none is
 * longer; the others shrink with the square root of their speed, so that slow places still show a direction.
 * `dashed` breaks the shafts.
 * @param {Brush} brush
 * @param {Camera} camera
 * @param {Float32Array} xy
 * @param {ArrayLike<number>} velocity
 * @param {{ color: string, longest_px: number, alpha: number, fastest: number, dashed?: boolean, width_px?: number }}
 *   style
 */
export function drawArrows(
  brush,
  camera,
  xy,
  velocity,
  { color, longest_px, alpha, fastest, dashed = false, width_px = 1.3 },
) {
  const pieces = dashed
    ? [
        [0, 0.28],
        [0.42, 0.66],
        [0.8, 1],
      ]
    : [[0, 1]];
  const ends = new Float32Array((xy.length / 2) * (pieces.length + 2) * 4);
  const unit = 1 / camera.scale_px;
  let filled = 0;
  const line = (fromX, fromY, toX, toY) => {
    ends[filled++] = fromX;
    ends[filled++] = fromY;
    ends[filled++] = toX;
    ends[filled++] = toY;
  };
  for (let i = 0; i < xy.length; i += 2) {
    const speed = Math.hypot(velocity[i], velocity[i + 1]);
    if (!(speed > 0)) continue;
    const length_px = longest_px * Math.sqrt(Math.min(1, speed / fastest));
    const [ux, uy] = [velocity[i] / speed, velocity[i + 1] / speed];
    const length = length_px * unit;
    const [x, y] = [xy[i] - (ux * length) / 2, xy[i + 1] - (uy * length) / 2];
    for (const [from, to] of pieces)
      line(x + ux * length * from, y + uy * length * from, x + ux * length * to, y + uy * length * to);
    const head = Math.min(3.5 * width_px, length_px / 2) * unit;
    const [tipX, tipY] = [x + ux * length, y + uy * length];
    line(tipX - head * (ux - 0.5 * uy), tipY - head * (uy + 0.5 * ux), tipX, tipY);
    line(tipX - head * (ux + 0.5 * uy), tipY - head * (uy - 0.5 * ux), tipX, tipY);
  }
  brush.segments(ends.subarray(0, filled), { color, width_px, alpha });
}
