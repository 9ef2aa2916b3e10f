// Many equal marks as pixels: a mark is made once for each of a few places within a pixel, so that its edge is smooth
// and it glides, and is then copied.

/** @import { Camera } from './types.js' */

import { Pixels } from './pixels.js';

const PLACES = 4; // within a pixel, each way
const KINDS_MAX = 24;

/**
 * For each place within a pixel, the mark's pixels: where they are from its corner, and their opacity.
 * @typedef {{ side: number, marks: { at: Int32Array, ink: Uint8Array }[] }} Kind
 */

export class Marks {
  #pixels;
  /** @type {number | undefined} */
  #stride;
  /** @type {Map<string, Kind>} */
  #kinds = new Map();

  /** @param {Pixels} pixels */
  constructor(pixels) {
    this.#pixels = pixels;
  }

  /**
   * A layer of marks at `xy`, n × 2 numbers.
   * @param {Camera} camera
   * @param {Float32Array} xy
   * @param {{ color: string, size_px: number, alpha: number, shape: 'disc' | 'ring' | 'square' }} style
   */
  draw(camera, xy, style) {
    const { width, height } = camera.canvas;
    const { EDGE } = Pixels;
    const { opacity, stride } = this.#pixels.layer();
    const size = Math.min(style.size_px * camera.density, 2 * EDGE - 4);
    const { side, marks } = this.#kind(style, size, stride);
    const scale = camera.scale_px * camera.density;
    const left = width / 2 - camera.centreX * scale - side / 2 + EDGE;
    const top = height / 2 + camera.centreY * scale - side / 2 + EDGE;
    const [mostX, mostY] = [width + 2 * EDGE - side, height + 2 * EDGE - side];
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < xy.length; i += 2) {
      const [px, py] = [left + xy[i] * scale, top - xy[i + 1] * scale];
      if (!(px >= 0 && py >= 0 && px < mostX && py < mostY)) continue;
      const [column, row] = [Math.floor(px), Math.floor(py)];
      const { at, ink } = marks[Math.floor((py - row) * PLACES) * PLACES + Math.floor((px - column) * PLACES)];
      const start = row * stride + column;
      for (let k = 0; k < at.length; k++) if (opacity[start + at[k]] < ink[k]) opacity[start + at[k]] = ink[k];
      if (column < x0) x0 = column;
      if (column > x1) x1 = column;
      if (row < y0) y0 = row;
      if (row > y1) y1 = row;
    }
    if (x1 >= x0) this.#pixels.lay(style.color, x0, y0, x1 + side, y1 + side);
  }

  #kind({ alpha, shape }, size, stride) {
    if (stride !== this.#stride || this.#kinds.size >= KINDS_MAX) this.#kinds.clear();
    this.#stride = stride;
    const key = `${alpha} ${shape} ${size}`;
    let kind = this.#kinds.get(key);
    if (!kind) this.#kinds.set(key, (kind = kindOf(alpha, shape, size, stride)));
    return kind;
  }
}

/** @returns {Kind} */
function kindOf(alpha, shape, size, stride) {
  const side = Math.ceil(size) + 2;
  const marks = Array.from({ length: PLACES ** 2 }, (_, place) => {
    const middle = [place % PLACES, Math.floor(place / PLACES)].map((k) => side / 2 + (k + 0.5) / PLACES);
    /** @type {[number[], number[]]} */
    const [at, ink] = [[], []];
    for (let k = 0; k < side ** 2; k++) {
      const [dx, dy] = [(k % side) + 0.5 - middle[0], Math.floor(k / side) + 0.5 - middle[1]];
      const opacity = Math.round(255 * alpha * COVERED[shape](dx, dy, size));
      if (!opacity) continue;
      at.push(Math.floor(k / side) * stride + (k % side));
      ink.push(opacity);
    }
    return { at: Int32Array.from(at), ink: Uint8Array.from(ink) };
  });
  return { side, marks };
}

const share = (covered) => Math.min(1, Math.max(0, covered));

/** How much of a pixel, so far from the middle, lies in the mark. */
const COVERED = {
  disc: (dx, dy, size) => share(size / 2 + 0.5 - Math.hypot(dx, dy)),
  ring: (dx, dy, size) => share(Math.max(1, size / 5) / 2 + 0.5 - Math.abs(Math.hypot(dx, dy) - size / 2)),
  square: (dx, dy, size) => share(size / 2 + 0.5 - Math.abs(dx)) * share(size / 2 + 0.5 - Math.abs(dy)),
};
