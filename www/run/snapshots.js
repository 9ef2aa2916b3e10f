// The model's past: weights at some of its steps, closer together at the beginning, where more happens.

const KEPT_MAX = 40;
const NUMBERS_MAX = 12e6; // of all snapshots together: 48 MB

export class Snapshots {
  #snapshots = []; // { step, values }, by step

  clear() {
    this.#snapshots = [];
  }

  /** Whether a snapshot of this step is worth its read. */
  wants(step) {
    const last = this.#snapshots.at(-1)?.step ?? -1;
    return step > last && (step <= 4 || step >= 1.12 * last);
  }

  /** Keeps a snapshot; where there are too many, the one goes whose neighbours are the closest in proportion. */
  add(snapshot) {
    if (snapshot.step <= (this.#snapshots.at(-1)?.step ?? -1)) return;
    this.#snapshots.push(snapshot);
    const most = Math.max(4, Math.min(KEPT_MAX, Math.floor(NUMBERS_MAX / snapshot.values.length)));
    while (this.#snapshots.length > most) {
      const gap = (k) => (this.#snapshots[k + 1].step + 1) / (this.#snapshots[k - 1].step + 1);
      let closest = 1;
      for (let k = 2; k < this.#snapshots.length - 1; k++) if (gap(k) < gap(closest)) closest = k;
      this.#snapshots.splice(closest, 1);
    }
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
}
