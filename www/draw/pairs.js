// The pairs that a training step sees, joined by the straight lines that it learns from.

/** @import { Brush } from '../brush/types.js' */
/** @import { Pairs } from './types.js' */

/** @type {WeakMap<Pairs, Pairs & { ends: Float32Array }>} */
const lines = new WeakMap();

/**
 * Segments from the first points of `from` to those of `to`, n × 2 numbers each.
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} count
 */
export const segmentsBetween = (from, to, count) =>
  Float32Array.from({ length: 4 * count }, (_, i) => (i % 4 < 2 ? from : to)[2 * (i >> 2) + (i % 2)]);

/**
 * @param {Brush} brush
 * @param {Pairs} pairs
 * @param {{ color: string, shown: number, alpha: number, sourceColor: string, targetColor: string, size_px: number }}
 *   style
 */
export function drawPairs(brush, pairs, { color, shown, alpha, sourceColor, targetColor, size_px }) {
  const some = Math.min(shown, pairs.x0.length / 2);
  let shownPairs = lines.get(pairs);
  if (!shownPairs) {
    const ends = segmentsBetween(pairs.x0, pairs.x1, some);
    shownPairs = { ends, x0: pairs.x0.slice(0, 2 * some), x1: pairs.x1.slice(0, 2 * some) };
    lines.set(pairs, shownPairs);
  }
  const { ends, x0, x1 } = shownPairs;
  brush.segments(ends, { color, alpha, width_px: 1, fixed: true });
  brush.points(x0, { color: sourceColor, size_px, alpha: 0.9, shape: 'ring', fixed: true });
  brush.points(x1, { color: targetColor, size_px, alpha: 0.9, shape: 'square', fixed: true });
}
