// The density of points: each spread over a Gaussian, on a raster; and the lines along which it is equal.

/** @import { Raster } from './types.js' */

const PASSES = 3; // of a running mean, which together are all but a Gaussian

/**
 * @param {Float32Array} xy n × 2 coordinates
 * @param {Raster} raster its cells are square
 * @param {number} deviation the Gaussian's, in the plane's units
 * @param {Float32Array | null} [into] is used again where it has the right length
 * @returns {Float32Array} one number a cell: points per unit of area, as a share of all points
 */
export function densityOf(xy, raster, deviation, into) {
  const { width, height, left, right, bottom, top } = raster;
  const values = into?.length === width * height ? into.fill(0) : new Float32Array(width * height);
  const [perX, perY] = [width / (right - left), height / (top - bottom)];
  const weight = (perX * perY * 2) / xy.length;
  for (let i = 0; i < xy.length; i += 2) {
    // Shared among the four nearest cells, so that a moving point does not jump.
    const x = (xy[i] - left) * perX - 0.5;
    const y = (xy[i + 1] - bottom) * perY - 0.5;
    const column = Math.floor(x);
    const row = Math.floor(y);
    if (!(column >= 0 && row >= 0 && column < width - 1 && row < height - 1)) continue;
    const sx = x - column;
    const sy = y - row;
    const k = row * width + column;
    values[k] += weight * (1 - sx) * (1 - sy);
    values[k + 1] += weight * sx * (1 - sy);
    values[k + width] += weight * (1 - sx) * sy;
    values[k + width + 1] += weight * sx * sy;
  }
  // Three running means over 2r + 1 cells have the variance of r (r + 1).
  const radius = Math.max(1, Math.round(Math.sqrt((deviation * perX) ** 2 + 0.25) - 0.5));
  const row = new Float32Array(Math.max(width, height));
  for (let pass = 0; pass < PASSES; pass++) {
    for (let y = 0; y < height; y++) runningMean(values, y * width, 1, width, radius, row);
    for (let x = 0; x < width; x++) runningMean(values, x, width, height, radius, row);
  }
  return values;
}

function runningMean(values, start, stride, length, radius, row) {
  let sum = 0;
  for (let k = 0; k < Math.min(radius, length); k++) sum += values[start + k * stride];
  for (let k = 0; k < length; k++) {
    if (k + radius < length) sum += values[start + (k + radius) * stride];
    if (k - radius - 1 >= 0) sum -= values[start + (k - radius - 1) * stride];
    row[k] = sum / (2 * radius + 1);
  }
  for (let k = 0; k < length; k++) values[start + k * stride] = Math.max(0, row[k]);
}

/**
 * The lines where `values` cross each of `levels`, as segments between the middles of cells (marching squares).
 * @param {Float32Array} values
 * @param {Raster} raster
 * @param {number[]} levels
 */
export function contoursOf(values, { width, height, left, right, bottom, top }, levels) {
  /** @type {number[][]} */
  const lines = levels.map(() => []);
  const lowest = Math.min(...levels);
  const [stepX, stepY] = [(right - left) / width, (top - bottom) / height];
  for (let row = 0; row < height - 1; row++) {
    for (let column = 0; column < width - 1; column++) {
      const k = row * width + column;
      // Around the square: lower left, lower right, upper right, upper left.
      const a = values[k];
      const b = values[k + 1];
      const c = values[k + width + 1];
      const d = values[k + width];
      const most = Math.max(a, b, c, d);
      if (most < lowest) continue; // nearly all
      const least = Math.min(a, b, c, d);
      const [x, y] = [left + (column + 0.5) * stepX, bottom + (row + 0.5) * stepY];
      for (const [line, level] of levels.entries()) {
        if (most < level || least >= level) continue;
        const ends = lines[line];
        if (a < level !== b < level) ends.push(x + ((a - level) / (a - b)) * stepX, y);
        if (b < level !== c < level) ends.push(x + stepX, y + ((b - level) / (b - c)) * stepY);
        if (c < level !== d < level) ends.push(x + (1 - (c - level) / (c - d)) * stepX, y + stepY);
        if (d < level !== a < level) ends.push(x, y + (1 - (d - level) / (d - a)) * stepY);
      }
    }
  }
  return lines.map((ends) => Float32Array.from(ends));
}
