// The buttons that train: play and pause, one step, again from the start, and reflow.

/** @import { Pair } from '../lab/types.js' */
/** @import { FlowView } from '../view/flow-view.js' */
/** @import { Choices } from './choices.js' */

import { grouped } from '../words/format.js';
import { $ } from './by-id.js';

const REFLOW_PAIRS = 10_000;

export class TrainButtons {
  /**
   * What the link held before reflow, while the run begins that reflow made.
   * @type {Pair[] | null}
   */
  #before = null;
  #view;
  #choices;
  #busy;

  /**
   * @param {FlowView} view
   * @param {Choices} choices
   * @param {{ busy: (words: string) => void, signal: AbortSignal }} page `busy` says what takes its time
   */
  constructor(view, choices, { busy, signal }) {
    this.#view = view;
    this.#choices = choices;
    this.#busy = busy;
    const again = () => choices.attempt(() => choices.restart());
    const play = () => {
      const { run } = view;
      if (run?.finished && run.past === null) void again();
      else run?.play(!run.playing);
    };
    $('play').addEventListener('click', play, { signal });
    $('reset').addEventListener('click', () => void again(), { signal });
    $('step').addEventListener('click', () => void choices.attempt(() => view.takeStep()), { signal });
    $('reflow').addEventListener('click', () => void choices.attempt(() => this.#reflow()), { signal });
  }

  /** What the link of the run that begins shall hold: reflow is no choice of a link. */
  get linked() {
    const changed = this.#view.run?.lab.changed ?? [];
    return this.#before ?? changed.filter(([name, text]) => name !== 'coupling' || text !== 'reflow');
  }

  async #reflow() {
    const { run } = this.#view;
    if (!run) return;
    this.#before = this.#choices.given;
    $('reflow', HTMLButtonElement).disabled = true;
    this.#busy(`making ${grouped(REFLOW_PAIRS)} pairs …`);
    try {
      await run.reflow({ count: REFLOW_PAIRS });
    } finally {
      this.#before = null;
      this.#busy('');
      run.hooks.progressed?.();
    }
  }
}
