// The brush on a 2D canvas: for browsers without WebGL2, and for those that have lost it.

import { channels } from './brush.js';

// Points, from where on they are written into pixels: ten thousand rectangles took 40 ms, so they take 5.
const MANY = { disc: 100, square: 3000 };

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

  points(xy, { color, size_px, alpha, shape }) {
    if (xy.length > 2 * (MANY[shape] ?? Infinity)) return this.#stamped(xy, color, size_px, alpha, shape);
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

  // One mark, the same for all points, straight into pixels.
  #stamped(xy, color, size_px, alpha, shape) {
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
    const spans = Array.from({ length: side }, (_, row) => {
      const half = shape === 'disc' ? Math.sqrt(Math.max(0, (side / 2) ** 2 - (row + 0.5 - side / 2) ** 2)) : side / 2;
      return [Math.ceil(side / 2 - half - 0.3), Math.floor(side / 2 + half + 0.3)]; // of three rows, a plus
    });
    const scale = camera.scale_px * camera.density;
    const [left, top] = [width / 2 - camera.centreX * scale - side / 2, height / 2 + camera.centreY * scale - side / 2];
    words.fill(0);
    for (let i = 0; i < xy.length; i += 2) {
      const [x, y] = [Math.round(left + xy[i] * scale), Math.round(top - xy[i + 1] * scale)];
      if (!(x >= 0 && y >= 0 && x + side <= width && y + side <= height)) continue;
      for (let row = 0; row < side; row++) {
        const start = (y + row) * width + x;
        words.fill(word, start + spans[row][0], start + spans[row][1]);
      }
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
