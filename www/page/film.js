// The film strips' place: the strips themselves come when it is first unfolded.

/** @import { Samples } from '../lab/types.js' */
/** @import { FlowView } from '../view/flow-view.js' */
/** @import { Strips } from './strips.js' */

import { disclosure } from '../dom/disclosure.js';
import { later } from '../dom/later.js';
import { $ } from './by-id.js';

export class Film {
  #view;
  #fold;
  /** @type {Strips | undefined} */
  #strips;
  /**
   * What the stage shows, in all its dimensions.
   * @type {Samples | null}
   */
  #samples = null;
  #signal;

  /** @param {{ view: FlowView, attempt: (work: () => unknown) => void, signal: AbortSignal }} page */
  constructor({ view, attempt, signal }) {
    this.#view = view;
    this.#signal = signal;
    this.#fold = disclosure($('strips-toggle'), $('strips'), { signal });
    $('strips-toggle').addEventListener('click', () => attempt(() => this.fill()), { signal });
  }

  /** Makes the strips, if somebody looks. */
  async fill() {
    if (!this.#fold.open || !this.#view.run) return;
    const { Strips } = await later(() => import('./strips.js'));
    const { playHeads } = this.#view;
    const to = { flow: (t) => playHeads?.hold(t), train: (step) => playHeads?.scrub(step) };
    this.#strips ??= new Strips($('strips'), this.#view.run, to, () => this.#fold.open, this.#signal);
    this.#strips.open(this.#samples);
  }

  begun() {
    this.#strips?.clear();
  }

  progressed() {
    void this.#strips?.look();
  }

  sampled(run, samples) {
    this.#samples = samples;
    this.#strips?.show(samples);
  }
}
