// The buttons that train: play and pause, one step, again from the start, and reflow.

import { grouped } from '../words/format.js';
import { $ } from './by-id.js';

const REFLOW_PAIRS = 10_000;

export class TrainButtons {
  /** What the link held before reflow, while the run begins that reflow made. */
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
    [this.#view, this.#choices, this.#busy] = [view, choices, busy];
    const { run } = view;
    const again = () => choices.attempt(() => choices.restart());
    const play = () => (run.finished && run.past === null ? again() : run.play(!run.playing));
    $('play').addEventListener('click', play, { signal });
    $('reset').addEventListener('click', again, { signal });
    $('step').addEventListener('click', () => choices.attempt(() => view.takeStep()), { signal });
    $('reflow').addEventListener('click', () => choices.attempt(() => this.#reflow()), { signal });
  }

  /** What the link of the run that begins shall hold: reflow is no choice of a link. */
  get linked() {
    return (
      this.#before ?? this.#view.run.lab.changed.filter(([name, text]) => name !== 'coupling' || text !== 'reflow')
    );
  }

  async #reflow() {
    const { run } = this.#view;
    this.#before = this.#choices.given;
    $('reflow').disabled = true;
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
