// The pairs that a training step sees, joined by the straight lines that it learns from.

const lines = new WeakMap();

/** @param {{ x0: Float32Array, x1: Float32Array }} pairs n × 2 coordinates each */
export function drawPairs(brush, pairs, { color, shown, alpha, sourceColor, targetColor, size_px }) {
  const some = Math.min(shown, pairs.x0.length / 2);
  if (!lines.has(pairs)) {
    const ends = Float32Array.from(
      { length: 4 * some },
      (_, i) => (i % 4 < 2 ? pairs.x0 : pairs.x1)[2 * (i >> 2) + (i % 2)],
    );
    lines.set(pairs, { ends, x0: pairs.x0.slice(0, 2 * some), x1: pairs.x1.slice(0, 2 * some) });
  }
  const { ends, x0, x1 } = lines.get(pairs);
  brush.segments(ends, { color, alpha, width_px: 1, fixed: true });
  brush.points(x0, { color: sourceColor, size_px, alpha: 0.9, shape: 'ring', fixed: true });
  brush.points(x1, { color: targetColor, size_px, alpha: 0.9, shape: 'square', fixed: true });
}
