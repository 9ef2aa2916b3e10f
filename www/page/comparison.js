// Two runs side by side: the present one, and a fork of it with one option changed; same seed, same flow time, same
// pace. A changed sampling option forks the trained weights as they are; any other trains from the first step, while
// the present run waits where it is until the fork has caught up.

/** @import { Metrics, Note, Pair, Spec } from '../lab/types.js' */
/** @import { LossCurve } from '../chart/loss.js' */
/** @import { Run } from '../run/run.js' */
/** @import { Stage } from '../stage/stage.js' */

import { disclosure } from '../dom/disclosure.js';
import { later } from '../dom/later.js';
import { SAMPLING_OPTIONS } from '../lab.js';
import { FlowView } from '../view/flow-view.js';
import { optionWords } from '../words/format.js';
import { differenceSentence } from '../words/sentences.js';
import { $ } from './by-id.js';
import { ForkForm } from './fork-form.js';

const TOGETHER = 50; // steps that runs at one pace take between two looks at each other
const MEASURE_MS = 5000;
const COUNT = 300; // points measured

/** @typedef {{ name: string, from: string | number, to: string | number }} Changed an option, here and in the fork */

/**
 * What a comparison asks of the page.
 * @typedef {object} Page
 * @property {() => Pair[]} given what the link holds
 * @property {(stage: Stage) => () => void} join gives a stage the layers that the reader ticked; the result ends that
 * @property {(error: Error) => void} failed
 * @property {AbortSignal} signal
 */

export class Comparison {
  /**
   * Of the present run.
   * @type {FlowView}
   */
  #view;
  /** @type {Page} */
  #page;
  #form; // unfolds where a fork is chosen
  /**
   * Once both runs are seen.
   * @type {{ run: Run, changed: Changed, curve: LossCurve } | null}
   */
  #fork = null;
  #end = new AbortController(); // of the fork that is seen, or on its way
  /**
   * Of the present run, and of its fork.
   * @type {[Float32Array | null, Float32Array | null]}
   */
  #losses = [null, null];
  /**
   * The step of the past that both show.
   * @type {number | null}
   */
  #followed = null;
  /**
   * Of both.
   * @type {Metrics[] | null}
   */
  #measured = null;
  #due = 0; // infinite while it measures
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  #of = ''; // the steps that were measured last

  /**
   * @param {FlowView} view
   * @param {Page} page
   */
  constructor(view, page) {
    this.#view = view;
    this.#page = page;
    this.#form = disclosure($('compare'), $('fork'), { signal: page.signal });
    const close = () => {
      this.end();
      $('compare').focus();
    };
    $('fork-end').addEventListener('click', close, { signal: page.signal });
    page.signal.addEventListener('abort', () => this.end(), { once: true });
  }

  /**
   * Takes the table of options, of which one is chosen.
   * @param {Spec[]} specs
   */
  build(specs) {
    const { failed, signal } = this.#page;
    const begin = async (name, value) => {
      await this.begin(name, value);
      if (this.#fork) this.#form.show(false);
    };
    new ForkForm(specs, (name) => this.#view.run?.lab.options[name], { begin, failed, signal });
  }

  /** The fork's run; undefined where there is none. */
  get other() {
    return this.#fork?.run;
  }

  /**
   * Forks the present run with one option changed; one that cannot begin leaves nothing behind.
   * @param {string} name
   * @param {string} value
   */
  async begin(name, value) {
    this.end();
    const end = this.#end;
    try {
      await this.#begin(name, value, end.signal);
    } catch (error) {
      // Another fork was asked for meanwhile, or none any more: this one has left already.
      if (end.signal.aborted) return;
      this.end();
      throw error;
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   * @param {AbortSignal} signal
   */
  async #begin(name, value, signal) {
    const { run } = this.#view;
    if (!run) return;
    /** @type {Pair[]} */
    const pairs = [...this.#page.given().filter(([known]) => known !== name), [name, value]];
    const { options, notes } = await run.lab.check(pairs);
    signal.throwIfAborted();
    if (notes.length) throw refused(notes[0]);
    const from = run.lab.options[name];
    if (String(options[name]) === String(from))
      throw new Error(`${optionWords(name)} is ${from} in both runs: choose another value for the fork.`);
    if (run.lab.options.coupling === 'reflow')
      throw new Error('A run after reflow cannot be forked: train again first.');
    const view = this.#place(signal);
    const other = await view.open(pairs, run.lab.given);
    // Some choices, like points of one's own, can only be judged when a run begins with them.
    if (other.lab.notes.length) throw refused(other.lab.notes[0]);
    if (SAMPLING_OPTIONS.some((known) => known === name)) {
      const value = other.lab.options[name];
      await other.lab.load(await run.lab.save());
      await other.lab.use({ [name]: value });
    }
    signal.throwIfAborted();
    this.#join(view, signal);
    await other.begin();
    const { LossCurve } = await later(() => import('../chart/loss.js'));
    signal.throwIfAborted();
    const curve = new LossCurve($('both-losses'));
    signal.addEventListener('abort', () => curve.dispose(), { once: true });
    run.limit = () => pace(run, other);
    other.limit = () => pace(other, run);
    this.#fork = { run: other, changed: { name, from, to: other.lab.options[name] }, curve };
    this.#title(view, this.#fork.changed);
    this.progressed(run);
    const losses = await Promise.all([run.lab.losses(), other.lab.losses()]);
    signal.throwIfAborted();
    this.#losses = losses;
    this.#drawCurves();
    void this.#measure();
    if (run.finished && !other.finished) other.play(true);
  }

  /**
   * The fork's own stage, beside the first.
   * @param {AbortSignal} signal
   */
  #place(signal) {
    const section = document.createElement('section');
    section.className = 'stage fork';
    section.setAttribute('aria-label', 'The fork');
    $('stages').append(section);
    $('both').hidden = false;
    document.body.classList.add('comparing');
    const leave = () => {
      section.remove();
      $('both').hidden = true;
      document.body.classList.remove('comparing');
    };
    const { clock } = this.#view.stage;
    const view = new FlowView(section, { clock, clocks: false, signal, hooks: this.#hooks() });
    signal.addEventListener('abort', leave, { once: true });
    view.stage.canvas.setAttribute('aria-label', 'The plane with the points of the fork');
    return view;
  }

  /**
   * Both stages have the same layers, see the same part of the plane, and pick the same point.
   * @param {FlowView} view
   * @param {AbortSignal} signal
   */
  #join({ stage }, signal) {
    const first = this.#view.stage;
    signal.addEventListener('abort', this.#page.join(stage), { once: true });
    for (const [one, two] of [
      [first, stage],
      [stage, first],
    ]) {
      one.on('moved', () => two.seeAs(one), { signal });
      one.on('pick', () => two.picked.follow(one.picked), { signal });
    }
  }

  /** @returns {import('../run/run.js').Hooks} */
  #hooks() {
    return {
      progressed: () => this.#say(),
      pictured: (losses) => {
        this.#losses[1] = losses;
        this.#drawCurves();
        void this.#measure();
      },
      failed: this.#page.failed,
    };
  }

  /**
   * @param {FlowView} view
   * @param {Changed} changed
   */
  #title(view, { name, from, to }) {
    const titles = [this.#view.part('title'), view.part('title')];
    const words = [`This run: ${optionWords(name)} ${from}`, `The fork: ${optionWords(name)} ${to}`];
    titles.forEach((title, k) => Object.assign(title ?? {}, { hidden: false, textContent: words[k] }));
  }

  /**
   * The present run played, paused, or looked at its past: so does its fork.
   * @param {Run} run
   */
  progressed(run) {
    const { other } = this;
    if (!other) return;
    const playing = run.playing || (run.finished && run.past === null);
    if (other.playing !== playing && !(other.finished && playing)) other.play(playing);
    if (other.past === null ? run.past !== null : run.past !== this.#followed)
      other.lookAt(run.past).catch(this.#page.failed);
    this.#followed = run.past;
    this.#say();
  }

  /**
   * The present run has begun anew: its fork does as well, with its own option.
   * @param {Run} run
   */
  begun({ lab }) {
    if (!this.#fork) return;
    const { run: other, changed } = this.#fork;
    this.#measured = null;
    const pairs = this.#page.given().filter(([known]) => known !== changed.name);
    other.restart([...pairs, [changed.name, String(changed.to)]], lab.given).catch(this.#page.failed);
  }

  /**
   * New losses of the present run.
   * @param {Run} run
   * @param {Float32Array} losses
   */
  pictured(run, losses) {
    this.#losses[0] = losses;
    this.#drawCurves();
    void this.#measure();
  }

  #drawCurves() {
    const [losses, others] = this.#losses;
    if (losses) this.#fork?.curve.show(losses, others);
  }

  redraw() {
    return this.other?.redraw();
  }

  end() {
    this.#end.abort();
    this.#end = new AbortController();
    clearTimeout(this.#later);
    this.#fork = this.#measured = null;
    this.#of = '';
    this.#losses = [this.#losses[0], null];
    if (this.#view.run) this.#view.run.limit = () => Infinity;
    const title = this.#view.part('title');
    if (title) title.hidden = true;
  }

  #say() {
    const { run } = this.#view;
    if (!this.#fork || !run) return;
    const { run: other, changed } = this.#fork;
    const sentence = differenceSentence(changed, [run, other], this.#measured);
    if ($('difference').textContent !== sentence) $('difference').textContent = sentence;
  }

  // Once in a while, as long as either has learned something since.
  async #measure() {
    clearTimeout(this.#later);
    const { run } = this.#view;
    if (!this.#fork || !run || this.#due === Infinity) return;
    const { signal } = this.#end;
    const runs = [run, this.#fork.run];
    const key = runs.map(({ step }) => step).join(' ');
    if (key === this.#of) return;
    if (performance.now() < this.#due)
      return void (this.#later = setTimeout(() => this.#measure(), this.#due - performance.now()));
    this.#due = Infinity;
    try {
      const measured = await Promise.all(
        runs.map(({ lab }) => lab.metrics({ count: COUNT, steps: Math.min(lab.options.solverSteps, 50) })),
      );
      if (!signal.aborted) [this.#measured, this.#of] = [measured, key];
    } catch {
      // One of them was replaced meanwhile: the next look says more.
    }
    this.#due = performance.now() + MEASURE_MS;
    this.#say();
    void this.#measure();
  }
}

/** @param {Note} note */
const refused = ({ option, value, problem }) => new Error(`${option} = ${value}: ${problem}`);

/**
 * How far a run may go: two that play keep to one pace, and the one behind catches up first.
 * @param {Run} run
 * @param {Run} other
 */
function pace(run, other) {
  if (other.finished || !other.playing) return Infinity;
  if (run.step < other.step) return other.step;
  return run.step === other.step ? run.step + TOGETHER : run.step;
}
