// A velocity on a grid.

/** The grid's points, `side × side`, over the camera's square. @returns {Float32Array} */
export function gridPoints(extent, side) {
  const at = (k) => (((k + 0.5) / side) * 2 - 1) * extent;
  return Float32Array.from({ length: 2 * side * side }, (_, i) => at(i % 2 ? Math.floor((i >> 1) / side) : (i >> 1) % side));
}

/** The largest speed among `velocity`, n × 2 numbers. */
export function fastestOf(velocity) {
  let fastest = 1e-9;
  for (let i = 0; i < velocity.length; i += 2) fastest = Math.max(fastest, Math.hypot(velocity[i], velocity[i + 1]));
  return fastest;
}

/**
 * Arrows from `xy` along `velocity` (n × 2 numbers each). One of speed `fastest` is `longest_px`, and none is longer; the
 * others shrink with the square root of their speed, so that slow places still show a direction.
 */
export function drawArrows(context, camera, xy, velocity, { color, longest_px, alpha, fastest, dash = [] }) {
  context.strokeStyle = color;
  context.globalAlpha = alpha;
  context.lineWidth = 1.2;
  context.setLineDash(dash);
  context.beginPath();
  for (let i = 0; i < xy.length; i += 2) {
    const speed = Math.hypot(velocity[i], velocity[i + 1]);
    if (!(speed > 0)) continue;
    const length = longest_px * Math.sqrt(Math.min(1, speed / fastest));
    const [ux, uy] = [velocity[i] / speed, -velocity[i + 1] / speed];
    const [x, y] = [camera.x(xy[i]) - (ux * length) / 2, camera.y(xy[i + 1]) - (uy * length) / 2];
    const [tipX, tipY] = [x + ux * length, y + uy * length];
    const head = Math.min(4, length / 2);
    context.moveTo(x, y);
    context.lineTo(tipX, tipY);
    context.moveTo(tipX - head * (ux - 0.5 * uy), tipY - head * (uy + 0.5 * ux));
    context.lineTo(tipX, tipY);
    context.lineTo(tipX - head * (ux + 0.5 * uy), tipY - head * (uy - 0.5 * ux));
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}
