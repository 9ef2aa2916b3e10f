// The drawer with all options and measures. What it shows is made when it is first opened: the library that draws
// curves is as large as all the rest, and a hidden curve has no size.

/** @import { Run } from '../run/run.js' */

import { disclosure } from '../dom/disclosure.js';
import { later } from '../dom/later.js';
import { lessMotion } from '../dom/media.js';
import { couplingSentence, excessSentence, floorLabel } from '../words/sentences.js';
import { $ } from './by-id.js';
import { Controls } from './controls.js';
import { Measures } from './measures.js';

export class Panel {
  /** The inputs of all options, once their table has come. */
  controls;
  #fold;
  #run; // the run, or null before there is one
  #curve;
  #losses = new Float32Array();
  #measures;
  #signal;

  /**
   * @param {{ run: () => Run | null, attempt: (work: () => unknown) => void, failed: (error: Error) => void, signal:
   *   AbortSignal }} page
   */
  constructor({ run, attempt, failed, signal }) {
    this.#run = run;
    this.#signal = signal;
    const panel = $('panel');
    this.#fold = disclosure($('panel-toggle'), panel, {
      close: $('panel-close'),
      bodyClass: 'with-panel',
      focus: panel,
      signal,
    });
    const measure = () => attempt(() => this.#measures?.measure());
    $('panel-toggle').addEventListener('click', () => void this.fill().catch(failed), { signal });
    $('measure').addEventListener('toggle', () => $('measure', HTMLDetailsElement).open && measure(), { signal });
    $('measure-again').addEventListener('click', measure, { signal });
  }

  get open() {
    return this.#fold.open;
  }

  /** Takes the table of options. */
  build(specs, onChange) {
    this.controls = new Controls($('controls'), specs, onChange, this.#signal);
    this.controls.under('group', $('coupling'));
  }

  /** Makes what an open panel shows, as far as it can be made by now. */
  async fill() {
    if (!this.open) return;
    // On a phone the panel takes the lower half: the stage stays in sight above it.
    if (window.matchMedia('(max-width: 52rem)').matches)
      $('stages').scrollIntoView({ behavior: lessMotion().matches ? 'auto' : 'smooth' });
    await this.controls?.unfold();
    const { LossCurve } = await later(() => import('../chart/loss.js'));
    this.#curve ??= new LossCurve($('loss'));
    this.#curve.show(this.#losses);
    this.#run()?.exact.show();
    this.#measures?.look();
  }

  begun(run) {
    this.#measures ??= new Measures(run, {
      list: $('live'),
      table: $('metrics'),
      button: $('measure-again'),
      wanted: () => this.open,
    });
    this.#measures.clear();
  }

  progressed() {
    this.#measures?.look();
  }

  pictured(run, losses) {
    this.#losses = losses;
    this.#curve?.show(losses);
  }

  theorised({ lab }, { floor, pairing_ms }) {
    const { options } = lab;
    $('coupling').textContent = couplingSentence(options, pairing_ms);
    $('excess').textContent = excessSentence(floor, this.#curve?.now, options);
    if (this.#curve) this.#curve.floor = floor ? { loss: floor.loss, label: floorLabel(floor) } : null;
  }
}
