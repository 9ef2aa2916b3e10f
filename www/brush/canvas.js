// The brush on a 2D canvas: for browsers without WebGL2, and for those that have lost it.

/** @import { Bounds, Camera, PointStyle, SegmentStyle } from './types.js' */

import { canvasOf, contextOf } from './context.js';
import { Marks } from './marks.js';
import { Pixels } from './pixels.js';
import { Segments } from './segments.js';

// Points or segments, from where on they are written into pixels: paths of ten thousand points
// took 40 ms, so they take 3.
const MANY = 100;

export class CanvasBrush {
  kind = 'canvas';
  #context;
  /** @type {Camera} */
  #camera;
  #image = canvasOf(1, 1);
  #pixels = new Pixels();
  #marks = new Marks(this.#pixels);
  #segments = new Segments(this.#pixels);

  constructor(context = contextOf(document.createElement('canvas'))) {
    this.#context = context;
    this.canvas = context.canvas;
  }

  /** @param {Camera} camera */
  begin(camera) {
    this.#camera = camera;
    this.#pixels.begin(camera.canvas.width, camera.canvas.height);
    this.#context.setTransform(camera.density, 0, 0, camera.density, 0, 0);
    this.#context.clearRect(0, 0, camera.width_px, camera.height_px);
  }

  end() {
    this.#pixels.put(this.#context, this.#camera);
  }

  /** Gives the bitmap back. */
  dispose() {
    Object.assign(this.canvas, { width: 0, height: 0 });
  }

  /**
   * @param {Float32Array} xy
   * @param {PointStyle} style
   */
  points(xy, { color, size_px, alpha, shape = 'disc' }) {
    if (xy.length > 2 * MANY && shape !== 'cross')
      return this.#marks.draw(this.#camera, xy, { color, size_px, alpha, shape });
    this.end();
    const [context, camera] = [this.#context, this.#camera];
    const half = size_px / 2;
    context.globalAlpha = alpha;
    context.fillStyle = context.strokeStyle = color;
    context.lineWidth = Math.max(1, size_px / 5);
    context.beginPath();
    for (let i = 0; i < xy.length; i += 2) {
      const [x, y] = [camera.x(xy[i]), camera.y(xy[i + 1])];
      if (shape === 'cross') this.#cross(x, y, half);
      else if (shape === 'square') context.rect(x - half, y - half, size_px, size_px);
      else {
        context.moveTo(x + half, y);
        context.arc(x, y, half, 0, 2 * Math.PI);
      }
    }
    if (shape === 'disc' || shape === 'square') context.fill();
    else context.stroke();
    context.globalAlpha = 1;
  }

  #cross(x, y, half) {
    this.#context.moveTo(x - half, y - half);
    this.#context.lineTo(x + half, y + half);
    this.#context.moveTo(x - half, y + half);
    this.#context.lineTo(x + half, y - half);
  }

  /**
   * @param {Float32Array} ends
   * @param {SegmentStyle} style
   */
  segments(ends, { color, width_px, alpha, fades }) {
    if (ends.length > 4 * MANY) return this.#segments.draw(this.#camera, ends, { color, width_px, alpha, fades });
    this.end();
    const [context, camera] = [this.#context, this.#camera];
    context.strokeStyle = color;
    context.lineWidth = width_px;
    context.globalAlpha = alpha;
    context.beginPath();
    for (let i = 0; i < ends.length; i += 4) {
      if (fades && (i === 0 || fades[i / 4] !== fades[i / 4 - 1])) {
        context.stroke();
        context.beginPath();
        context.globalAlpha = alpha * fades[i / 4];
      }
      context.moveTo(camera.x(ends[i]), camera.y(ends[i + 1]));
      context.lineTo(camera.x(ends[i + 2]), camera.y(ends[i + 3]));
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  /**
   * @param {Uint8ClampedArray} rgba
   * @param {number} width
   * @param {number} height
   * @param {Bounds} bounds
   */
  image(rgba, width, height, { left, right, bottom, top }) {
    this.end();
    if (this.#image.width !== width || this.#image.height !== height) Object.assign(this.#image, { width, height });
    contextOf(this.#image).putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
    const [context, camera] = [this.#context, this.#camera];
    context.save();
    // The first row lies at the bottom.
    context.translate(camera.x(left), camera.y(bottom));
    context.scale((camera.x(right) - camera.x(left)) / width, (camera.y(top) - camera.y(bottom)) / height);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#image, 0, 0);
    context.restore();
  }
}
