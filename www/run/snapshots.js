// The model's past: some of its steps, closer together at the beginning, where more happens. The weights themselves
// stay in the worker, under a number.

const KEPT_MAX = 40;
const NUMBERS_MAX = 12e6; // of all snapshots together: 48 MB

/** @import { Kept } from '../lab/types.js' */

export class Snapshots {
  /**
   * By step.
   * @type {Kept[]}
   */
  #snapshots = [];
  /**
   * The one that is being drawn, which may be none of them.
   * @type {Kept | null}
   */
  #drawn = null;
  #forget;

  /** @param {(snapshot: Kept) => unknown} forget hears which one is not needed any more */
  constructor(forget = () => {}) {
    this.#forget = forget;
  }

  /** The run is another one: the worker has forgotten all of them. */
  clear() {
    this.#snapshots = [];
    this.#drawn = null;
  }

  /**
   * Whether a snapshot of this step is worth its read.
   * @param {number} step
   */
  isDue(step) {
    const last = this.#snapshots.at(-1)?.step ?? -1;
    return step > last && (step <= 4 || step >= 1.12 * last);
  }

  /**
   * Keeps a snapshot; where there are too many, the one goes whose neighbours are the closest in proportion.
   * @param {Kept} snapshot
   */
  add(snapshot) {
    if (snapshot.step <= (this.#snapshots.at(-1)?.step ?? -1)) return this.#drop(snapshot);
    this.#snapshots.push(snapshot);
    const most = Math.max(4, Math.min(KEPT_MAX, Math.floor(NUMBERS_MAX / snapshot.numbers)));
    while (this.#snapshots.length > most) {
      const gap = (k) => (this.#snapshots[k + 1].step + 1) / (this.#snapshots[k - 1].step + 1);
      let closest = 1;
      for (let k = 2; k < this.#snapshots.length - 1; k++) if (gap(k) < gap(closest)) closest = k;
      for (const dropped of this.#snapshots.splice(closest, 1)) this.#drop(dropped);
    }
  }

  /**
   * A picture of this one begins; the one drawn before is over.
   * @param {Kept} snapshot
   */
  draw(snapshot) {
    const before = this.#drawn;
    this.#drawn = snapshot;
    if (before) this.#drop(before);
  }

  get steps() {
    return this.#snapshots.map(({ step }) => step);
  }

  /**
   * The snapshot nearest to a step; undefined where there is none.
   * @param {number} step
   * @returns {Kept | undefined}
   */
  near(step) {
    const off = ({ step: at }) => Math.abs(at - step);
    return [...this.#snapshots].sort((a, b) => off(a) - off(b))[0];
  }

  /** @param {Kept} snapshot */
  #drop(snapshot) {
    if (snapshot.id !== this.#drawn?.id && !this.#snapshots.some(({ id }) => id === snapshot.id))
      this.#forget(snapshot);
  }
}
