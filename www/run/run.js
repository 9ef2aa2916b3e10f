// One run on one stage: trains in chunks, shows the model as it is or as it was, and never does both for long.
//
//   const run = await Run.create(pairs, stage, { begun, progressed, failed, pictured });
//   run.play(true); run.lookAt(120); run.lookAt(null); await run.restart(pairs);
//
// While the reader looks at the past, training waits; it goes on when they come back to the present.

/** @import { Bytes, Data, OptionsGiven, Pair, Recorded, Samples, Sampling } from '../lab/types.js' */
/** @import { Stage } from '../stage/stage.js' */

import { extentOf, firstTwo } from '../draw/plane.js';
import { Lab } from '../lab.js';
import { Exact } from './exact.js';
import { Losses, recent } from './losses.js';
import { SceneData } from './scene-data.js';
import { Snapshots } from './snapshots.js';

const CHUNK_MS = 80; // training between two looks at what the reader wants
const REFRESH_MS = 350; // least time between two new pictures
const PICTURE_SHARE = 0.35; // of the worker's time, while training
const PREVIEW_STEPS_MAX = 50; // solver steps of a picture while training; all of them once it is done
const PAST_STEPS_MAX = 20; // while the reader scrubs
const FIRST_STEPS = 10; // of the very first picture, which must come soon
const EXTENT = 4; // of the plane, enough for most
/** @type {Record<string, number>} */
const EXTENTS = { '8gaussians': 8, spiral: 4.5, circles: 4.5, pinwheel: 4.5 };
const PACE_MS = 10; // between two looks at the other run
// A run whose worker ends begins anew by itself, unless it has done so so often within this time.
const RECOVERIES_MAX = 3;
const RECOVERIES_MS = 60_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * What a run tells.
 * @typedef {object} Hooks
 * @property {() => void} [begun] it is another run, from its first step or from a file
 * @property {() => void} [progressed] steps, the past, or whether it plays: something changed
 * @property {(losses: Float32Array) => void} [pictured] a picture begins, or is whole; the losses so far
 * @property {(samples: Samples) => void} [sampled] the stage shows these, in all their dimensions
 * @property {(bytes: Bytes) => void} [fetched] of the digits
 * @property {(layer: string, reason: string) => void} [barred] a layer cannot be drawn of this run
 * @property {(exact: Exact) => void} [theorised] something is known without the network
 * @property {(error: Error) => void} [failed]
 */

export class Run {
  step = 0;
  playing = false;
  stepsPerSecond = 0;
  workers = 1;
  /**
   * Mean of the last 100 steps: at a given step the same number whenever the run is repeated.
   * @type {number | undefined}
   */
  loss;
  /**
   * The step that is shown instead of the present one; null in the present.
   * @type {number | null}
   */
  past = null;
  /** How far another run lets this one go: for two runs at one pace. */
  limit = () => Infinity;
  snapshots = new Snapshots((snapshot) => this.lab.forget(snapshot).catch(() => {})); // a lost run has none
  #chunk = 1;
  #number = 0; // counts restarts: an answer that belongs to an earlier run is not shown
  #looping = false;
  #refreshing = 0;
  #again = false; // loop() was called while the loop was ending
  #resume = false; // play on when the reader comes back from the past
  #playsOn = false; // once a lost run has begun anew
  #changing = 0; // turns into another run, which nothing is asked of before it has begun
  /**
   * When: performance.now() of each.
   * @type {number[]}
   */
  #recoveries = [];
  #losses = new Losses();

  /**
   * @param {OptionsGiven} pairs
   * @param {Stage} stage
   * @param {Hooks} [hooks]
   * @param {Data} [data]
   */
  static async create(pairs, stage, hooks = {}, data = {}) {
    try {
      return new Run(await Lab.create(pairs, { data, onProgress: hooks.fetched }), stage, hooks);
    } catch (error) {
      stage.dispose();
      throw error;
    }
  }

  /**
   * @param {Lab} lab
   * @param {Stage} stage
   * @param {Hooks} hooks
   */
  constructor(lab, stage, hooks) {
    this.lab = lab;
    this.stage = stage;
    this.hooks = hooks;
    this.sceneData = new SceneData(lab, stage);
    this.sceneData.onSamples = (samples) => this.hooks.sampled?.(samples);
    this.sceneData.onBarred = (layer, reason) => this.hooks.barred?.(layer, reason);
    this.exact = new Exact(this);
    stage.on('view', () => void this.#seeElsewhere());
    lab.on('lost', (error) => void this.#recover(error));
  }

  get total() {
    return this.lab.options.steps;
  }

  get finished() {
    return this.step >= this.total;
  }

  /**
   * Whether neither training nor a picture is under way: the stage stays as it is until somebody asks for something.
   */
  get settled() {
    return !this.#looping && this.#refreshing === 0;
  }

  /**
   * Shows a run that has just started, or was opened from a file; its first picture is a quick one where
   * training follows `atOnce`.
   */
  async begin({ atOnce = false } = {}) {
    const number = ++this.#number;
    const { lab, stage } = this;
    stage.clear();
    this.sceneData.clear();
    this.snapshots.clear();
    this.#losses.clear();
    [this.past, this.#chunk, this.stepsPerSecond, this.loss, this.#resume] = [null, 1, 0, undefined, false];
    const losses = await this.losses();
    this.step = losses.length;
    if (this.step) this.loss = recent(losses);
    const { source, target, dim } = lab.options;
    const points = firstTwo(await lab.reference('target', 1500), dim);
    stage.source = null;
    stage.target = points;
    const wanted = Math.max(
      ...[source, target].map((shape) => EXTENTS[shape] ?? EXTENT),
      target === 'points' ? extentOf(points) : 0,
    );
    stage.fit(
      source === 'points' ? Math.max(wanted, extentOf(firstTwo(await lab.reference('source', 1500), dim))) : wanted,
    );
    if (number !== this.#number) return;
    await this.#remember();
    this.hooks.begun?.();
    this.hooks.pictured?.(losses);
    await this.refresh(atOnce ? Math.min(FIRST_STEPS, this.#steps()) : undefined);
    this.exact.begin().catch((error) => this.#fail(error));
  }

  /** The loss of every step so far. @returns {Promise<Float32Array>} */
  losses() {
    return this.#losses.of(this.lab);
  }

  /** Draws what is looked at, to the end; while training goes on, rather ask `redraw()`. */
  async refresh(steps = this.#steps()) {
    const number = this.#number;
    this.#refreshing++;
    try {
      await this.#beginPicture(steps);
      await this.sceneData.work();
      if (number !== this.#number) return;
      this.hooks.pictured?.(await this.losses());
      this.exact.show();
    } finally {
      this.#refreshing--;
    }
  }

  /** Something else is to be drawn: the loop draws it between its chunks, or it is drawn now. */
  async redraw() {
    if (this.#looping) this.sceneData.drop();
    else await this.refresh();
    await this.exact.draw();
  }

  #steps() {
    const { solverSteps } = this.lab.options;
    return this.finished && this.past === null
      ? solverSteps
      : Math.min(solverSteps, this.past === null ? PREVIEW_STEPS_MAX : PAST_STEPS_MAX);
  }

  async #beginPicture(steps) {
    const number = this.#number;
    const past = this.past === null ? null : this.snapshots.near(this.past);
    const snapshot = past ?? (await this.lab.keep());
    if (number !== this.#number) return;
    this.snapshots.draw(snapshot);
    if (!past) this.snapshots.add(snapshot);
    this.sceneData.begin(snapshot.id, steps);
  }

  async #remember() {
    const number = this.#number;
    const snapshot = await this.lab.keep();
    if (number === this.#number) this.snapshots.add(snapshot);
  }

  /** Trains and draws until paused or done; a second call changes nothing. */
  async loop() {
    if (this.#looping) return void (this.#again = true);
    this.#looping = true;
    let [nextPicture, credit_ms, shown] = [0, 0, this.step];
    let number = this.#number;
    try {
      while (this.playing && !this.finished) {
        this.#again = false;
        const room = Math.min(this.total, this.limit()) - this.step;
        if (room <= 0 || this.#changing) {
          await pause(PACE_MS);
          credit_ms = CHUNK_MS;
          continue;
        }
        number = this.#number;
        credit_ms +=
          (PICTURE_SHARE / (1 - PICTURE_SHARE)) * (await this.advance(Math.min(this.#chunk, room), CHUNK_MS));
        if (this.finished) break;
        if (!this.sceneData.pending && performance.now() > nextPicture && this.past === null && shown !== this.step) {
          await this.#beginPicture(this.#steps());
          [nextPicture, shown] = [performance.now() + REFRESH_MS, this.step];
          this.hooks.pictured?.(await this.losses());
          this.exact.show();
        }
        if (credit_ms > 0) credit_ms -= await this.sceneData.work(Math.min(credit_ms, CHUNK_MS));
      }
      number = this.#number;
      if (this.past === null && !this.#changing) await this.refresh();
    } catch (error) {
      // What a run that is no more was asked for needs no word; and nobody trains on what has failed.
      if (number === this.#number) {
        this.playing = false;
        this.#fail(error);
      } else this.#again = true;
    }
    this.#looping = false;
    this.hooks.progressed?.();
    if (this.#again && this.playing && !this.finished) void this.loop();
  }

  /**
   * Takes so many steps, or as many as `ms` allow; resolves to the time that took in the worker, in ms.
   * @param {number} steps
   * @param {number} [ms]
   */
  async advance(steps, ms) {
    const number = this.#number;
    const progress = await this.lab.train(steps, ms);
    if (number !== this.#number) return 0;
    const took = this.lab.worked_ms;
    if (progress.step > this.step) this.stepsPerSecond = progress.stepsPerSecond;
    [this.step, this.workers, this.loss] = [progress.step, progress.workers, progress.loss ?? undefined];
    // The first steps change the most: they come one by one, so that each can be seen again.
    this.#chunk = Math.min(500, Math.max(1, Math.round(0.25 * this.step)));
    if (this.snapshots.isDue(this.step)) await this.#remember();
    this.hooks.progressed?.();
    if (progress.loss !== null && !Number.isFinite(progress.loss)) {
      this.play(false);
      this.#fail(new Error(`Training diverged at step ${this.step}: lower the learning rate, then train again.`));
    }
    return took;
  }

  /**
   * Takes one step, tells what happened in it, and shows what came of it.
   * @returns {Promise<Recorded>}
   */
  async recordStep() {
    this.play(false);
    await this.lookAt(null);
    const number = this.#number;
    const recorded = await this.lab.recordStep();
    if (number !== this.#number) throw new Error('The run was begun anew meanwhile: record another step.');
    this.step = recorded.step;
    this.loss = recent(await this.losses());
    this.hooks.progressed?.();
    await this.redraw();
    return recorded;
  }

  /**
   * Takes so many steps, but none past the end of the run.
   * @param {number} steps
   * @param {{ signal?: AbortSignal, onProgress?: (step: number) => void }} [how] `onProgress` hears of each chunk
   */
  async advanceBy(steps, { signal, onProgress = () => {} } = {}) {
    const end = Math.min(this.total, this.step + steps);
    while (this.step < end && !signal?.aborted) {
      const [number, before] = [this.#number, this.step];
      await this.advance(Math.min(this.#chunk, end - before), CHUNK_MS);
      // Another run is there now, or training was stopped.
      if (number !== this.#number || this.step === before || !Number.isFinite(this.loss)) return;
      onProgress(this.step);
    }
  }

  /** @param {boolean} on */
  play(on) {
    if (this.lab.lost) this.#playsOn = on;
    if (on && this.lab.lost) return void (this.#changing || this.#beginAgain());
    this.playing = on;
    this.#resume = false;
    if (on && this.past !== null) this.lookAt(null).catch((error) => this.#fail(error));
    if (!on) this.lab.stop();
    this.hooks.progressed?.();
    if (on) void this.loop();
  }

  /**
   * Shows the model as it was at about this step, and waits with training; null comes back to the present, and goes on.
   * @param {number | null} step
   */
  async lookAt(step) {
    if (this.#changing) return; // what comes has no past yet
    const before = this.past;
    if (step !== null && step >= this.step) step = null;
    const snapshot = step === null ? undefined : this.snapshots.near(step);
    this.past = snapshot?.step ?? null;
    if (before === null && this.past !== null) [this.#resume, this.playing] = [this.playing, false];
    if (this.past === before) return;
    this.hooks.progressed?.();
    this.sceneData.drop();
    const number = this.#number;
    try {
      await this.refresh();
    } catch (error) {
      if (number === this.#number) throw error;
    }
    if (number === this.#number && this.past === null && this.#resume) this.play(true);
  }

  /**
   * Opens a saved run, to be shown by `begin()`; a bad file is an error, and changes nothing.
   * @param {Uint8Array} bytes
   */
  async open(bytes) {
    await this.#change(() => this.lab.load(bytes));
    this.play(false);
  }

  /**
   * The lab turns into another run; until it has, or has refused, nothing else is asked of it.
   * @param {() => Promise<unknown>} work
   */
  async #change(work) {
    this.#changing++;
    try {
      // A picture under way would ask the next network about the model of the one before.
      this.#number++;
      this.sceneData.clear();
      await work();
    } finally {
      this.#changing--;
    }
  }

  /**
   * Trains anew.
   * @param {OptionsGiven} pairs
   * @param {Data} [data]
   * @param {() => void} [opened] hears that the options were taken, before all pictures
   */
  async restart(pairs, data, opened = () => {}) {
    await this.#change(async () => {
      await this.lab.restart(pairs, { data });
      opened();
      await this.begin({ atOnce: true });
    });
    this.play(true);
  }

  /**
   * Trains on with the model's own pairs.
   * @param {Sampling} asked
   */
  async reflow(asked) {
    await this.#change(async () => {
      await this.lab.reflow(asked);
      await this.begin();
    });
    this.play(true);
  }

  /**
   * The worker has ended, or the GPU was lost, and the model with it.
   * @param {Error} error
   */
  async #recover(error) {
    this.#playsOn ||= this.playing || this.#resume || this.finished;
    [this.playing, this.#resume] = [false, false];
    this.#number++;
    this.sceneData.clear();
    this.exact.end();
    const now = performance.now();
    this.#recoveries = [...this.#recoveries.filter((then) => now - then < RECOVERIES_MS), now];
    const waits = this.#recoveries.length > RECOVERIES_MAX;
    const words = waits ? 'Choose other options, or begin anew with Play.' : 'The run begins anew, from step 0.';
    this.#fail(new Error(`${error.message} ${words}`));
    this.hooks.progressed?.();
    // A restart under way fails for the same reason, or goes to another worker by itself.
    while (this.#changing) await pause(PACE_MS);
    if (!waits && this.lab.lost) await this.#beginAgain();
  }

  /** Begins the lost run once more. */
  async #beginAgain() {
    // What reflow has made is lost as well.
    const pairs = this.lab.changed.filter(([name, text]) => name !== 'coupling' || text !== 'reflow');
    try {
      await this.restart(pairs);
      if (!this.#playsOn) this.play(false);
      this.#playsOn = false;
    } catch (error) {
      this.#fail(error);
      this.hooks.progressed?.();
    }
  }

  // The camera rests elsewhere: fields are computed where they are seen.
  async #seeElsewhere() {
    const { stage } = this;
    stage.exact = null;
    if (!stage.samples || this.#changing) return;
    const number = this.#number;
    try {
      await this.redraw();
    } catch (error) {
      if (number === this.#number) this.#fail(error);
    }
  }

  /** @param {Error} error */
  #fail(error) {
    this.hooks.failed?.(error);
  }

  dispose() {
    this.playing = false;
    this.#number++;
    this.exact.end();
    this.sceneData.clear();
    this.lab.dispose();
    this.stage.dispose();
  }
}
