// Many equal marks, written straight into pixels: a mark is made once for each of a few places within a pixel, so that its
// edge is smooth and it glides, and is then copied. Where marks overlap, the darker pixel stays.

import { channels } from './brush.js';

const PLACES = 4; // within a pixel, each way
const EDGE = 40; // pixels around the picture, so that marks at its edge need no care
const KINDS_MAX = 24;

export class Stamps {
  #sheets = []; // { canvas, context }, one for each layer of a frame: to write on one that was just drawn copies it first
  #used = 0;
  #data = null;
  #words = null;
  #kinds = new Map();

  /** A frame begins. */
  begin() {
    this.#used = 0;
  }

  /**
   * Draws marks at `xy`, n × 2 numbers, over what `context` holds.
   * @param {{ color: string, size_px: number, alpha: number, shape: 'disc' | 'ring' | 'square' }} style
   */
  draw(context, camera, xy, style) {
    const { width, height } = camera.canvas;
    this.#resize(width, height);
    const [words, stride] = [this.#words, width + 2 * EDGE];
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
      for (let k = 0; k < at.length; k++) if (words[start + at[k]] < ink[k]) words[start + at[k]] = ink[k];
      if (column < x0) x0 = column;
      if (column > x1) x1 = column;
      if (row < y0) y0 = row;
      if (row > y1) y1 = row;
    }
    if (x1 < x0) return;
    // Only where marks are: large canvases take longer to copy than to write on.
    const [l, t] = [Math.max(0, x0 - EDGE), Math.max(0, y0 - EDGE)];
    const [w, h] = [Math.min(width, x1 + side - EDGE) - l, Math.min(height, y1 + side - EDGE) - t];
    if (w > 0 && h > 0) {
      const sheet = this.#sheet(width, height);
      sheet.context.putImageData(this.#data, -EDGE, -EDGE, l + EDGE, t + EDGE, w, h);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(sheet.canvas, l, t, w, h, l, t, w, h);
      context.setTransform(camera.density, 0, 0, camera.density, 0, 0);
    }
    words.fill(0, y0 * stride, (y1 + side) * stride);
  }

  #resize(width, height) {
    const [w, h] = [width + 2 * EDGE, height + 2 * EDGE];
    if (this.#data?.width === w && this.#data.height === h) return;
    this.#data = new ImageData(w, h);
    this.#words = new Uint32Array(this.#data.data.buffer);
    this.#kinds.clear();
    this.#sheets = [];
  }

  #sheet(width, height) {
    const number = this.#used++;
    if (!this.#sheets[number]) {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      this.#sheets[number] = { canvas, context: canvas.getContext('2d', { willReadFrequently: true }) };
    }
    return this.#sheets[number];
  }

  #kind({ color, alpha, shape }, size, stride) {
    const key = `${color} ${alpha} ${shape} ${size}`;
    let kind = this.#kinds.get(key);
    if (!kind) {
      if (this.#kinds.size >= KINDS_MAX) this.#kinds.clear();
      this.#kinds.set(key, (kind = kindOf(color, alpha, shape, size, stride)));
    }
    return kind;
  }
}

/** @returns {{ side: number, marks: { at: Int32Array, ink: Uint32Array }[] }} for each place: pixels from the corner, and what they get */
function kindOf(color, alpha, shape, size, stride) {
  const side = Math.ceil(size) + 2;
  const [red, green, blue] = channels(color).map((channel) => Math.round(255 * channel));
  const marks = Array.from({ length: PLACES ** 2 }, (_, place) => {
    const middle = [place % PLACES, Math.floor(place / PLACES)].map((k) => side / 2 + (k + 0.5) / PLACES);
    const [at, ink] = [[], []];
    for (let k = 0; k < side ** 2; k++) {
      const [dx, dy] = [(k % side) + 0.5 - middle[0], Math.floor(k / side) + 0.5 - middle[1]];
      const opacity = Math.round(255 * alpha * COVERED[shape](dx, dy, size));
      if (!opacity) continue;
      at.push(Math.floor(k / side) * stride + (k % side));
      ink.push(((opacity << 24) | (blue << 16) | (green << 8) | red) >>> 0);
    }
    return { at: Int32Array.from(at), ink: Uint32Array.from(ink) };
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
