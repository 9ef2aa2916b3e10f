// The reader's own points for either end of the flow: drawn on the stage, or made in the editor that the panel opens.

/** @import { Given, End } from '../lab/types.js' */
/** @import { Run } from '../run/run.js' */

import { later } from '../dom/later.js';
import { loadCss } from '../dom/load-css.js';
import { EditorButton } from './editor-button.js';
import { lettersOf, ofDrawing, ofRows } from './in-link.js';

const TEXT_MAX = 40_000; // letters of a table that can be few enough numbers for a link

/**
 * Where the reader's points go.
 * @typedef {object} Choices
 * @property {Run} run
 * @property {{ add: (sentence: string) => void }} notes
 * @property {Record<End, string>} kept what the link holds of them
 * @property {(end: End, data: Given, kept: string) => Promise<void>} bring
 * @property {(end: End, text: string) => Promise<void>} write
 */

export class OwnPoints {
  #buttons;
  #choices;
  #plane;
  /**
   * Made when it is first wanted.
   * @type {import('./on-stage.js').BoardOnStage | undefined}
   */
  #board;
  #signal;

  /**
   * @param {Choices} choices
   * @param {HTMLElement} plane what holds the stage's canvas
   * @param {AbortSignal} signal
   */
  constructor(choices, plane, signal) {
    this.#choices = choices;
    this.#plane = plane;
    this.#signal = signal;
    this.#buttons = {
      source: new EditorButton('source', this.#callbacksFor('source'), signal),
      target: new EditorButton('target', this.#callbacksFor('target'), signal),
    };
  }

  /**
   * The button that opens the editor of one end.
   * @param {End} end
   */
  buttonOf(end) {
    return this.#buttons[end].element;
  }

  /** @param {End} end */
  edit(end) {
    return this.#buttons[end].open();
  }

  /**
   * Lays the drawing board over the stage.
   * @param {End} end
   * @param {() => void} onClose hears when it is taken away
   */
  async draw(end, onClose) {
    const [{ BoardOnStage }] = await Promise.all([later(() => import('./on-stage.js')), loadCss('editor.css')]);
    const callbacks = (/** @type {End} */ end) => ({ ...this.#callbacksFor(end), others: () => this.edit(end) });
    this.#board ??= new BoardOnStage(this.#plane, this.#choices.run.stage, callbacks, this.#signal);
    this.#board.show(end, onClose);
  }

  /**
   * Callbacks for the editor of one end, and its present contents.
   * @param {End} end
   */
  #callbacksFor(end) {
    const choices = this.#choices;
    return {
      onData: async (data, letters) =>
        choices.bring(end, data, letters ? ofDrawing(letters) : await this.#rowsOf(data)),
      onText: (text) => choices.write(end, text),
      failed: (error) => choices.notes.add(error.message),
      letters: () => lettersOf(choices.kept[end]),
      text: () => (choices.run.lab.options[end] === 'text' ? choices.run.lab.options.text : ''),
    };
  }

  // What a link keeps of rows of numbers: as they were read, so that it opens as the same points.
  async #rowsOf(data) {
    if (typeof data !== 'string' || data.length > TEXT_MAX) return '';
    const table = await this.#choices.run.lab.table(data).catch(() => null); // `bring` says what is wrong with it
    return table ? ofRows(table) : '';
  }
}
