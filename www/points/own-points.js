// The reader's own points for either end of the flow: drawn on the stage, or made in the editor that the panel opens.

import { loadCss } from '../dom/load-css.js';
import { EditorButton } from './editor-button.js';
import { lettersOf, ofDrawing, ofRows } from './in-link.js';

const TEXT_MAX = 40_000; // letters of a table that can be few enough numbers for a link

export class OwnPoints {
  #buttons;
  #choices;
  #plane;
  #board; // made when it is first wanted

  /** @param {HTMLElement} plane what holds the stage's canvas */
  constructor(choices, plane) {
    [this.#choices, this.#plane] = [choices, plane];
    this.#buttons = {
      source: new EditorButton('source', this.#handsFor('source')),
      target: new EditorButton('target', this.#handsFor('target')),
    };
  }

  /** The button that opens the editor of one end. */
  buttonOf(end) {
    return this.#buttons[end].element;
  }

  edit(end) {
    return this.#buttons[end].open();
  }

  /** Lays the drawing board over the stage; `onClose` hears when it is taken away. */
  async draw(end, onClose) {
    const [{ BoardOnStage }] = await Promise.all([import('./on-stage.js'), loadCss('editor.css')]);
    this.#board ??= new BoardOnStage(this.#plane, this.#choices.run.stage, (end) => ({
      ...this.#handsFor(end),
      others: () => this.edit(end),
    }));
    this.#board.show(end, onClose);
  }

  // What is made over for one end, and what the end has now.
  #handsFor(end) {
    const choices = this.#choices;
    return {
      onData: async (data, letters) =>
        choices.bring(end, data, letters ? ofDrawing(letters) : await this.#rowsOf(data)),
      onText: (text) => choices.write(end, text),
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
