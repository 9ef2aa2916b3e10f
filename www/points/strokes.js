// A drawing as strokes, and the points that follow from them. Strokes are small enough for a link, and the same strokes
// give the same points in every browser: only additions, products and square roots, which all round alike.

import { mulberry32 } from './mulberry32.js';

export const EXTENT = 4; // the board is the plane from -4 to 4, each way
export const CELLS = 512; // along a side: vertices are whole cells
/** @type {Stroke['tool'][]} */
const TOOLS = ['brush', 'spray', 'erase'];
export const RADII = [0.1, 0.22, 0.45]; // fine, middle, broad; in units of the plane
export const POINTS_MAX = 20_000;
const DRAWN_MAX = 4 * POINTS_MAX; // before any of them are erased

const VERTEX_APART = 6; // cells: nearer ones are left out, so that a step between two fits in a byte
const BRUSH_DENSITY = 45; // points for a unit of length
const SPRAY_DENSITY = 60;
const TAP_POINTS = 10; // of a vertex where the pointer stayed

/**
 * @typedef {{ tool: 'brush' | 'spray' | 'erase', size: number, cells: number[] }} Stroke `cells`:
 *   column, row, column, row …
 */

/**
 * The cell of a point of the plane.
 * @param {number} value
 */
export function cellOf(value) {
  return Math.min(CELLS, Math.max(0, Math.round(((value + EXTENT) / (2 * EXTENT)) * CELLS)));
}

export function valueOf(cell) {
  return (cell / CELLS) * 2 * EXTENT - EXTENT;
}

/**
 * Goes on with a stroke, unless (x, y) is too near its end; says whether it did. `stay` adds the same vertex once more.
 */
export function extend(stroke, x, y, stay = false) {
  const { cells } = stroke;
  const [column, row] = [cellOf(x), cellOf(y)];
  const near = (column - cells.at(-2)) ** 2 + (row - cells.at(-1)) ** 2 < VERTEX_APART ** 2;
  if (cells.length && near && !stay) return false;
  if (stay && cells.length) cells.push(cells.at(-2), cells.at(-1));
  else cells.push(column, row);
  return true;
}

/**
 * The points of all strokes, in their order; erasing takes away what earlier ones left.
 * @param {Stroke[]} strokes
 * @returns {Float32Array} n × 2
 */
export function pointsOf(strokes) {
  /** @type {number[]} */
  let points = [];
  strokes.forEach((stroke, k) => {
    if (stroke.tool === 'erase') points = erased(points, stroke);
    else spray(stroke, k, points);
  });
  return Float32Array.from(points.slice(0, 2 * POINTS_MAX));
}

/** Puts a stroke's points after those that are there. */
function spray({ tool, size, cells }, number, points) {
  const random = mulberry32(((number + 1) * 0x9e3779b9) >>> 0);
  const offset = tool === 'spray' ? () => bell(random, RADII[size]) : () => disc(random, 0.6 * RADII[size]);
  const gap = 1 / (tool === 'spray' ? SPRAY_DENSITY : BRUSH_DENSITY);
  const put = (x, y) => {
    const [dx, dy] = offset();
    points.push(x + dx, y + dy);
  };
  const tap = (x, y) => Array.from({ length: TAP_POINTS }, () => put(x, y));
  let left = 0; // of the gap to the next point
  for (let i = 2; i < cells.length && points.length < 2 * DRAWN_MAX; i += 2) {
    const [ax, ay, bx, by] = cells.slice(i - 2, i + 2).map(valueOf);
    const length = Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
    if (length === 0) tap(bx, by);
    for (; left < length; left += gap) put(ax + (left / length) * (bx - ax), ay + (left / length) * (by - ay));
    left -= length;
  }
  if (cells.length === 2) tap(valueOf(cells[0]), valueOf(cells[1]));
}

function erased(points, { size, cells }) {
  const reach = 1.4 * RADII[size];
  const [bx, by] = cells.slice(-2).map(valueOf);
  const ends = cells.length === 2 ? [bx, by, bx, by] : cells.map(valueOf);
  const near = segmentsBySquare(ends, reach);
  const left = [];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i], points[i + 1]];
    const hit = near(x, y).some((k) => squaredDistance(x, y, ends, k) < reach * reach);
    if (!hit) left.push(x, y);
  }
  return left;
}

/**
 * Which segments may lie within `reach` of a point, for squares of that side: a point is compared with those of its own
 * square alone, or a long eraser over many points takes seconds.
 * @returns {(x: number, y: number) => number[]} the indices k of squaredDistance
 */
function segmentsBySquare(ends, reach) {
  const squares = new Map();
  const of = (value) => Math.floor(value / reach);
  const key = (column, row) => 4096 * row + column;
  for (let k = 2; k < ends.length; k += 2) {
    const [[ax, ay], [bx, by]] = [ends.slice(k - 2, k), ends.slice(k, k + 2)];
    for (let row = of(Math.min(ay, by) - reach); row <= of(Math.max(ay, by) + reach); row++) {
      // What of the segment is near this row of squares.
      const across = (y) => (ay === by ? 0 : Math.min(1, Math.max(0, (y - ay) / (by - ay))));
      const shares = ay === by ? [0, 1] : [across((row - 1) * reach), across((row + 2) * reach)];
      const [cx, dx] = shares.map((share) => ax + share * (bx - ax));
      for (let column = of(Math.min(cx, dx) - reach); column <= of(Math.max(cx, dx) + reach); column++) {
        const found = squares.get(key(column, row));
        if (!found) squares.set(key(column, row), [k]);
        else found.push(k);
      }
    }
  }
  const none = [];
  return (x, y) => squares.get(key(of(x), of(y))) ?? none;
}

/** Of (x, y) to the line between vertex k/2 - 1 and vertex k/2. */
function squaredDistance(x, y, xy, k) {
  const [ax, ay, dx, dy] = [xy[k - 2], xy[k - 1], xy[k] - xy[k - 2], xy[k + 1] - xy[k - 1]];
  const share = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return (x - ax - share * dx) ** 2 + (y - ay - share * dy) ** 2;
}

/** Nearly normal, two numbers: sums of four uniform ones, since logarithms do not round alike in all browsers. */
function bell(random, deviation) {
  const one = () => (random() + random() + random() + random() - 2) * Math.sqrt(3) * deviation;
  return [one(), one()];
}

/** Uniform in a disc. */
function disc(random, radius) {
  for (;;) {
    const [x, y] = [2 * random() - 1, 2 * random() - 1];
    if (x * x + y * y <= 1) return [radius * x, radius * y];
  }
}

/** Strokes as letters that an address may hold; '' for none. */
export function encode(strokes) {
  const bytes = [];
  const put = (number) => {
    for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
    bytes.push(number);
  };
  for (const { tool, size, cells } of strokes) {
    put(TOOLS.indexOf(tool) + 4 * size);
    put(cells.length / 2);
    cells.forEach((cell, i) => {
      const step = i < 2 ? cell : cell - cells[i - 2];
      put(i < 2 ? step : step >= 0 ? 2 * step : -2 * step - 1);
    });
  }
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** @returns {Stroke[]} @throws {Error} a sentence, when these are not the letters of a drawing */
export function decode(letters) {
  const broken = () => new Error('the drawing in the link is not whole: copy the link again');
  let bytes;
  try {
    bytes = Uint8Array.from(atob(letters.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    throw broken();
  }
  let at = 0;
  const take = () => {
    for (let number = 0, shift = 0; at < bytes.length && shift < 28; shift += 7) {
      number |= (bytes[at] & 127) << shift;
      if (bytes[at++] < 128) return number;
    }
    throw broken();
  };
  const strokes = [];
  while (at < bytes.length) {
    const head = take();
    const [tool, size, count] = [TOOLS[head % 4], head >> 2, take()];
    if (!tool || size >= RADII.length || count < 1 || count > bytes.length) throw broken();
    const cells = [take(), take()];
    for (let i = 2; i < 2 * count; i++) {
      const folded = take();
      cells.push(cells[i - 2] + (folded % 2 ? -(folded + 1) / 2 : folded / 2));
    }
    if (cells.some((cell) => cell < 0 || cell > CELLS)) throw broken();
    strokes.push({ tool, size, cells });
  }
  return strokes;
}
