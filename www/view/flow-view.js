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

import { lessMotion } from '../dom/media.js';
import { needsDigits } from '../lab/image-pack.js';
import { Run } from '../run/run.js';
import { attachOverlay } from '../stage/overlay.js';
import { Stage } from '../stage/stage.js';
import { DigitGrid } from './digit-grid.js';
import { CLOCK_PARTS, STAGE_PARTS } from './parts.js';
import { PlayHeads } from './play-heads.js';

const OVERLAY = ['spot', 'scale', 'lens', 'help'];
const PLAY_HEADS = ['flow', 'pace', 'time', 'time-value', 'trained', 'trained-value', 'past'];

export class FlowView {
  /** Once it was opened. */
  run = null;
  stage;
  digits;
  /** Undefined where the root has no parts for them. */
  playHeads;
  #root;
  #hooks;
  #end = new AbortController();
  #ownParts = false;

  /**
   * @param {HTMLElement} root
   * @param {{ hooks?: object, clock?: Clock, extent?: number, flat?: boolean, clocks?: boolean, signal?: AbortSignal,
   *   onLabel?: (label: string) => void }} options `hooks`: those of a Run, and `said(sentence)`, for whoever does not
   *   see; `clock`: another view's, to flow with it; `clocks`: whether an empty root gets play heads; `onLabel`: the
   *   reader chose a class of digits. The signal disposes of the view
   */
  constructor(root, { hooks = {}, clock, extent, flat, clocks = true, signal, onLabel } = {}) {
    this.#root = root;
    this.#hooks = { ...hooks, failed: (error) => this.#failed(error, hooks) };
    if (!this.part('canvas')) {
      root.insertAdjacentHTML('beforeend', clocks ? STAGE_PARTS + CLOCK_PARTS : STAGE_PARTS);
      this.#ownParts = true;
    }
    const parts = (names) => Object.fromEntries(names.map((name) => [name, this.part(name)]));
    const own = this.#end.signal;
    this.stage = new Stage(this.part('canvas'), { extent, clock, flat });
    this.digits = new DigitGrid(this.part('plane'), this.stage, { signal: own, onLabel });
    attachOverlay(parts(OVERLAY), this.stage, { signal: own, say: (sentence) => hooks.said?.(sentence) });
    if (this.part('time'))
      this.playHeads = new PlayHeads(parts(PLAY_HEADS), this.stage, {
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

  /** The part of this name; null where there is none. */
  part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  /** Aborted when the view is disposed of. */
  get signal() {
    return this.#end.signal;
  }

  /**
   * Makes a lab with these options, and its run on the stage, which `begin()` shows; data as for `Lab.create`.
   * @returns {Promise<Run>}
   */
  async open(options = {}, data = {}) {
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
        const { options } = this.run.lab;
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
