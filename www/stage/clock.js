// The flow time t of one or more stages: runs from 0 to 1, rests, and begins again.

const FLIGHT_MS = 3500; // from t = 0 to t = 1
const REST_MS = 1200; // at t = 1, before the next flight
const JUMPS = 4; // where motion is not wanted, t goes by quarters
const JUMP_MS = 1500;

export class Clock {
  t = 0;
  flowing = true;
  /** In jumps instead of a flight: for readers who asked for less motion. */
  jumps = false;
  /** A faster or a slower flight. */
  speed = 1;
  #passed_ms = 0;
  /** @type {number | null} */
  #last_ms = null;

  /** @param {number} t */
  seek(t) {
    this.t = t;
    this.#passed_ms = t * this.#length_ms;
  }

  /**
   * Stages that share the clock all call it with the same `now`: it moves once.
   * @param {number} now in ms
   * @param {boolean} moving whether there is anything in motion
   */
  tick(now, moving) {
    const passed = this.#last_ms === null ? 0 : Math.min(now - this.#last_ms, 100);
    this.#last_ms = now;
    if (!this.flowing || !moving || passed <= 0) return;
    const rest = this.jumps ? JUMP_MS : REST_MS;
    this.#passed_ms = (this.#passed_ms + passed * this.speed) % (this.#length_ms + rest);
    const t = Math.min(1, this.#passed_ms / this.#length_ms);
    this.t = this.jumps ? Math.floor(t * JUMPS) / JUMPS : t;
  }

  get #length_ms() {
    return this.jumps ? JUMP_MS * JUMPS : FLIGHT_MS;
  }
}
