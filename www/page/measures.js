// Measures of the generated points, live: few points, seldom, so that training hardly waits; and a
// table of many on demand.

import { liveMeasures } from '../words/sentences.js';
import { showMetrics } from './metrics-table.js';

const EVERY_MS = 4000;
const COUNT = 400;
const SHARE = 0.1; // of the time, at most

export class Measures {
  #run;
  #list;
  #due = 0;
  #busy = false;
  #of = ''; // what was measured last
  #later; // a look that has come too early, once more

  /**
   * @param {import('../run/run.js').Run} run
   * @param {{ list: HTMLElement, table: HTMLTableElement, button: HTMLButtonElement, wanted: () => boolean }} page
   */
  constructor(run, page) {
    this.#run = run;
    this.#list = page.list;
    this.page = page;
  }

  /** The run has begun anew. */
  clear() {
    this.page.table.hidden = true;
    this.#list.replaceChildren();
    [this.#due, this.#of] = [0, ''];
  }

  /** Something happened: measures, if it is time and somebody looks. */
  async look() {
    const { lab, step } = this.#run;
    const key = `${step} ${lab.options.solver} ${lab.options.solverSteps}`;
    clearTimeout(this.#later);
    if (!this.page.wanted() || key === this.#of || step === 0) return;
    if (this.#busy || performance.now() < this.#due) {
      this.#later = setTimeout(() => this.look(), Math.max(200, this.#due - performance.now()));
      return;
    }
    this.#busy = true;
    const start = performance.now();
    try {
      const steps = Math.min(lab.options.solverSteps, 50);
      const count = lab.options.dim > 8 ? COUNT / 4 : COUNT; // as many numbers take as long as more points
      const metrics = await lab.metrics({ count, steps });
      this.#of = key;
      this.#show(liveMeasures(metrics, step));
    } catch {
      // A run was replaced while it was measured, or gives points that are not finite: the next look says more.
    }
    this.#busy = false;
    this.#due = performance.now() + Math.max(EVERY_MS, (performance.now() - start) / SHARE);
  }

  #show(rows) {
    this.#list.replaceChildren(
      ...rows.flatMap(([name, value]) => [
        Object.assign(document.createElement('dt'), { textContent: name }),
        Object.assign(document.createElement('dd'), { textContent: value }),
      ]),
    );
  }

  async measure() {
    const { button, table } = this.page;
    const { lab } = this.#run;
    button.disabled = true;
    button.textContent = 'Measuring …';
    try {
      // Asked together, so that no training step comes between them.
      const [losses, metrics] = await Promise.all([lab.losses(), lab.metrics()]);
      showMetrics(table, metrics, lab.options, losses.length);
    } finally {
      button.disabled = false;
      button.textContent = 'Measure again';
    }
  }
}
