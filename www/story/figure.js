// The story's figure: one stage, or a few side by side, with handles, controls and a caption. A chapter furnishes it;
// the next one finds it empty.

/** @import { StudyPlot } from '../chart/study.js' */
/** @import { Data, OptionsGiven, Recorded } from '../lab/types.js' */
/** @import { Run } from '../run/run.js' */
/** @import { Labs } from './labs.js' */
/** @import { Turntable } from './turntable.js' */

import { elementIn } from '../dom/element-in.js';
import { lessMotion } from '../dom/media.js';
import { Clock } from '../stage/clock.js';
import { Stage } from '../stage/stage.js';
import { Handle } from './handle.js';

/** @typedef {{ cell: HTMLElement, stage: Stage }} Cell a stage with its handles and its caption */

export class Figure {
  /** The flow time of its stages. */
  clock = new Clock();
  /**
   * What a chapter shows beside stages, for those who look from outside: the tests.
   * @type {{ turntable?: Turntable, plot?: StudyPlot | null, recorded?: Recorded }}
   */
  exhibits = {};
  #element;
  /**
   * Kept: browsers allow few WebGL contexts.
   * @type {Cell | undefined}
   */
  #single;
  /**
   * Of stages side by side.
   * @type {Cell[]}
   */
  #cells = [];
  /** @type {Handle[]} */
  #handles = [];
  #end = new AbortController();
  #onReached = () => {};
  #labs;

  /**
   * @param {HTMLElement} element
   * @param {Labs} labs
   * @param {{ run: () => Run | null, signal: AbortSignal }} page the reader's own run, on the stage above
   */
  constructor(element, labs, page) {
    this.#element = element;
    this.#labs = labs;
    this.page = page;
    element.innerHTML = `
      <div class="stages"></div>
      <div class="panel" hidden></div>
      <div class="clock">
        <label for="story-time">t</label>
        <input
          id="story-time"
          type="range"
          min="0"
          max="1"
          step="0.001"
          value="0"
          aria-label="Flow time t of the figure"
        />
        <output for="story-time" aria-live="off">0.00</output>
        <button type="button" aria-pressed="true">Hold</button>
      </div>
      <div class="controls"></div>
      <p class="caption"></p>`;
    const { signal } = page;
    const time = this.#time;
    const seek = () => {
      this.flow(false);
      this.seek(Number(time.value));
    };
    time.addEventListener('input', seek, { signal });
    this.#$('.clock button').addEventListener('click', () => this.flow(!this.clock.flowing), { signal });
    signal.addEventListener('abort', () => this.#dispose(), { once: true });
  }

  #dispose() {
    this.#end.abort();
    for (const { stage } of this.#single ? [...this.#cells, this.#single] : this.#cells) stage.dispose();
  }

  /**
   * Empties it for a chapter.
   * @param {() => void} onReached hears that what the chapter waits for has come
   */
  begin(onReached) {
    this.#end.abort();
    this.#end = new AbortController();
    this.#onReached = onReached;
    this.#handles.splice(0).forEach((handle) => handle.dispose());
    this.#cells.splice(0).forEach(({ stage, cell }) => {
      stage.dispose();
      cell.remove();
    });
    if (this.#single) {
      const { stage, cell } = this.#single;
      stage.overlays.clear();
      stage.clear();
      stage.source = stage.target = null;
      cell.hidden = true;
    }
    this.clock = this.#single?.stage.clock ?? new Clock();
    this.#$('.controls').replaceChildren();
    this.#$('.panel').replaceChildren();
    this.#$('.panel').hidden = true;
    this.#$('.clock').hidden = true;
    this.#$('.stages').hidden = true;
    this.#$('.stages').dataset.count = '1';
    this.exhibits = {};
    this.say('');
  }

  /** The stages that are shown now. */
  get shown() {
    if (this.#cells.length) return this.#cells.map(({ stage }) => stage);
    return this.#single && !this.#single.cell.hidden ? [this.#single.stage] : [];
  }

  /** Aborted when the chapter ends. */
  get signal() {
    return this.#end.signal;
  }

  /**
   * The stage, empty, with these layers.
   * @param {{ extent?: number, layers?: string[], moves?: boolean, label?: string }} [options] `moves`: over t
   */
  stage({ extent = 4, layers = [], moves = true, label = '' } = {}) {
    this.#$('.stages').hidden = false;
    this.#single ??= this.#cell({ clock: this.clock, extent });
    const { stage, cell } = this.#single;
    cell.hidden = false;
    this.#dress(stage, cell, { extent, layers, label });
    this.#showStages(moves);
    return stage;
  }

  /**
   * Stages side by side, which flow together: one for each caption.
   * @param {string[]} captions
   * @param {{ extent?: number, layers?: string[], moves?: boolean }} [options]
   */
  stages(captions, { extent = 4, layers = [], moves = true } = {}) {
    this.#$('.stages').hidden = false;
    this.#$('.stages').dataset.count = String(captions.length);
    this.#cells = captions.map((caption) => {
      const cell = this.#cell({ clock: this.clock, extent, flat: true });
      this.#dress(cell.stage, cell.cell, { extent, layers, label: caption });
      elementIn(cell.cell, 'p').textContent = caption;
      return cell;
    });
    this.#showStages(moves);
    return this.#cells.map(({ stage }) => stage);
  }

  /**
   * Puts words beneath one of several stages.
   * @param {Stage} stage
   * @param {string} text
   */
  caption(stage, text) {
    elementIn(this.#cellOf(stage), 'p').textContent = text;
  }

  /** @param {Stage} stage */
  #cellOf(stage) {
    const found = [...this.#cells, this.#single].find((cell) => cell?.stage === stage);
    if (!found) throw new Error('This stage is no longer in the figure.');
    return found.cell;
  }

  #cell(options) {
    const cell = document.createElement('div');
    cell.className = 'cell';
    cell.innerHTML = '<canvas role="img"></canvas><div class="handles"></div><p></p>';
    this.#$('.stages').append(cell);
    return { cell, stage: new Stage(elementIn(cell, 'canvas', HTMLCanvasElement), options) };
  }

  /**
   * @param {Stage} stage
   * @param {HTMLElement} cell
   */
  #dress(stage, cell, { extent, layers, label }) {
    for (const name of Object.keys(stage.layers)) stage.layers[name] = layers.includes(name);
    const words = label || 'The figure of this chapter; its caption says what it shows';
    elementIn(cell, 'canvas', HTMLCanvasElement).setAttribute('aria-label', words);
    stage.camera.resize(); // it was hidden, or is new: the grid of arrows depends on its size
    stage.fit(extent);
  }

  #showStages(moves) {
    this.#$('.clock').hidden = !moves;
    if (!moves) return;
    const still = lessMotion().matches;
    this.clock.jumps = still;
    this.flow(!still);
    this.seek(0);
    const [stage] = this.shown;
    stage.on('time', (t) => this.#showTime(t), { signal: this.signal });
  }

  /**
   * Does `work` now, and again whenever another part of the plane is seen: what lies on a grid is
   * computed where it is seen.
   * @param {Stage} stage
   * @param {() => void | Promise<void>} work
   */
  async onView(stage, work) {
    stage.on('view', () => this.try(work), { signal: this.signal });
    await work();
  }

  flow(on) {
    this.clock.flowing = on;
    const button = this.#$('.clock button');
    button.textContent = on ? 'Hold' : 'Flow';
    button.setAttribute('aria-pressed', String(on));
  }

  seek(t) {
    this.clock.seek(t);
    for (const { stage } of [...this.#cells, ...(this.#single ? [this.#single] : [])]) stage.touch();
    this.#showTime(t);
  }

  #showTime(t) {
    this.#time.value = String(t);
    this.#$('.clock output').textContent = t.toFixed(2);
  }

  /**
   * Something of the stage that can be dragged, or moved with the arrow keys.
   * @param {Stage} stage
   * @param {ConstructorParameters<typeof Handle>[2]} options
   */
  handle(stage, options) {
    const handle = new Handle(stage, elementIn(this.#cellOf(stage), '.handles'), options);
    this.#handles.push(handle);
    return handle;
  }

  /**
   * One of a few: radio buttons.
   * @template {string | number} Value
   * @param {string} legend
   * @param {[value: Value, words: string][]} choices
   * @param {Value} value the one that is chosen
   * @param {(value: Value) => unknown} onChange
   */
  choose(legend, choices, value, onChange) {
    const fieldset = document.createElement('fieldset');
    fieldset.append(Object.assign(document.createElement('legend'), { textContent: legend }));
    for (const [choice, words] of choices) {
      const label = document.createElement('label');
      const input = Object.assign(document.createElement('input'), {
        type: 'radio',
        name: `story-${legend}`,
        value: String(choice),
        checked: choice === value,
      });
      input.addEventListener('change', () => this.try(() => onChange(choice)), { signal: this.signal });
      label.append(input, ` ${words}`);
      fieldset.append(label);
    }
    this.#$('.controls').append(fieldset);
    return fieldset;
  }

  /**
   * A number, as a slider.
   * @param {string} words
   * @param {{ min: number, max: number, step: number, value: number, format?: (value: number) => string }} range
   * @param {(value: number) => unknown} onInput
   */
  slide(words, { min, max, step, value, format = String }, onInput) {
    const label = document.createElement('label');
    label.className = 'slide';
    const range = { type: 'range', min: String(min), max: String(max), step: String(step), value: String(value) };
    const input = Object.assign(document.createElement('input'), range);
    const output = Object.assign(document.createElement('output'), { ariaLive: 'off' });
    const show = () => (output.textContent = format(Number(input.value)));
    const slid = () => {
      show();
      this.try(() => onInput(Number(input.value)));
    };
    input.addEventListener('input', slid, { signal: this.signal });
    show();
    label.append(`${words} `, input, output);
    this.#$('.controls').append(label);
    return input;
  }

  /**
   * @param {string} words
   * @param {() => unknown} onClick
   */
  button(words, onClick) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: words });
    button.addEventListener('click', () => this.try(onClick), { signal: this.signal });
    this.#$('.controls').append(button);
    return button;
  }

  /** A place for what is no stage, above the controls. */
  panel() {
    const panel = this.#$('.panel');
    panel.hidden = false;
    return panel.appendChild(document.createElement('div'));
  }

  /**
   * What the figure shows, with its numbers.
   * @param {string} html of the chapters' own, never a reader's text or an error's
   */
  say(html) {
    this.#$('.caption').innerHTML = html;
  }

  /**
   * What went wrong.
   * @param {string} text which may hold what a reader typed
   */
  fail(text) {
    const bold = Object.assign(document.createElement('b'), { textContent: text });
    this.#$('.caption').replaceChildren(bold);
  }

  /** What the chapter waits for has come. */
  reached() {
    this.#onReached();
  }

  /**
   * A lab with these options, the one of the last chapters if it is the same run.
   * @param {OptionsGiven} options
   * @param {{ slot?: string, data?: Data }} [how] `slot` tells two labs apart
   */
  async lab(options, { slot = 'first', data } = {}) {
    const { signal } = this;
    const lab = await this.#labs.with(slot, options, data);
    signal.throwIfAborted();
    return lab;
  }

  /** The slot's run is no longer what its options say: it begins anew next time. */
  invalidateLab(slot = 'first') {
    this.#labs.forget(slot);
  }

  /**
   * Runs what the reader asked for; a failure is said, what the chapter's end cut short is not.
   * @param {() => unknown} work
   */
  try(work) {
    const { signal } = this;
    const run = async () => work();
    run().catch((error) => {
      if (!signal.aborted && error.name !== 'AbortError') this.fail(error.message);
    });
  }

  get #time() {
    return elementIn(this.#element, '.clock input', HTMLInputElement);
  }

  /** @param {string} selector */
  #$(selector) {
    return elementIn(this.#element, selector);
  }
}
