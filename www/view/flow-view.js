// A flow to look at, all of it under one root element: a lab, its run, the stage that shows it, digits over the stage
// where points are digits, and the two play heads.
//
//   const view = new FlowView(root, { hooks });        root has the parts of parts.js, or is empty
//   const run = await view.open({ target: 'moons' });  a lab, and its run
//   await run.begin();
//   run.play(true);
//   view.dispose();                                    gives back worker, WebGL context, listeners and observers
//
// Any number of views live in one document, or in a shadow tree: there are no ids, and nothing outside the root.

/** @import { Clock } from '../stage/clock.js' */
/** @import { Data, OptionsGiven } from '../lab/types.js' */
/** @import { Hooks } from '../run/run.js' */

import { elementIn } from '../dom/element-in.js';
import { lessMotion } from '../dom/media.js';
import { needsDigits } from '../lab/image-pack.js';
import { Run } from '../run/run.js';
import { attachOverlay } from '../stage/overlay.js';
import { Stage } from '../stage/stage.js';
import { DigitGrid } from './digit-grid.js';
import { CLOCK_PARTS, STAGE_PARTS } from './parts.js';
import { PlayHeads } from './play-heads.js';

/**
 * @typedef {object} Settings
 * @property {Hooks & { said?: (sentence: string) => void }} [hooks] those of a run; `said` reaches who does not see
 * @property {Clock} [clock] another view's, to flow with it
 * @property {number} [extent]
 * @property {boolean} [flat] without a GPU
 * @property {boolean} [clocks] whether an empty root gets play heads
 * @property {AbortSignal} [signal] disposes of the view
 * @property {(label: string) => void} [onLabel] the reader chose a class of digits
 */

export class FlowView {
  /**
   * Once it was opened.
   * @type {Run | null}
   */
  run = null;
  /** @type {Stage} */
  stage;
  /** @type {DigitGrid} */
  digits;
  /**
   * Undefined where the root has no parts for them.
   * @type {PlayHeads | undefined}
   */
  playHeads;
  #root;
  #hooks;
  #end = new AbortController();
  #ownParts = false;

  /**
   * @param {HTMLElement} root
   * @param {Settings} [settings]
   */
  constructor(root, { hooks = {}, clock, extent, flat, clocks = true, signal, onLabel } = {}) {
    this.#root = root;
    this.#hooks = { ...hooks, failed: (error) => this.#failed(error, hooks) };
    if (!this.part('canvas')) {
      root.insertAdjacentHTML('beforeend', clocks ? STAGE_PARTS + CLOCK_PARTS : STAGE_PARTS);
      this.#ownParts = true;
    }
    const own = this.#end.signal;
    this.stage = new Stage(this.#need('canvas', HTMLCanvasElement), { extent, clock, flat });
    this.digits = new DigitGrid(this.#need('plane'), this.stage, { signal: own, onLabel });
    const overlay = {
      spot: this.#need('spot'),
      scale: this.#need('scale'),
      lens: this.#need('lens'),
      help: this.part('help'),
    };
    attachOverlay(overlay, this.stage, { signal: own, say: (sentence) => hooks.said?.(sentence) });
    if (this.part('time'))
      this.playHeads = new PlayHeads(this.#clockParts, this.stage, {
        signal: own,
        failed: this.#hooks.failed,
      });
    if (this.#ownParts) {
      const step = () => void this.takeStep().catch(this.#hooks.failed);
      this.part('step')?.addEventListener('click', step, { signal: own });
    }
    this.#rest();
    signal?.addEventListener('abort', () => this.dispose(), { once: true, signal: own });
  }

  // What ends with the view has not failed.
  #failed(error, hooks) {
    if (!this.signal.aborted) hooks.failed?.(error);
  }

  // Where the reader wants less motion nothing flows by itself, and t goes by jumps.
  #rest() {
    const motion = lessMotion();
    const { clock } = this.stage;
    clock.jumps = motion.matches;
    if (motion.matches) this.playHeads?.flow(false);
    motion.addEventListener('change', () => (clock.jumps = motion.matches), { signal: this.#end.signal });
  }

  /**
   * The part of this name; null where there is none.
   * @param {string} name
   * @returns {HTMLElement | null}
   */
  part(name) {
    return this.#root.querySelector(selectorOf(name));
  }

  /**
   * The part of this name, which must be there.
   * @template {HTMLElement} [T=HTMLElement]
   * @param {string} name
   * @param {new () => T} [type]
   */
  #need(name, type) {
    return elementIn(this.#root, selectorOf(name), type);
  }

  get #clockParts() {
    return {
      flow: this.#need('flow'),
      pace: this.part('pace') && this.#need('pace', HTMLSelectElement),
      time: this.#need('time', HTMLInputElement),
      timeValue: this.#need('time-value'),
      trained: this.#need('trained', HTMLInputElement),
      trainedValue: this.#need('trained-value'),
      past: this.#need('past'),
    };
  }

  /** What holds the stage's canvas. */
  get plane() {
    return this.#need('plane');
  }

  /** Aborted when the view is disposed of. */
  get signal() {
    return this.#end.signal;
  }

  /**
   * Makes a lab with these options, and its run on the stage, which `begin()` shows.
   * @param {OptionsGiven} [options]
   * @param {Data} [data]
   * @returns {Promise<Run>}
   */
  async open(options = {}, data = {}) {
    /** @type {Hooks} */
    const hooks = {
      ...this.#hooks,
      begun: () => {
        this.playHeads?.show();
        this.#hooks.begun?.();
      },
      progressed: () => {
        this.playHeads?.show();
        this.#hooks.progressed?.();
      },
      sampled: (samples) => {
        const { options } = run.lab;
        this.digits.show(needsDigits(options) ? samples : null, options);
        this.#hooks.sampled?.(samples);
      },
    };
    const run = await Run.create(options, this.stage, hooks, data);
    if (this.signal.aborted) {
      run.dispose();
      throw this.signal.reason;
    }
    this.run = run;
    if (this.playHeads) this.playHeads.run = run;
    return run;
  }

  /** Pauses in the present, and takes one training step. */
  async takeStep() {
    const { run } = this;
    if (!run) return;
    run.play(false);
    await run.lookAt(null);
    await run.advance(1);
    await run.refresh();
  }

  dispose() {
    if (this.signal.aborted) return;
    this.#end.abort();
    this.run?.dispose();
    this.stage.dispose();
    if (this.#ownParts) this.#root.replaceChildren();
  }
}

const selectorOf = (name) => `[data-part="${name}"]`;
