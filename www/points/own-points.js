// The reader's own points for either end of the flow: drawn on the stage, or made in the editor that the panel opens.

import { lettersOf, ofDrawing, ofRows } from './in-link.js';
import { PointsPanel } from './editor-button.js';
import { loadSheet } from '../dom/load-css.js';

export class OwnPoints {
  #panels;
  #choices;
  #plane;
  #pen; // made when it is first wanted

  /** @param {HTMLElement} plane what holds the stage's canvas */
  constructor(choices, plane) {
    [this.#choices, this.#plane] = [choices, plane];
    this.#panels = { source: new PointsPanel('source', this.#handsFor('source')), target: new PointsPanel('target', this.#handsFor('target')) };
  }

  /** The button that opens the editor of one end. */
  buttonOf(end) {
    return this.#panels[end].element;
  }

  edit(end) {
    return this.#panels[end].open();
  }

  /** Lays the drawing board over the stage; `onClose` hears when it is taken away. */
  async draw(end, onClose) {
    const [{ Pen }] = await Promise.all([import('./on-stage.js'), loadSheet('editor.css')]);
    this.#pen ??= new Pen(this.#plane, this.#choices.run.stage, (end) => ({ ...this.#handsFor(end), others: () => this.edit(end) }));
    this.#pen.show(end, onClose);
  }

  // What is made over for one end, and what the end has now.
  #handsFor(end) {
    const choices = this.#choices;
    return {
      onData: (data, letters) => choices.bring(end, data, letters ? ofDrawing(letters) : typeof data === 'string' ? ofRows(data) : ''),
      onText: (text) => choices.write(end, text),
      letters: () => lettersOf(choices.kept[end]),
      text: () => (choices.run.lab.options[end] === 'text' ? choices.run.lab.options.text : ''),
    };
  }
}
