// Drawing on the stage itself: the board lies over the figure, sees what its camera sees, and has its tools below.

/** @import { End } from '../lab/types.js' */
/** @import { Stage } from '../stage/stage.js' */

import { elementsIn } from '../dom/element-in.js';
import { grouped } from '../words/format.js';
import { Board } from './board.js';
import { EXTENT, decode, encode } from './strokes.js';

const HELP =
  'Arrows move the pen (Shift: finely), Space puts it down and lifts it, B, S and E change the tool, ' +
  'Ctrl+Z undoes, Escape leaves.';

export class BoardOnStage {
  #plane;
  #stage;
  #callbacks;
  #canvas = Object.assign(document.createElement('canvas'), { className: 'pen board' });
  #bar = Object.assign(document.createElement('form'), { className: 'pen bar' });
  #board;
  /** @type {End} */
  #end = 'target';
  #strokes = { source: [], target: [] }; // what was drawn for the other end, or left by Cancel
  #onClose = () => {};

  /**
   * @param {HTMLElement} plane what holds the stage's canvas
   * @param {Stage} stage
   * @param {(end: End) => { onData: (data: object, letters: string) => Promise<void>, letters: () => string, others:
   *   () => unknown }} callbacks `onData(points, letters)` starts a run; `letters()` is the drawing in the link;
   *   `others()` opens the editor
   * @param {AbortSignal} signal
   */
  constructor(plane, stage, callbacks, signal) {
    this.#plane = plane;
    this.#stage = stage;
    this.#callbacks = callbacks;
    this.#canvas.setAttribute('role', 'application');
    this.#canvas.setAttribute('aria-roledescription', 'drawing board');
    this.#canvas.setAttribute('aria-describedby', 'pen-help');
    this.#bar.setAttribute('aria-label', 'Drawing on the stage');
    this.#bar.innerHTML = this.#html();
    const told = {
      role: () => this.#end,
      camera: stage.camera,
      onChange: () => this.#show(),
      onTool: (tool) => this.#choose('tool', tool),
      onSay: (sentence) => (this.#$('[role=status]').textContent = sentence),
    };
    this.#board = new Board(this.#canvas, told, signal);
    stage.on('camera', () => this.#board.draw(), { signal });
    this.#connect(signal);
  }

  get open() {
    return this.#canvas.isConnected;
  }

  /** Lays the board over the stage; `onClose` hears when it is taken away. */
  show(end, onClose = () => {}) {
    if (this.open) return this.#choose('end', end);
    this.#onClose = onClose;
    this.#stage.seeAs({ camera: { extent: EXTENT * 1.03, centreX: 0, centreY: 0 } });
    this.#plane.append(this.#canvas);
    this.#plane.after(this.#bar);
    this.#plane.classList.add('drawing');
    this.#error('');
    this.#take(end);
    this.#canvas.focus({ preventScroll: true });
  }

  /** Takes the board away; what is on it stays for the next time. */
  hide() {
    this.#strokes[this.#end] = this.#board.strokes;
    this.#canvas.remove();
    this.#bar.remove();
    this.#plane.classList.remove('drawing');
    this.#stage.home();
    this.#onClose();
  }

  // An end's own drawing comes back: what was left on the board, else what the run has.
  #take(end) {
    this.#end = end;
    const letters = this.#callbacks(end).letters();
    this.#board.strokes = this.#strokes[end].length || !letters ? this.#strokes[end] : decode(letters);
    this.#canvas.setAttribute('aria-label', `Drawing board for the ${end}, on the stage`);
    this.#$(`[data-end="${end}"]`).checked = true;
  }

  #html() {
    const radio = (group, value, words, checked) => {
      const attributes = `type="radio" name="pen-${group}" data-${group}="${value}" ${checked ? 'checked' : ''}`;
      return `<label><input ${attributes} /> ${words}</label>`;
    };
    const radios = (legend, group, choices, first) => {
      const labels = choices.map(([value, words]) => radio(group, value, words, value === first));
      return `<fieldset><legend>${legend}</legend>${labels.join('')}</fieldset>`;
    };
    const same = (...names) => names.map((name) => [name, name]);
    const widths = Object.entries(['fine', 'middle', 'broad']);
    return `
      ${radios('Draw the', 'end', same('source', 'target'), 'target')}
      ${radios('with', 'tool', same('brush', 'spray', 'erase'), 'brush')}
      ${radios('Width', 'size', widths, '1')}
      <div class="buttons">
        <button type="button" data-do="undo">Undo</button>
        <button type="button" data-do="redo">Redo</button>
        <button type="button" data-do="clear">Clear</button>
        <span class="remark" data-count></span>
      </div>
      <div class="buttons">
        <button type="submit" class="primary">Train with it</button>
        <button type="button" data-do="cancel">Cancel</button>
        <button type="button" data-do="others">Letters, numbers, a picture …</button>
      </div>
      <p class="error" role="alert"></p>
      <p class="unseen" role="status"></p>
      <p class="unseen" id="pen-help">${HELP}</p>`;
  }

  #connect(signal) {
    const actions = {
      undo: () => this.#board.undo(),
      redo: () => this.#board.redo(),
      clear: () => this.#board.clear(),
      cancel: () => this.hide(),
      others: () => this.#others(),
    };
    for (const [name, action] of Object.entries(actions))
      this.#$(`[data-do=${name}]`).addEventListener('click', () => action(), { signal });
    for (const group of ['end', 'tool', 'size']) {
      for (const input of elementsIn(this.#bar, `[data-${group}]`))
        input.addEventListener('change', () => this.#choose(group, input.dataset[group] ?? ''), { signal });
    }
    const submit = (event) => {
      event.preventDefault();
      void this.#use();
    };
    const press = (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return; // Escape lifts the pen first
      event.preventDefault();
      this.hide();
    };
    this.#bar.addEventListener('submit', submit, { signal });
    for (const element of [this.#canvas, this.#bar]) element.addEventListener('keydown', press, { signal });
  }

  #choose(group, value) {
    this.#$(`[data-${group}="${value}"]`).checked = true;
    if (group === 'tool') this.#board.tool = value;
    if (group === 'size') this.#board.size = Number(value);
    if (group === 'end' && value !== this.#end) {
      this.#strokes[this.#end] = this.#board.strokes;
      this.#take(value);
    }
    this.#board.draw();
  }

  #show() {
    if (!this.#board) return;
    const count = this.#board.points.length / 2;
    this.#$('[data-count]').textContent = `${grouped(count)} ${count === 1 ? 'point' : 'points'}`;
    this.#$('[data-do=undo]').disabled = this.#$('[data-do=clear]').disabled = !this.#board.canUndo;
    this.#$('[data-do=redo]').disabled = !this.#board.canRedo;
  }

  #others() {
    this.hide();
    this.#callbacks(this.#end).others();
  }

  async #use() {
    const button = this.#$('[type=submit]');
    if (this.#board.points.length < 4) return this.#error('There is too little on the stage: draw a line.');
    button.disabled = true;
    this.#error('');
    try {
      await this.#callbacks(this.#end).onData(
        { values: this.#board.points, dim: 2, inPlace: true },
        encode(this.#board.strokes),
      );
      this.hide();
    } catch (error) {
      this.#error(error.message);
    } finally {
      button.disabled = false;
    }
  }

  #error(sentence) {
    this.#$('.error').textContent = sentence;
  }

  #$(selector) {
    return this.#bar.querySelector(selector);
  }
}
