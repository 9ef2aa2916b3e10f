// The two play heads under a stage: over the flow time t, and over the steps of training.

import { hasFocus } from '../dom/focus.js';
import { grouped } from '../words/format.js';

/** @import { Run } from '../run/run.js' */
/** @import { Stage } from '../stage/stage.js' */

/**
 * Two sliders, their numbers, and what is said of the past; `pace` may be missing.
 * @typedef {object} Parts
 * @property {HTMLElement} flow
 * @property {HTMLSelectElement | null} pace
 * @property {HTMLInputElement} time
 * @property {HTMLElement} timeValue
 * @property {HTMLInputElement} trained
 * @property {HTMLElement} trainedValue
 * @property {HTMLElement} past
 */

export class PlayHeads {
  #parts;
  #stage;
  /** @type {Run | null} */
  #run = null;
  #scrubbing = Promise.resolve();
  /**
   * The last step that was asked for.
   * @type {number | undefined}
   */
  #wanted;

  /**
   * @param {Parts} parts
   * @param {Stage} stage
   * @param {{ signal: AbortSignal, failed: (error: Error) => void }} how
   */
  constructor(parts, stage, { signal, failed }) {
    this.#parts = parts;
    this.#stage = stage;
    this.failed = failed;
    const { flow, pace, time, trained } = parts;
    stage.on('time', (t) => this.#showTime(t), { signal });
    flow.addEventListener('click', () => this.flow(!stage.flowing), { signal });
    pace?.addEventListener('change', () => (stage.clock.speed = Number(pace.value)), { signal });
    time.addEventListener('input', () => this.hold(Number(time.value)), { signal });
    trained.addEventListener('input', () => this.scrub(Number(trained.value)), { signal });
  }

  /**
   * Holds t there.
   * @param {number} t
   */
  hold(t) {
    this.flow(false);
    this.#stage.seek(t);
    this.#showTime(t);
  }

  /** @param {Run} run */
  set run(run) {
    this.#run = run;
    this.show();
  }

  /** Lets t run, or holds it. */
  flow(on) {
    const { flow } = this.#parts;
    this.#stage.flowing = on;
    flow.textContent = on ? 'Hold' : 'Flow';
    flow.setAttribute('aria-pressed', String(on));
    this.#stage.touch();
  }

  /** @param {number} t */
  #showTime(t) {
    this.#parts.time.value = String(t);
    this.#parts.timeValue.textContent = t.toFixed(2);
  }

  /**
   * Looks at a step of training. The pictures of one place in the past are drawn before the next is looked at; those
   * passed over meanwhile are left out.
   * @param {number} step
   */
  scrub(step) {
    this.#wanted = step;
    const look = async () => {
      if (this.#wanted === step) await this.#run?.lookAt(step);
    };
    // One that fails must not leave the slider deaf.
    this.#scrubbing = this.#scrubbing.then(look).catch(this.failed);
  }

  /** Shows how far training is, and whether the past is shown. */
  show() {
    if (!this.#run) return;
    const { step, past, total } = this.#run;
    const { trained, trainedValue, past: remark } = this.#parts;
    const shown = past ?? step;
    trained.max = String(total);
    if (past === null || !hasFocus(trained)) trained.value = String(shown);
    trained.setAttribute(
      'aria-valuetext',
      past === null ? `step ${grouped(step)}, the present` : `step ${grouped(past)} of the past`,
    );
    trained.style.setProperty('--trained', `${(100 * step) / total}%`);
    trainedValue.textContent = grouped(shown);
    const sentence =
      past === null
        ? ''
        : `The model as it was at step ${grouped(past)}. ` +
          `Training waits at step ${grouped(step)} until you come back, by Play or by the slider’s end.`;
    if (remark.textContent !== sentence) remark.textContent = sentence;
  }
}
