// Points in three dimensions, turned by hand: near ones large and dark, far ones small and pale.

const SHADES = 6;
// Half sides from the middle to the edge of the picture: a corner is √3 away, and nearer ones look larger.
const REACH = 1.95;
const DISTANCE = 5; // of the eye, in half sides of the cube

/** @typedef {[number, number, number]} Triple */

/**
 * @param {{ yaw: number, pitch: number }} camera
 * @returns {(x: number, y: number, z: number) => Triple} right, up, towards the eye
 */
function turning({ yaw, pitch }) {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  return (x, y, z) => {
    const [right, away] = [cy * x + sy * z, cy * z - sy * x];
    return [right, cp * y - sp * away, sp * y + cp * away];
  };
}

/**
 * Draws points and the edges of boxes.
 * @param {CanvasRenderingContext2D} context
 * @param {{ width_px: number, height_px: number, extent: number, yaw: number, pitch: number }} camera
 * @param {Float32Array} xyz n × 3 numbers
 * @param {{ color: string, lineColor: string, size_px: number, boxes: number[][] }} style a box is [x, y, z, side]
 * @returns {(x: number, y: number, z: number) => Triple} a point's pixel, and how near it is
 */
export function drawTurned(context, camera, xyz, { color, lineColor, size_px, boxes }) {
  const turn = turning(camera);
  const scale_px = Math.min(camera.width_px, camera.height_px) / (REACH * 2 * camera.extent);
  /** @returns {Triple} */
  const project = (x, y, z) => {
    const [right, up, near] = turn(x, y, z);
    const share = DISTANCE / (DISTANCE - near / camera.extent);
    return [
      camera.width_px / 2 + scale_px * share * right,
      camera.height_px / 2 - scale_px * share * up,
      near / camera.extent,
    ];
  };
  context.strokeStyle = lineColor;
  context.lineWidth = 1;
  context.beginPath();
  for (const box of boxes) {
    for (const [a, b] of edgesOf(box)) {
      const [[ax, ay], [bx, by]] = [project(...a), project(...b)];
      context.moveTo(ax, ay);
      context.lineTo(bx, by);
    }
  }
  context.stroke();
  // By layers of depth, from behind.
  /** @type {number[][]} */
  const layers = Array.from({ length: SHADES }, () => []);
  for (let i = 0; i < xyz.length; i += 3) {
    const [x, y, near] = project(xyz[i], xyz[i + 1], xyz[i + 2]);
    layers[Math.min(SHADES - 1, Math.max(0, Math.floor(((near + 1.5) / 3) * SHADES)))].push(x, y);
  }
  context.fillStyle = color;
  layers.forEach((xy, depth) => {
    context.globalAlpha = 0.3 + (0.7 * depth) / (SHADES - 1);
    const side_px = size_px * (0.7 + (0.6 * depth) / (SHADES - 1));
    for (let i = 0; i < xy.length; i += 2)
      context.fillRect(xy[i] - side_px / 2, xy[i + 1] - side_px / 2, side_px, side_px);
  });
  context.globalAlpha = 1;
  return project;
}

/**
 * @param {number[]} box
 * @returns {[Triple, Triple][]}
 */
function edgesOf([x, y, z, side]) {
  /** @returns {Triple} */
  const corner = (k) => [x + side * (k & 1), y + side * ((k >> 1) & 1), z + side * ((k >> 2) & 1)];
  /** @type {[Triple, Triple][]} */
  const edges = [];
  for (let k = 0; k < 8; k++) for (const bit of [1, 2, 4]) if (!(k & bit)) edges.push([corner(k), corner(k | bit)]);
  return edges;
}
