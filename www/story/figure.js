// The story's figure: one stage, or a few side by side, with handles, controls and a caption. A chapter furnishes it;
// the next one finds it empty.

import { Clock } from '../stage/clock.js';
import { Stage } from '../stage/stage.js';
import { Handle } from './handle.js';

const still = window.matchMedia('(prefers-reduced-motion: reduce)');

export class Figure {
  #element;
  #single; // { cell, stage }, kept: browsers allow few WebGL contexts
  #cells = []; // of stages side by side
  #handles = [];
  #end = new AbortController();
  #onReached = () => {};
  #labs;

  /** @param {{ run: () => object | undefined }} page the reader's own run, on the stage above */
  constructor(element, labs, page) {
    [this.#element, this.#labs, this.page] = [element, labs, page];
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
        <output for="story-time">0.00</output>
        <button type="button" aria-pressed="true">Hold</button>
      </div>
      <div class="controls"></div>
      <p class="caption"></p>`;
    this.#$('.clock input').addEventListener('input', ({ target }) => {
      this.flow(false);
      this.seek(Number(target.value));
    });
    this.#$('.clock button').addEventListener('click', () => this.flow(!this.clock.flowing));
  }

  /** Empties it for a chapter; `onReached` hears that what it waits for has come. */
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
    this.#$('.stages').dataset.count = 1;
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

  /** The stage, empty, with these layers. */
  stage({ extent = 4, layers = [], moves = true, label = '' } = {}) {
    this.#$('.stages').hidden = false;
    this.#single ??= this.#cell({ clock: this.clock, extent });
    const { stage, cell } = this.#single;
    cell.hidden = false;
    this.#dress(stage, cell, { extent, layers, label });
    this.#showStages(moves);
    return stage;
  }

  /** Stages side by side, which flow together: one for each caption. */
  stages(captions, { extent = 4, layers = [], moves = true } = {}) {
    this.#$('.stages').hidden = false;
    this.#$('.stages').dataset.count = captions.length;
    this.#cells = captions.map((caption) => {
      const cell = this.#cell({ clock: this.clock, extent, flat: true });
      this.#dress(cell.stage, cell.cell, { extent, layers, label: caption });
      cell.cell.querySelector('p').textContent = caption;
      return cell;
    });
    this.#showStages(moves);
    return this.#cells.map(({ stage, cell }) =>
      Object.assign(stage, { caption: (text) => (cell.querySelector('p').textContent = text) }),
    );
  }

  #cell(options) {
    const cell = document.createElement('div');
    cell.className = 'cell';
    cell.innerHTML = '<canvas role="img"></canvas><div class="handles"></div><p></p>';
    this.#$('.stages').append(cell);
    return { cell, stage: new Stage(cell.querySelector('canvas'), options) };
  }

  #dress(stage, cell, { extent, layers, label }) {
    for (const name of Object.keys(stage.layers)) stage.layers[name] = layers.includes(name);
    cell
      .querySelector('canvas')
      .setAttribute('aria-label', label || 'The figure of this chapter; its caption says what it shows');
    stage.camera.resize(); // it was hidden, or is new: the grid of arrows depends on its size
    stage.fit(extent);
    stage.host = cell;
  }

  #showStages(moves) {
    this.#$('.clock').hidden = !moves;
    if (!moves) return;
    this.clock.jumps = still.matches;
    this.flow(!still.matches);
    this.seek(0);
    const stage = this.#cells[0]?.stage ?? this.#single.stage;
    const stop = stage.on('time', (t) => this.#showTime(t));
    this.signal.addEventListener('abort', stop);
  }

  /**
   * Does `work` now, and again whenever another part of the plane is seen: what lies on a grid is
   * computed where it is seen.
   */
  async onView(stage, work) {
    const stop = stage.on('view', () => this.try(work));
    this.signal.addEventListener('abort', stop);
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
    this.#$('.clock input').value = t;
    this.#$('.clock output').textContent = t.toFixed(2);
  }

  /** Something of the stage that can be dragged, or moved with the arrow keys. */
  handle(stage, options) {
    const handle = new Handle(stage, stage.host.querySelector('.handles'), options);
    this.#handles.push(handle);
    return handle;
  }

  /** One of a few: radio buttons. `choices` are `[value, words]`. */
  choose(legend, choices, value, onChange) {
    const fieldset = document.createElement('fieldset');
    fieldset.append(Object.assign(document.createElement('legend'), { textContent: legend }));
    for (const [choice, words] of choices) {
      const label = document.createElement('label');
      const input = Object.assign(document.createElement('input'), {
        type: 'radio',
        name: `story-${legend}`,
        value: choice,
        checked: choice === value,
      });
      input.addEventListener('change', () => this.try(() => onChange(choice)));
      label.append(input, ` ${words}`);
      fieldset.append(label);
    }
    this.#$('.controls').append(fieldset);
    return fieldset;
  }

  slide(words, { min, max, step, value, format = String }, onInput) {
    const label = document.createElement('label');
    label.className = 'slide';
    const input = Object.assign(document.createElement('input'), { type: 'range', min, max, step, value });
    const output = document.createElement('output');
    const show = () => (output.textContent = format(Number(input.value)));
    input.addEventListener('input', () => {
      show();
      this.try(() => onInput(Number(input.value)));
    });
    show();
    label.append(`${words} `, input, output);
    this.#$('.controls').append(label);
    return input;
  }

  button(words, onClick) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: words });
    button.addEventListener('click', () => this.try(onClick));
    this.#$('.controls').append(button);
    return button;
  }

  /** A place for what is no stage, above the controls. */
  panel() {
    const panel = this.#$('.panel');
    panel.hidden = false;
    return panel.appendChild(document.createElement('div'));
  }

  /** What the figure shows, with its numbers. */
  say(html) {
    this.#$('.caption').innerHTML = html;
  }

  /** What the chapter waits for has come. */
  reached() {
    this.#onReached();
  }

  /** A lab with these options, the one of the last chapters if it is the same run; `slot` tells two apart. */
  async lab(options, { slot = 'first', data } = {}) {
    const { signal } = this;
    const lab = await this.#labs.with(slot, options, data);
    signal.throwIfAborted();
    return lab;
  }

  /** The slot's run is no longer what its options say. */
  spend(slot = 'first') {
    this.#labs.forget(slot);
  }

  /** Runs what the reader asked for; a failure is said, what the chapter's end cut short is not. */
  async try(work) {
    const { signal } = this;
    try {
      await work();
    } catch (error) {
      if (!signal.aborted && error.name !== 'AbortError') this.say(`<b>${error.message}</b>`);
    }
  }

  #$(selector) {
    return this.#element.querySelector(selector);
  }
}
