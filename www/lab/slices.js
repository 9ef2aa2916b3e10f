// How many steps a slice of training takes: small enough that the reader's wishes do not wait, large enough that
// handing work over costs little beside the work.

/** Of work in a slice, as far as the cost of handing it over lets it be so little. */
const SLICE_MS = { cpu: 30, webgpu: 8 };
/** No slice is made longer to save on handing over. */
const SLICE_MAX_MS = 200;
const STEPS_MAX = 1024;
/** Keep a doubled slice only if the time per step falls below this share. */
const WORTH = 0.8;

export class Slices {
  steps = 1;
  /**
   * The slice half as long that this one is compared with: its steps, and ms a step.
   * @type {{ steps: number, ms: number } | undefined}
   */
  #tried;
  #settled = false;

  /** @param {'cpu' | 'webgpu'} kind */
  constructor(kind) {
    this.sliceMs = SLICE_MS[kind];
  }

  /**
   * `steps` in slices of the present size took so many ms.
   * @param {number} ms
   * @param {number} steps
   */
  took(ms, steps) {
    const each = ms / steps;
    if (this.#tried && each > WORTH * this.#tried.ms) {
      [this.steps, this.#settled, this.#tried] = [this.#tried.steps, true, undefined];
      return;
    }
    this.#tried = undefined;
    const slice = each * this.steps;
    if (slice > 2 * SLICE_MAX_MS || (slice > 2 * this.sliceMs && this.#settled)) {
      this.#resize(this.sliceMs / each);
      this.#settled = false;
    } else if (2 * slice <= this.sliceMs) {
      this.#resize(this.sliceMs / each);
    } else if (!this.#settled && 2 * slice <= SLICE_MAX_MS && this.steps < STEPS_MAX) {
      this.#tried = { steps: this.steps, ms: each };
      this.#resize(2 * this.steps);
    }
  }

  #resize(steps) {
    this.steps = Math.max(1, Math.min(STEPS_MAX, 2 * this.steps, Math.round(steps)));
  }
}
