// The way that some of the points take from t = 0 to t = 1.

/** @param {{ times: Float32Array, positions: Float32Array, count: number }} samples positions are T × count × 2 */
export function drawTrajectories(context, camera, samples, { color, shown, alpha }) {
  const { positions, count, times } = samples;
  context.strokeStyle = color;
  context.globalAlpha = alpha;
  context.lineWidth = 1;
  context.beginPath();
  for (let point = 0; point < Math.min(shown, count); point++) {
    for (let k = 0; k < times.length; k++) {
      const at = 2 * (k * count + point);
      const [x, y] = [camera.x(positions[at]), camera.y(positions[at + 1])];
      if (k === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }
  context.stroke();
  context.globalAlpha = 1;
}
