// Where things are between two of the times that were computed.

/** @import { Trajectories } from './types.js' */

/**
 * Points of `samples` at flow time `t`, straight between two neighbouring times.
 * @param {Trajectories} samples
 * @param {number} t
 * @param {Float32Array | null} [into] is used again where it has the right length
 */
export function positionsAt(samples, t, into) {
  return between(samples.positions, samples.times.length, 2 * samples.count, t, into);
}

/**
 * Velocities at `t` from `frames`, T × n × 2 numbers at evenly spaced times from 0 to 1.
 * @param {Float32Array} frames
 * @param {number} frameCount
 * @param {number} t
 * @param {Float32Array | null} [into]
 */
export function velocitiesAt(frames, frameCount, t, into) {
  return between(frames, frameCount, frames.length / frameCount, t, into);
}

/**
 * `values`, rows × length numbers at evenly spaced times from 0 to 1, as they are at `t`.
 * @param {Float32Array} values
 * @param {number} rows
 * @param {number} length
 * @param {number} t
 * @param {Float32Array | null} [into]
 */
export function between(values, rows, length, t, into) {
  const place = Math.min(Math.max(t, 0), 1) * (rows - 1);
  const row = Math.min(Math.floor(place), rows - 2);
  const [share, start] = [place - row, row * length];
  const result = into?.length === length ? into : new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const a = values[start + i];
    result[i] = a + share * (values[start + length + i] - a);
  }
  return result;
}

/**
 * Where flow time `t` lies among the computed times, which are evenly spaced: 2.5 is halfway between
 * the third and the fourth.
 * @param {ArrayLike<number>} times
 * @param {number} t
 */
export function placeIn(times, t) {
  return Math.min(Math.max(t, 0), 1) * (times.length - 1);
}

/**
 * One of the samples' points at a place among the times, written into `into` at `start`.
 * @param {Trajectories} samples
 * @param {number} point
 * @param {number} place
 * @param {Float32Array} into
 * @param {number} start
 */
export function pointAt({ positions, count, times }, point, place, into, start) {
  const row = Math.min(Math.floor(place), times.length - 2);
  const [a, b] = [2 * (row * count + point), 2 * ((row + 1) * count + point)];
  const share = place - row;
  into[start] = positions[a] + share * (positions[b] - positions[a]);
  into[start + 1] = positions[a + 1] + share * (positions[b + 1] - positions[a + 1]);
}
