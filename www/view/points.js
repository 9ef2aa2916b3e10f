// Points as small squares, which fill faster than discs and look alike at this size.

/** @param {Float32Array} xy n × 2 coordinates */
export function drawPoints(context, camera, xy, { color, size_px, alpha }) {
  context.fillStyle = color;
  context.globalAlpha = alpha;
  const half = size_px / 2;
  for (let i = 0; i < xy.length; i += 2) {
    context.fillRect(camera.x(xy[i]) - half, camera.y(xy[i + 1]) - half, size_px, size_px);
  }
  context.globalAlpha = 1;
}
