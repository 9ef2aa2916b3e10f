// The way that some of the points take from t = 0 to t = 1: whole, or what lies just behind them.

/** @import { Brush } from '../brush/types.js' */
/** @import { Trajectories } from './types.js' */

import { placeIn, pointAt } from './between.js';

const TAIL = 0.18; // of the flow time
const TAIL_PIECES = 8;

/**
 * Samples ↦ the trajectories of the first `shown` as segments.
 * @type {WeakMap<Trajectories, { shown: number, ends: Float32Array }>}
 */
const lines = new WeakMap();

/**
 * @param {Brush} brush
 * @param {Trajectories} samples
 * @param {{ color: string, shown: number, alpha: number, width_px?: number }} style
 */
export function drawTrajectories(brush, samples, { color, shown, alpha, width_px = 1 }) {
  let known = lines.get(samples);
  if (known?.shown !== shown) lines.set(samples, (known = { shown, ends: segmentsOf(samples, shown) }));
  brush.segments(known.ends, { color, alpha, width_px, fixed: true });
}

/**
 * @param {Trajectories} samples
 * @param {number} shown
 */
function segmentsOf({ positions, count, times }, shown) {
  const some = Math.min(shown, count);
  const ends = new Float32Array(4 * some * (times.length - 1));
  let filled = 0;
  for (let point = 0; point < some; point++) {
    for (let k = 1; k < times.length; k++) {
      const [from, to] = [2 * ((k - 1) * count + point), 2 * (k * count + point)];
      ends.set([positions[from], positions[from + 1], positions[to], positions[to + 1]], filled);
      filled += 4;
    }
  }
  return ends;
}

/**
 * What the first `shown` points have left behind them by flow time `t`, fading.
 * @param {Brush} brush
 * @param {Trajectories} samples
 * @param {number} t
 * @param {{ color: string, shown: number, alpha: number, width_px?: number }} style
 */
export function drawTails(brush, samples, t, { color, shown, alpha, width_px = 1.5 }) {
  const some = Math.min(shown, samples.count);
  const ends = new Float32Array(4 * some * TAIL_PIECES);
  const fades = new Float32Array(some * TAIL_PIECES);
  for (let piece = 0; piece < TAIL_PIECES; piece++) {
    const at = (k) => placeIn(samples.times, Math.max(0, t - TAIL * (1 - k / TAIL_PIECES)));
    const [from, to] = [at(piece), at(piece + 1)];
    fades.fill((piece + 1) / TAIL_PIECES, piece * some, (piece + 1) * some);
    for (let point = 0; point < some; point++) {
      const start = 4 * (piece * some + point);
      pointAt(samples, point, from, ends, start);
      pointAt(samples, point, to, ends, start + 2);
    }
  }
  brush.segments(ends, { color, alpha, width_px, fades });
}

/**
 * The way of one point: what it has come, and what it will go.
 * @param {Brush} brush
 * @param {Trajectories} samples
 * @param {number} point its number
 * @param {number} t
 * @param {{ color: string, alpha: number }} style
 */
export function drawWay(brush, samples, point, t, { color, alpha }) {
  const { times } = samples;
  const now = placeIn(times, t);
  /** @type {[number[], number[]]} */
  const [past, future] = [[], []];
  const push = (into, from, to) => {
    const ends = new Float32Array(4);
    pointAt(samples, point, from, ends, 0);
    pointAt(samples, point, to, ends, 2);
    into.push(...ends);
  };
  const stops = [
    0,
    ...Array.from(times.keys())
      .slice(1, -1)
      .flatMap((k) => [k, k]),
    times.length - 1,
  ];
  for (let i = 0; i < stops.length; i += 2) {
    const [from, to] = [stops[i], stops[i + 1]];
    if (from < now) push(past, from, Math.min(to, now));
    if (to > now) push(future, Math.max(from, now), to);
  }
  brush.segments(Float32Array.from(past), { color, alpha, width_px: 3 });
  brush.segments(Float32Array.from(future), { color, alpha, width_px: 1.5 });
}
