// The exact marginal velocity for a target that is a crowd: m points, each blurred by the same small Gaussian. The
// source is N(0, I), the path linear, pairs independent.
//
//   x_t | x_i ~ N(t x_i, V I) with V = (1-t)² + t² s²;  u*(x, t) = Σ w_i [ x_i + (t s² - (1-t))/V · (x - t x_i) ],
//   where w_i ∝ N(x; t x_i, V I). With s = 0 it is Σ w_i (x_i - x)/(1-t).

import { mulberry32 } from '../points/mulberry32.js';

const TERMS = 100_000; // of sums between two rests: a few milliseconds

export class Crowd {
  /**
   * @param {Float32Array} points n × 2 numbers
   * @param {number} blur s, in the plane's units
   */
  constructor(points, blur) {
    this.points = points;
    this.blur = blur;
    this.weights = new Float64Array(points.length / 2);
  }

  /**
   * The weights w_i at (x, y) and t, valid until the next call.
   * @param {number} x
   * @param {number} y
   * @param {number} t
   */
  weigh(x, y, t) {
    const { points, blur, weights } = this;
    const spread = (1 - t) ** 2 + (t * blur) ** 2;
    let least = Infinity;
    for (let i = 0; i < weights.length; i++) {
      const [dx, dy] = [x - t * points[2 * i], y - t * points[2 * i + 1]];
      weights[i] = dx * dx + dy * dy;
      if (weights[i] < least) least = weights[i];
    }
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i] = Math.exp((least - weights[i]) / (2 * spread));
    for (let i = 0; i < weights.length; i++) weights[i] /= sum;
    return weights;
  }

  /**
   * The velocity at `xy`, n × 2 numbers, all at time `t`.
   * @param {Float32Array} xy
   * @param {number} t
   */
  velocity(xy, t, into = new Float32Array(xy.length)) {
    const { points, blur } = this;
    const pull = (t * blur * blur - (1 - t)) / ((1 - t) ** 2 + (t * blur) ** 2);
    for (let k = 0; k < xy.length; k += 2) {
      const weights = this.weigh(xy[k], xy[k + 1], t);
      let [mx, my] = [0, 0];
      for (let i = 0; i < weights.length; i++) {
        mx += weights[i] * points[2 * i];
        my += weights[i] * points[2 * i + 1];
      }
      into[k] = mx + pull * (xy[k] - t * mx);
      into[k + 1] = my + pull * (xy[k + 1] - t * my);
    }
    return into;
  }

  /**
   * Velocities at even times from 0 to `last`, as the stage's layers take them; rests between, so
   * that the page stays awake.
   * @param {Float32Array} xy n × 2 numbers
   * @param {number} count of times
   * @param {AbortSignal} [signal]
   */
  async frames(xy, count, signal) {
    const frames = new Float32Array(count * xy.length);
    for (let k = 0; k < count; k++) {
      frames.set(await this.#slowly(xy, k / (count - 1), signal), k * xy.length);
    }
    return frames;
  }

  /**
   * Trajectories from `x0`, n × 2 numbers, by the midpoint rule.
   * @param {Float32Array} x0
   * @param {number} steps
   * @param {AbortSignal} [signal]
   */
  async carry(x0, steps, signal) {
    const times = Float32Array.from({ length: steps + 1 }, (_, k) => k / steps);
    const positions = new Float32Array((steps + 1) * x0.length);
    positions.set(x0);
    let x = x0;
    for (let k = 0; k < steps; k++) {
      const v0 = await this.#slowly(x, k / steps, signal);
      const half = x.map((value, i) => value + (0.5 / steps) * v0[i]);
      const middle = await this.#slowly(half, (k + 0.5) / steps, signal);
      x = x.map((value, i) => value + middle[i] / steps);
      positions.set(x, (k + 1) * x0.length);
    }
    return { times, positions, count: x0.length / 2 };
  }

  /**
   * The velocity, some points at a time.
   * @param {Float32Array} xy
   * @param {number} t
   * @param {AbortSignal} [signal]
   */
  async #slowly(xy, t, signal) {
    const velocity = new Float32Array(xy.length);
    const some = 2 * Math.max(1, Math.round(TERMS / this.weights.length));
    for (let start = 0; start < xy.length; start += some) {
      velocity.set(this.velocity(xy.subarray(start, start + some), t), start);
      await rest(signal);
    }
    return velocity;
  }
}

function rest(signal) {
  signal?.throwIfAborted();
  return new Promise((done) => setTimeout(done));
}

/**
 * Repeatable N(0, 1) numbers (mulberry32 and Box–Muller).
 * @param {number} count
 */
export function normals(count, seed = 1) {
  const uniform = mulberry32(seed >>> 0);
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/**
 * Points of two moons of radius 2 about (-1, -1) and (1, -1), as the target `moons` has them, without its noise.
 * @param {number} count
 */
export function moons(count) {
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const a = (Math.PI * ((i >> 1) + 0.5)) / Math.ceil(count / 2);
    points[2 * i] = i % 2 ? 1 - 2 * Math.cos(a) : 2 * Math.cos(a) - 1;
    points[2 * i + 1] = i % 2 ? -2 * Math.sin(a) : 2 * Math.sin(a) - 1;
  }
  return points;
}
