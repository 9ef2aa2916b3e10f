// The loss of every step so far: each is asked for once.

/** @import { Lab } from '../lab.js' */

const OVER = 100; // steps whose mean is the loss that is told

export class Losses {
  /** @type {Float32Array} */
  #values = new Float32Array(1024);
  #length = 0;

  clear() {
    this.#length = 0;
  }

  /**
   * Asks for those that are missing.
   * @param {Lab} lab
   * @returns {Promise<Float32Array>} all of them; what was given before stays as it is
   */
  async of(lab) {
    const from = this.#length;
    const fresh = await lab.losses({ from });
    if (this.#length !== from) return this.all; // cleared, or asked for twice
    if (from + fresh.length > this.#values.length) {
      const larger = new Float32Array(2 * (from + fresh.length));
      larger.set(this.all);
      this.#values = larger;
    }
    this.#values.set(fresh, from);
    this.#length += fresh.length;
    return this.all;
  }

  get all() {
    return this.#values.subarray(0, this.#length);
  }
}

/**
 * The mean of the last losses.
 * @param {Float32Array} losses
 */
export function recent(losses, over = OVER) {
  const last = losses.subarray(Math.max(0, losses.length - over));
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}
