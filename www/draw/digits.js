// Handwritten digits as a grid of small pictures, each at flow time t on its way out of noise.

/** @import { Trajectories } from './types.js' */

import { contextOf } from '../brush/context.js';
import { between } from './between.js';

export const SIDE = 28; // pixels of a digit
const PIXELS = SIDE * SIDE;
const GAP = 2; // pixels between two digits

/**
 * Draws every digit of `samples` (`{ times, positions, count }`, T × count × 784 numbers from 0 to 1) as it
 * is at time `t`, row by row in the largest square that the camera's canvas holds; what is below 0 is
 * paper, what is above 1 is ink.
 * @param {CanvasRenderingContext2D} context
 * @param {{ width_px: number, height_px: number, density: number }} camera
 * @param {Trajectories} samples
 * @param {number} t
 * @param {{ paper: number[], ink: number[] }} style red, green and blue of both, from 0 to 255
 * @param {Float32Array | null} [into]
 * @returns {Float32Array} what was drawn, to be given as `into` of the next frame
 */
export function drawDigits(context, camera, samples, t, { paper, ink }, into) {
  const { positions, times, count } = samples;
  const values = between(positions, times.length, count * PIXELS, t, into);
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const [width, height] = [columns, rows].map((digits) => digits * (SIDE + GAP) - GAP);
  const image = new ImageData(width, height);
  for (let digit = 0; digit < count; digit++) {
    const left = (digit % columns) * (SIDE + GAP);
    const top = Math.floor(digit / columns) * (SIDE + GAP);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const value = Math.min(1, Math.max(0, values[digit * PIXELS + pixel]));
      const at = 4 * ((top + Math.floor(pixel / SIDE)) * width + left + (pixel % SIDE));
      for (let channel = 0; channel < 3; channel++)
        image.data[at + channel] = paper[channel] + value * (ink[channel] - paper[channel]);
      image.data[at + 3] = 255;
    }
  }
  const small = new OffscreenCanvas(width, height);
  contextOf(small).putImageData(image, 0, 0);
  const scale = Math.min(camera.width_px / width, camera.height_px / height);
  context.setTransform(camera.density, 0, 0, camera.density, 0, 0);
  context.clearRect(0, 0, camera.width_px, camera.height_px);
  context.imageSmoothingEnabled = false;
  context.drawImage(
    small,
    (camera.width_px - scale * width) / 2,
    (camera.height_px - scale * height) / 2,
    scale * width,
    scale * height,
  );
  return values;
}
