// What pictures are drawn of: arrays, and what they mean. Types only.

/** @import { Bounds, Brush, Camera } from '../brush/types.js' */

export {};

/**
 * Points on their way, T × count × 2 numbers at evenly spaced times from 0 to 1.
 * @typedef {{ times: Float32Array, positions: Float32Array, count: number }} Trajectories
 */

/** @typedef {Bounds & { width: number, height: number }} Raster cells over a rectangle of the plane */

/**
 * Velocities at `points`, n × 2 numbers each, in `count` frames at evenly spaced times from 0 to 1.
 * @typedef {{ points: Float32Array, frames: Float32Array, count: number }} Field
 */

/** @typedef {{ lines: number, perLine: number, samples: Trajectories }} Lattice its points' trajectories */

/** @typedef {{ x0: Float32Array, x1: Float32Array }} Pairs n × 2 numbers each */

/**
 * One training step in the plane, n × 2 numbers each: the network's answers at (xt, t) before and after it.
 * @typedef {Record<'x0' | 'x1' | 'xt' | 'ut' | 'before' | 'after', Float32Array>} RecordedStep
 */

/**
 * The roles' colours, #rrggbb.
 * @typedef {Record<'paper' | 'ink' | 'soft' | 'line' | 'source' | 'target' | 'generated' | 'velocity' | 'exact',
 *   string>} Palette
 */

/**
 * What is drawn in a frame, and with what; `current` are the flowing points now, n × 2 numbers.
 * @typedef {object} Scene
 * @property {Brush} brush
 * @property {Camera} camera
 * @property {Palette} palette
 * @property {number} t
 * @property {number} dot_px
 * @property {Float32Array | null} current
 */
