// What is known of a run without its network: the loss floor, the exact velocity, the cost of pairing. It is worked out
// beside the training, in a worker of its own, and never holds it up.

import { inPlane, firstTwo } from '../draw/plane.js';

/** @import { Floor } from '../lab/types.js' */
/** @import { Run } from './run.js' */

const DELAY_MS = 300; // the first picture and the first steps go before
const AGAIN_MS = 20_000; // after a failure, for want of a network above all
const TIMES = 9;
const EDGE = 0.02; // at t = 0 and t = 1 the exact velocity of a hard edge is infinite

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Exact {
  /**
   * Undefined until it is known, null where it never will be.
   * @type {Floor | null | undefined}
   */
  floor;
  /**
   * Of one batch; null where pairs are not sought.
   * @type {number | null}
   */
  pairing_ms = null;
  /**
   * Whether there is an exact velocity; undefined until it is known.
   * @type {boolean | undefined}
   */
  exists;
  #run;
  #number = 0;

  /** @param {Run} run */
  constructor(run) {
    this.#run = run;
  }

  /** Looks at a run that has just started. */
  async begin() {
    const number = ++this.#number;
    this.floor = this.exists = undefined;
    this.pairing_ms = null;
    this.show();
    await pause(DELAY_MS);
    for (let told = false; number === this.#number; await pause(AGAIN_MS)) {
      try {
        return await this.#ask(() => number !== this.#number);
      } catch (error) {
        if (number !== this.#number || this.#run.lab.lost) return;
        if (!told) this.#run.hooks.failed?.(new Error(`${error.message} The exact field is asked for again soon.`));
        told = true;
      }
    }
  }

  /** The run is lost: nothing more is said of it. */
  end() {
    this.#number++;
  }

  /** @param {() => boolean} stale */
  async #ask(stale) {
    const { lab } = this.#run;
    const pairing_ms = await lab.pairingMs();
    if (stale()) return;
    this.pairing_ms = pairing_ms;
    const probe = await lab.exactVelocity(new Float32Array(lab.options.dim), 0.5);
    if (stale()) return;
    this.exists = probe !== null;
    this.show();
    await this.draw();
    const floor = await lab.lossFloor();
    if (stale()) return;
    this.floor = floor;
    this.show();
  }

  /** Lets the page say what is known. */
  show() {
    this.#run.hooks.theorised?.(this);
  }

  /** The exact velocity, once for every view: it does not learn. */
  async draw() {
    const { lab, stage } = this.#run;
    const number = this.#number;
    if (!this.exists || stage.exact || !(stage.layers.exact || stage.layers.difference)) return;
    const { dim } = lab.options;
    const points = stage.arrowPoints;
    const times = Array.from({ length: TIMES }, (_, k) => Math.min(Math.max(k / (TIMES - 1), EDGE), 1 - EDGE));
    const velocities = await Promise.all(times.map((t) => lab.exactVelocity(inPlane(points, dim), t)));
    if (number !== this.#number || points !== stage.arrowPoints) return;
    const frames = new Float32Array(TIMES * points.length);
    for (const [k, velocity] of velocities.entries())
      if (velocity) frames.set(firstTwo(velocity, dim), k * points.length);
    stage.exact = { points, frames, count: TIMES };
    stage.touch();
  }
}
