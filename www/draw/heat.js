// A heat map: numbers on a raster as more or less of one colour.

/** @import { Bounds, Brush } from '../brush/types.js' */
/** @import { Raster } from './types.js' */

import { channels } from '../brush/color.js';

const STRONGEST = 0.85; // opacity of the largest value

/**
 * The middles of a raster's cells, row by row from the bottom.
 * @param {Raster} raster
 * @returns {Float32Array} width × height × 2
 */
export function rasterPoints({ width, height, left, right, bottom, top }) {
  const points = new Float32Array(2 * width * height);
  for (let k = 0; k < width * height; k++) {
    points[2 * k] = left + ((right - left) * ((k % width) + 0.5)) / width;
    points[2 * k + 1] = bottom + ((top - bottom) * (Math.floor(k / width) + 0.5)) / height;
  }
  return points;
}

/**
 * A raster over a rectangle of the plane, `side` cells along its shorter side.
 * @param {Bounds} bounds
 * @param {number} side
 * @returns {Raster}
 */
export function rasterOver({ left, right, bottom, top }, side) {
  const cell = Math.min(right - left, top - bottom) / side;
  const [width, height] = [
    Math.min(3 * side, Math.round((right - left) / cell)),
    Math.min(3 * side, Math.round((top - bottom) / cell)),
  ];
  return { width, height, left, right, bottom, top };
}

/**
 * @param {Brush} brush
 * @param {Raster} raster
 * @param {Float32Array} values one for each cell of `raster`; NaN is not drawn
 * @param {{ color: string, low: number, high: number, alpha?: number }} style nothing is drawn at `low`, most at `high`
 */
export function drawHeat(brush, raster, values, { color, low, high, alpha = STRONGEST }) {
  const ink = channels(color).map((channel) => Math.round(255 * channel));
  const rgba = new Uint8ClampedArray(4 * values.length);
  for (let k = 0; k < values.length; k++) {
    const share = (values[k] - low) / (high - low);
    rgba[4 * k] = ink[0];
    rgba[4 * k + 1] = ink[1];
    rgba[4 * k + 2] = ink[2];
    rgba[4 * k + 3] = 255 * alpha * Math.min(1, Math.max(0, share));
  }
  brush.image(rgba, raster.width, raster.height, raster);
}
