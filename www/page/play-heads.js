// The two play heads under the stage: over the flow time t, and over the steps of training.

import { grouped } from '../words/format.js';

const $ = (id) => document.getElementById(id);

export class PlayHeads {
  #stage;
  #run = null;
  #scrubbing = Promise.resolve();

  constructor(stage) {
    this.#stage = stage;
    stage.on('time', (t) => this.#showTime(t));
    $('flow').addEventListener('click', () => this.flow(!stage.flowing));
    $('pace').addEventListener('change', () => (stage.clock.speed = Number($('pace').value)));
    $('time').addEventListener('input', () => this.hold(Number($('time').value)));
    $('trained').addEventListener('input', () => this.scrub(Number($('trained').value)));
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
    this.#stage.flowing = on;
    $('flow').textContent = on ? 'Hold' : 'Flow';
    $('flow').setAttribute('aria-pressed', String(on));
    this.#stage.touch();
  }

  #showTime(t) {
    $('time').value = t;
    $('time-value').textContent = t.toFixed(2);
  }

  /**
   * Looks at a step of training. The pictures of one place in the past are drawn before the next is looked at; those
   * passed over meanwhile are left out.
   */
  scrub(step) {
    this.wanted = step;
    this.#scrubbing = this.#scrubbing.then(async () => {
      if (this.wanted !== step) return;
      await this.#run.lookAt(step);
    });
  }

  /** Shows how far training is, and whether the past is shown. */
  show() {
    const { step, past, total } = this.#run;
    const shown = past ?? step;
    const input = $('trained');
    input.max = total;
    if (past === null || document.activeElement !== input) input.value = shown;
    input.setAttribute(
      'aria-valuetext',
      past === null ? `step ${grouped(step)}, the present` : `step ${grouped(past)} of the past`,
    );
    input.style.setProperty('--trained', `${(100 * step) / total}%`);
    $('trained-value').textContent = grouped(shown);
    const sentence =
      past === null
        ? ''
        : `The model as it was at step ${grouped(past)}. ` +
          `Training waits at step ${grouped(step)} until you come back, by Play or by the slider’s end.`;
    if ($('past').textContent !== sentence) $('past').textContent = sentence;
  }
}
