// The brush that writes what it is told as SVG: for print, and for drawing programs.

/** @import { Bounds, Camera, PointStyle, SegmentStyle } from './types.js' */

import { canvasOf, contextOf } from './context.js';

const SHORT = 2; // digits behind the point, in CSS pixels

/** @type {Record<string, string>} */
const CAPS = { disc: 'round', square: 'square' };

export class SvgBrush {
  kind = 'svg';
  /** @type {Camera} */
  #camera;
  /** @type {string[]} */
  #parts = [];

  /** @param {Camera} camera */
  begin(camera) {
    this.#camera = camera;
    this.#parts = [];
  }

  end() {}

  /**
   * @param {Float32Array} xy
   * @param {PointStyle} style
   */
  points(xy, { color, size_px, alpha, shape = 'disc' }) {
    const half = size_px / 2;
    const marks = [];
    for (let i = 0; i < xy.length; i += 2) {
      const [x, y] = [this.#camera.x(xy[i]), this.#camera.y(xy[i + 1])];
      if (!this.#sees(x, y, half)) continue;
      if (shape === 'ring') marks.push(`M${at(x - half, y)}${arc(half, size_px)}${arc(half, -size_px)}`);
      else if (shape === 'cross')
        marks.push(
          `M${at(x - half, y - half)}L${at(x + half, y + half)}M${at(x - half, y + half)}L${at(x + half, y - half)}`,
        );
      else marks.push(`M${at(x, y)}h0`); // a line without length has caps all the same
    }
    const cap = CAPS[shape];
    this.#path(
      marks,
      cap ? { color, alpha, width_px: size_px, cap } : { color, alpha, width_px: Math.max(1, size_px / 5) },
    );
  }

  /**
   * @param {Float32Array} ends
   * @param {SegmentStyle} style
   */
  segments(ends, { color, width_px, alpha, fades }) {
    const camera = this.#camera;
    const lines = new Map(); // by how much they fade
    for (let i = 0; i < ends.length; i += 4) {
      const [x0, y0, x1, y1] = [camera.x(ends[i]), camera.y(ends[i + 1]), camera.x(ends[i + 2]), camera.y(ends[i + 3])];
      if (![x0, y0, x1, y1].every(Number.isFinite)) continue;
      const fade = fades ? fades[i / 4] : 1;
      if (!lines.has(fade)) lines.set(fade, []);
      lines.get(fade).push(`M${at(x0, y0)}L${at(x1, y1)}`);
    }
    for (const [fade, marks] of lines) this.#path(marks, { color, alpha: alpha * fade, width_px });
  }

  /**
   * @param {Uint8ClampedArray} rgba
   * @param {number} width
   * @param {number} height
   * @param {Bounds} bounds
   */
  image(rgba, width, height, { left, right, bottom, top }) {
    const canvas = canvasOf(width, height);
    contextOf(canvas).putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
    const { x, y } = { x: this.#camera.x(left), y: this.#camera.y(bottom) };
    // The first row lies at the bottom.
    const scale = `${(this.#camera.x(right) - x) / width} ${(this.#camera.y(top) - y) / height}`;
    const place = `translate(${at(x, y)}) scale(${scale})`;
    this.#parts.push(`<image href="${canvas.toDataURL()}" width="${width}" height="${height}" transform="${place}"/>`);
  }

  /** The whole file. `title` and `text` are for readers of the file that cannot see it. */
  file({ background, title, text }) {
    const { width_px: width, height_px: height } = this.#camera;
    const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} fill="none">
<title>${escaped(title)}</title>
<desc>${escaped(text)}</desc>
<rect width="100%" height="100%" fill="${background}"/>
${this.#parts.join('\n')}
</svg>
`;
  }

  #sees(x, y, half) {
    const { width_px, height_px } = this.#camera;
    return x > -half && y > -half && x < width_px + half && y < height_px + half;
  }

  /**
   * @param {string[]} marks
   * @param {{ color: string, alpha: number, width_px: number, cap?: string }} style
   */
  #path(marks, { color, alpha, width_px, cap }) {
    if (!marks.length) return;
    const caps = cap ? ` stroke-linecap="${cap}"` : '';
    const stroke = `stroke="${color}" stroke-opacity="${short(alpha)}" stroke-width="${short(width_px)}"${caps}`;
    this.#parts.push(`<path ${stroke} d="${marks.join('')}"/>`);
  }
}

const short = (number) => String(Number(number.toFixed(SHORT)));

/** Half a circle, to a point that lies `across` farther to the right. */
const arc = (radius, across) => `a${short(radius)} ${short(radius)} 0 1 0 ${short(across)} 0`;

const at = (x, y) => `${short(x)} ${short(y)}`;

const escaped = (text) => text.replace(/[&<>]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[letter]);
