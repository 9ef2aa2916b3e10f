// The brush on a 2D canvas: for browsers without WebGL2, and for those that have lost it.

import { channels } from './brush.js';

const MANY = 1500; // points, from where on they are written into pixels: ten thousand rectangles take 40 ms, so they take 2

export class CanvasBrush {
  kind = 'canvas';
  #pixels; // { canvas, context, data, words }
  #context;
  #camera;
  #image;

  constructor(context) {
    this.#context = context;
  }

  begin(camera) {
    this.#camera = camera;
    this.#context.setTransform(camera.density, 0, 0, camera.density, 0, 0);
    this.#context.clearRect(0, 0, camera.width_px, camera.height_px);
  }

  // Squares for discs, which fill faster and look alike at this size; a ring is a square's outline.
  points(xy, { color, size_px, alpha, shape }) {
    if (xy.length > 2 * MANY && (shape === 'disc' || shape === 'square')) return this.#squares(xy, color, size_px, alpha);
    const [context, camera] = [this.#context, this.#camera];
    const half = size_px / 2;
    context.globalAlpha = alpha;
    context.fillStyle = context.strokeStyle = color;
    context.lineWidth = Math.max(1, size_px / 5);
    context.beginPath();
    for (let i = 0; i < xy.length; i += 2) {
      const [x, y] = [camera.x(xy[i]), camera.y(xy[i + 1])];
      if (shape === 'ring') context.rect(x - half, y - half, size_px, size_px);
      else if (shape === 'cross') this.#cross(x, y, half);
      else context.fillRect(x - half, y - half, size_px, size_px);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  #squares(xy, color, size_px, alpha) {
    const camera = this.#camera;
    const { width, height } = camera.canvas;
    if (this.#pixels?.canvas.width !== width || this.#pixels.canvas.height !== height) {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      const data = context.createImageData(width, height);
      this.#pixels = { canvas, context, data, words: new Uint32Array(data.data.buffer) };
    }
    const { canvas, context, data, words } = this.#pixels;
    const [red, green, blue] = channels(color).map((channel) => Math.round(255 * channel));
    const word = ((Math.round(255 * alpha) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    const side = Math.max(1, Math.round(size_px * camera.density));
    const scale = camera.scale_px * camera.density;
    const [left, top] = [width / 2 - camera.centreX * scale - side / 2, height / 2 + camera.centreY * scale - side / 2];
    words.fill(0);
    for (let i = 0; i < xy.length; i += 2) {
      const [x, y] = [Math.round(left + xy[i] * scale), Math.round(top - xy[i + 1] * scale)];
      if (!(x >= 0 && y >= 0 && x + side <= width && y + side <= height)) continue;
      for (let row = y; row < y + side; row++) words.fill(word, row * width + x, row * width + x + side);
    }
    context.putImageData(data, 0, 0);
    this.#context.drawImage(canvas, 0, 0, camera.width_px, camera.height_px);
  }

  #cross(x, y, half) {
    this.#context.moveTo(x - half, y - half);
    this.#context.lineTo(x + half, y + half);
    this.#context.moveTo(x - half, y + half);
    this.#context.lineTo(x + half, y - half);
  }

  segments(ends, { color, width_px, alpha, fades }) {
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

  image(rgba, width, height, { left, right, bottom, top }) {
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = Object.assign(document.createElement('canvas'), { width, height });
    this.#image.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
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
