// A picture's pixels: layers of many equal marks are written here one after the other, laid over each other, and put
// over what a canvas holds. In software, paths of thousands of parts take several times as long.

/** @import { Camera } from './types.js' */

import { channels } from './color.js';
import { canvasOf, contextOf } from './context.js';

const EDGE = 40; // pixels around the picture, so that marks at its edge need no care

export class Pixels {
  static EDGE = EDGE;
  #width = 0;
  #height = 0;
  #opacity = new Uint8Array(); // coverage of the current layer, 0 to 255
  #fours = new Uint32Array(); // the same bytes as 32-bit words
  #picture = new Uint32Array(); // the finished layers, 0xaabbggrr
  #data = new ImageData(1, 1); // the same bytes as an image
  /**
   * Where the picture is not empty: columns x0 to x1, rows y0 to y1, the last ones excluded.
   * @type {[number, number, number, number] | null}
   */
  #box = null;
  #buffer = canvasOf(1, 1);

  /** A frame begins, of so many pixels. */
  begin(width, height) {
    this.#clear();
    this.#width = width;
    this.#height = height;
  }

  /**
   * An empty layer: the opacity of each pixel, 0 to 255, row by row of `stride`, the edge included.
   * @returns {{ opacity: Uint8Array, stride: number }}
   */
  layer() {
    const [width, height] = [4 * Math.ceil((this.#width + 2 * EDGE) / 4), this.#height + 2 * EDGE];
    if (this.#data.width !== width || this.#data.height !== height) {
      this.#data = new ImageData(width, height);
      this.#picture = new Uint32Array(this.#data.data.buffer);
      this.#opacity = new Uint8Array(width * height);
      this.#fours = new Uint32Array(this.#opacity.buffer);
      Object.assign(this.#buffer, { width: this.#width, height: this.#height });
    }
    return { opacity: this.#opacity, stride: width };
  }

  /**
   * The layer is whole and lies in these columns and rows: it covers what is below in this colour,
   * and the next one begins.
   * @param {string} color
   */
  lay(color, x0, y0, x1, y1) {
    const [fours, picture, stride] = [this.#fours, this.#picture, this.#data.width];
    const [red, green, blue] = channels(color).map((channel) => Math.round(255 * channel));
    const ink = (blue << 16) | (green << 8) | red;
    for (let y = y0; y < y1; y++) {
      const end = (y * stride + x1 + 3) >> 2;
      for (let four = (y * stride + x0) >> 2; four < end; four++) {
        const opacities = fours[four];
        if (opacities === 0) continue;
        fours[four] = 0;
        for (let k = 0; k < 4; k++) {
          const over = (opacities >>> (8 * k)) & 255;
          if (over === 0) continue;
          const under = picture[4 * four + k] | 0;
          if (under === 0 || over === 255) {
            picture[4 * four + k] = (over << 24) | ink;
            continue;
          }
          // Neither colour is premultiplied; `share` is the one's below, of 65,536.
          const a = 255 * over;
          const b = (under >>> 24) * (255 - over);
          const share = ((65536 * b) / (a + b)) | 0;
          const r = red + ((((under & 255) - red) * share + 32768) >> 16);
          const g = green + (((((under >> 8) & 255) - green) * share + 32768) >> 16);
          const l = blue + (((((under >> 16) & 255) - blue) * share + 32768) >> 16);
          picture[4 * four + k] = (((a + b + 127) / 255) << 24) | (l << 16) | (g << 8) | r;
        }
      }
    }
    const box = this.#box;
    this.#box = box
      ? [Math.min(box[0], x0), Math.min(box[1], y0), Math.max(box[2], x1), Math.max(box[3], y1)]
      : [x0, y0, x1, y1];
  }

  /**
   * Puts all layers over what `context` holds, and forgets them.
   * @param {CanvasRenderingContext2D} context
   * @param {Camera} camera
   */
  put(context, camera) {
    if (!this.#box) return;
    const [width, height] = [this.#width, this.#height];
    const [x0, y0, x1, y1] = this.#box;
    // Only where marks are: large canvases take longer to copy than to write on.
    const [l, t] = [Math.max(0, x0 - EDGE), Math.max(0, y0 - EDGE)];
    const [w, h] = [Math.min(width, x1 - EDGE) - l, Math.min(height, y1 - EDGE) - t];
    if (w > 0 && h > 0) {
      const buffer = contextOf(this.#buffer, { willReadFrequently: true });
      buffer.putImageData(this.#data, -EDGE, -EDGE, l + EDGE, t + EDGE, w, h);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(this.#buffer, l, t, w, h, l, t, w, h);
      context.setTransform(camera.density, 0, 0, camera.density, 0, 0);
    }
    this.#clear();
  }

  #clear() {
    if (this.#box) this.#picture.fill(0, this.#box[1] * this.#data.width, this.#box[3] * this.#data.width);
    this.#box = null;
  }
}
