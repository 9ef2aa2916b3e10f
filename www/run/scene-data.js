// What the stage draws of a model, asked of the lab in pieces: none takes long, so that training goes on between them.
// All pieces of one picture show the same model, of now or of the past.

/** @import { Field } from '../draw/types.js' */
/** @import { Lab } from '../lab.js' */
/** @import { End, Samples, Sampling } from '../lab/types.js' */
/** @import { Stage } from '../stage/stage.js' */

import { latticeOf } from '../draw/grid.js';
import { rasterOver, rasterPoints } from '../draw/heat.js';
import { firstTwo, inPlane } from '../draw/plane.js';
import { needsDigits } from '../lab/image-pack.js';

const PIECE_MS = 30;
const FIELD_TIMES = 9;
const SPEED_SIDE = 36;
const LIKELIHOOD_SIDE = 40;
const LIKELIHOOD_STEPS = 10; // of the midpoint rule
const LATTICE_STEPS = 20;
const CELLS = { grid: 8, fineGrid: 20 };

export class SceneData {
  /**
   * The samples that the stage shows, in all their dimensions; heard when they change.
   * @type {(samples: Samples) => void}
   */
  onSamples = () => {};
  /**
   * A layer cannot be drawn of this run, and the reason: heard once a run.
   * @type {(layer: string, reason: string) => void}
   */
  onBarred = () => {};
  #lab;
  #stage;
  /**
   * The pieces of the picture under way.
   * @type {AsyncGenerator<void, void> | null}
   */
  #under = null;
  /** @type {Float32Array | null} */
  #x0 = null;
  #barred = false; // no likelihood
  #pointMs = 2e-4; // one evaluation of one point, measured as we go
  #worked_ms = 0; // by the worker, for all pictures so far

  /**
   * @param {Lab} lab
   * @param {Stage} stage
   */
  constructor(lab, stage) {
    this.#lab = lab;
    this.#stage = stage;
  }

  get pending() {
    return this.#under !== null;
  }

  /** Forgets what belongs to another run. */
  clear() {
    this.#under = this.#x0 = null;
    this.#barred = false;
  }

  /** Leaves the picture under way: another is wanted. */
  drop() {
    this.#under = null;
  }

  /**
   * Begins a picture of the model kept as `at` (null: the present one, as it is when each piece is made)
   * with so many solver steps.
   * @param {number | null} at
   * @param {number} steps
   */
  begin(at, steps) {
    this.#under = this.#pieces(at ?? undefined, steps);
  }

  /**
   * Makes pieces for about so long, as the worker's clock has it; to the end without a limit. Says how long that took.
   */
  async work(budget_ms = Infinity) {
    const before = this.#worked_ms;
    while (this.#under && this.#worked_ms - before < budget_ms) {
      const under = this.#under;
      const { done } = await under.next();
      if (done && under === this.#under) this.#under = null;
    }
    return this.#worked_ms - before;
  }

  /**
   * @param {number | undefined} at
   * @param {number} steps
   * @returns {AsyncGenerator<void, void>}
   */
  async *#pieces(at, steps) {
    const { layers } = this.#stage;
    yield* this.#samples(at, steps);
    if (needsDigits(this.#lab.options)) return; // the other layers lie in the plane
    if (layers.velocity || layers.exact || layers.difference) yield* this.#velocity(at);
    if (layers.source && !this.#stage.source) this.#stage.source = await this.#reference('source');
    if (layers.pairs && !this.#stage.pairs) yield* this.#pairs();
    if (layers.speed) yield* this.#speed(at);
    if (layers.grid) this.#stage.grid = yield* this.#lattice(CELLS.grid, at);
    if (layers.fineGrid) this.#stage.fineGrid = yield* this.#lattice(CELLS.fineGrid, at);
    if (layers.grid || layers.fineGrid) this.#stage.touch();
    if (layers.likelihood && !this.#barred) yield* this.#likelihood(at);
    this.#stage.touch();
  }

  async *#samples(at, steps) {
    const { dim } = this.#lab.options;
    const whole = yield* this.#carried(await this.#startingPoints(), { at, steps });
    this.#stage.show({ ...whole, positions: firstTwo(whole.positions, dim) });
    this.onSamples(whole);
    yield;
  }

  /** @returns {Promise<Float32Array>} the same ones for every picture of a run */
  async #startingPoints() {
    const { count, dim } = this.#lab.options;
    if (this.#x0?.length === count * dim) return this.#x0;
    const { positions } = await this.#lab.sample({ count, steps: 1, solver: 'euler' });
    return (this.#x0 = positions.slice(0, count * dim));
  }

  /**
   * The trajectories of many points, some at a time.
   * @param {Float32Array} points
   * @param {Sampling & { at?: number, steps: number }} how
   * @returns {AsyncGenerator<void, Samples>}
   */
  async *#carried(points, { at, steps, ...asked }) {
    const { dim } = this.#lab.options;
    const count = points.length / dim;
    /** @type {Samples} */
    const whole = { times: new Float32Array(), positions: new Float32Array(), count, dim, evaluations: 0 };
    for (let start = 0; start < count;) {
      const some = Math.min(count - start, this.#pieceOf(Math.max(steps, whole.evaluations)));
      const part = await this.#timed(
        some,
        () =>
          this.#lab.carry(points.subarray(start * dim, (start + some) * dim), {
            at,
            steps,
            first: start,
            ...asked,
          }),
        (made) => made.evaluations,
      );
      if (start === 0) {
        whole.times = part.times;
        whole.positions = new Float32Array(part.times.length * count * dim);
      }
      for (let k = 0; k < part.times.length; k++) {
        whole.positions.set(part.positions.subarray(k * some * dim, (k + 1) * some * dim), (k * count + start) * dim);
      }
      whole.evaluations = Math.max(whole.evaluations, part.evaluations);
      start += some;
      yield;
    }
    return whole;
  }

  async *#velocity(at) {
    const points = this.#stage.arrowPoints;
    const frames = yield* this.#field(points, at);
    this.#stage.velocity = { points, frames, count: FIELD_TIMES };
    this.#stage.touch();
  }

  async *#speed(at) {
    const raster = rasterOver(this.#stage.camera.view, SPEED_SIDE);
    const velocities = yield* this.#field(rasterPoints(raster), at);
    const frames = Float32Array.from({ length: velocities.length / 2 }, (_, k) =>
      Math.hypot(velocities[2 * k], velocities[2 * k + 1]),
    );
    this.#stage.speed = {
      raster,
      frames,
      count: FIELD_TIMES,
      most: frames.reduce((most, speed) => Math.max(most, speed), 1e-9),
    };
    this.#stage.touch();
  }

  /**
   * Velocities in the plane at all times of the flow, one time after the other.
   * @param {Float32Array} points
   * @param {number | undefined} at
   * @returns {AsyncGenerator<void, Field['frames']>}
   */
  async *#field(points, at) {
    const { dim } = this.#lab.options;
    const frames = new Float32Array(FIELD_TIMES * points.length);
    const all = inPlane(points, dim);
    for (let k = 0; k < FIELD_TIMES; k++) {
      const velocities = await this.#timed(
        points.length / 2,
        () => this.#lab.velocity(all, k / (FIELD_TIMES - 1), { at }),
        () => 1,
      );
      frames.set(firstTwo(velocities, dim), k * points.length);
      yield;
    }
    return frames;
  }

  /**
   * @param {number} cells a side
   * @param {number | undefined} at
   */
  async *#lattice(cells, at) {
    const { dim } = this.#lab.options;
    const { points, lines, perLine } = latticeOf(this.#stage.camera.home, cells);
    const carried = yield* this.#carried(inPlane(points, dim), { at, steps: LATTICE_STEPS, solver: 'midpoint' });
    return { lines, perLine, samples: { ...carried, positions: firstTwo(carried.positions, dim) } };
  }

  async *#pairs() {
    const { dim } = this.#lab.options;
    const { x0, x1 } = await this.#lab.batch(0);
    this.#stage.pairs = { x0: firstTwo(x0, dim), x1: firstTwo(x1, dim) };
    this.#stage.touch();
    yield;
  }

  /**
   * Row by row into the last map, where it is of the same view, so that it is never blank.
   * @param {number | undefined} at
   * @returns {AsyncGenerator<void, void>}
   */
  async *#likelihood(at) {
    const { dim } = this.#lab.options;
    const raster = rasterOver(this.#stage.camera.view, LIKELIHOOD_SIDE);
    const points = inPlane(rasterPoints(raster), dim);
    const before = this.#stage.likelihood;
    const known = before && JSON.stringify(before.raster) === JSON.stringify(raster) ? before.values : null;
    const values = known ?? new Float32Array(raster.width * raster.height).fill(NaN);
    this.#stage.likelihood = { raster, values };
    for (let start = 0; start < values.length;) {
      // The trace costs about as much as two velocities more.
      const some = Math.min(values.length - start, this.#pieceOf(6 * LIKELIHOOD_STEPS));
      const part = points.subarray(start * dim, (start + some) * dim);
      try {
        const found = await this.#lab.logDensity(part, { at, solver: 'midpoint', steps: LIKELIHOOD_STEPS });
        values.set(found, start);
      } catch (error) {
        this.#barred = true;
        this.#stage.likelihood = null;
        return this.onBarred('likelihood', error.message);
      }
      start += some;
      this.#stage.touch();
      yield;
    }
  }

  /** @param {End} end */
  async #reference(end) {
    return firstTwo(await this.#lab.reference(end, 1500), this.#lab.options.dim);
  }

  /**
   * How many points, each asking the network so often, make a piece.
   * @param {number} evaluations
   */
  #pieceOf(evaluations) {
    return Math.max(32, Math.round(PIECE_MS / (this.#pointMs * evaluations)));
  }

  /**
   * @template Made
   * @param {number} points
   * @param {() => Promise<Made>} work
   * @param {(made: Made) => number} evaluationsOf for each point
   */
  async #timed(points, work, evaluationsOf) {
    const made = await work();
    const { worked_ms } = this.#lab;
    this.#worked_ms += worked_ms;
    const each = worked_ms / (points * evaluationsOf(made));
    this.#pointMs += 0.3 * (Math.min(each, 10 * this.#pointMs) - this.#pointMs);
    return made;
  }
}
