// The model's past: some of its steps, closer together at the beginning, where more happens. The weights themselves
// stay in the worker, under a number.

const KEPT_MAX = 40;
const NUMBERS_MAX = 12e6; // of all snapshots together: 48 MB

/** @typedef {{ id: number, step: number, numbers: number }} Snapshot as `lab.keep()` gives it */

export class Snapshots {
  #snapshots = []; // by step
  #drawn = null; // the one that is being drawn, which may be none of them
  #forget;

  /** @param {(snapshot: Snapshot) => void} forget hears which one is not needed any more */
  constructor(forget = () => {}) {
    this.#forget = forget;
  }

  /** The run is another one: the worker has forgotten all of them. */
  clear() {
    [this.#snapshots, this.#drawn] = [[], null];
  }

  /** Whether a snapshot of this step is worth its read. */
  wants(step) {
    const last = this.#snapshots.at(-1)?.step ?? -1;
    return step > last && (step <= 4 || step >= 1.12 * last);
  }

  /** Keeps a snapshot; where there are too many, the one goes whose neighbours are the closest in proportion. */
  add(snapshot) {
    if (snapshot.step <= (this.#snapshots.at(-1)?.step ?? -1)) return this.#drop(snapshot);
    this.#snapshots.push(snapshot);
    const most = Math.max(4, Math.min(KEPT_MAX, Math.floor(NUMBERS_MAX / snapshot.numbers)));
    while (this.#snapshots.length > most) {
      const gap = (k) => (this.#snapshots[k + 1].step + 1) / (this.#snapshots[k - 1].step + 1);
      let closest = 1;
      for (let k = 2; k < this.#snapshots.length - 1; k++) if (gap(k) < gap(closest)) closest = k;
      this.#drop(...this.#snapshots.splice(closest, 1));
    }
  }

  /** A picture of this one begins; the one drawn before is over. */
  draw(snapshot) {
    const before = this.#drawn;
    this.#drawn = snapshot;
    if (before) this.#drop(before);
  }

  get steps() {
    return this.#snapshots.map(({ step }) => step);
  }

  /** The snapshot nearest to a step; undefined where there is none. */
  near(step) {
    return this.#snapshots.reduce(
      (best, next) => (best && Math.abs(best.step - step) <= Math.abs(next.step - step) ? best : next),
      undefined,
    );
  }

  #drop(snapshot) {
    if (snapshot.id !== this.#drawn?.id && !this.#snapshots.some(({ id }) => id === snapshot.id))
      this.#forget(snapshot);
  }
}
