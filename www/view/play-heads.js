// The two play heads under a stage: over the flow time t, and over the steps of training.

import { grouped } from '../words/format.js';

export class PlayHeads {
  #parts;
  #stage;
  #run = null;
  #scrubbing = Promise.resolve();
  #wanted; // the last step that was asked for

  /**
   * @param {Record<'flow' | 'pace' | 'time' | 'time-value' | 'trained' | 'trained-value' | 'past', HTMLElement>} parts
   *   `pace` may be missing
   * @param {Stage} stage
   * @param {{ signal: AbortSignal, failed: (error: Error) => void }} how
   */
  constructor(parts, stage, { signal, failed }) {
    [this.#parts, this.#stage, this.failed] = [parts, stage, failed];
    const { flow, pace, time, trained } = parts;
    stage.on('time', (t) => this.#showTime(t), { signal });
    flow.addEventListener('click', () => this.flow(!stage.flowing), { signal });
    pace?.addEventListener('change', () => (stage.clock.speed = Number(pace.value)), { signal });
    time.addEventListener('input', () => this.hold(Number(time.value)), { signal });
    trained.addEventListener('input', () => this.scrub(Number(trained.value)), { signal });
  }

  /** Holds t there. */
  hold(t) {
    this.flow(false);
    this.#stage.seek(t);
    this.#showTime(t);
  }

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

  #showTime(t) {
    this.#parts.time.value = t;
    this.#parts['time-value'].textContent = t.toFixed(2);
  }

  /**
   * Looks at a step of training. The pictures of one place in the past are drawn before the next is looked at; those
   * passed over meanwhile are left out.
   */
  scrub(step) {
    if (!this.#run) return;
    this.#wanted = step;
    const look = async () => {
      if (this.#wanted === step) await this.#run.lookAt(step);
    };
    // One that fails must not leave the slider deaf.
    this.#scrubbing = this.#scrubbing.then(look).catch(this.failed);
  }

  /** Shows how far training is, and whether the past is shown. */
  show() {
    const { step, past, total } = this.#run;
    const { trained, 'trained-value': value, past: remark } = this.#parts;
    const shown = past ?? step;
    trained.max = total;
    if (past === null || trained.getRootNode().activeElement !== trained) trained.value = shown;
    trained.setAttribute(
      'aria-valuetext',
      past === null ? `step ${grouped(step)}, the present` : `step ${grouped(past)} of the past`,
    );
    trained.style.setProperty('--trained', `${(100 * step) / total}%`);
    value.textContent = grouped(shown);
    const sentence =
      past === null
        ? ''
        : `The model as it was at step ${grouped(past)}. ` +
          `Training waits at step ${grouped(step)} until you come back, by Play or by the slider’s end.`;
    if (remark.textContent !== sentence) remark.textContent = sentence;
  }
}
