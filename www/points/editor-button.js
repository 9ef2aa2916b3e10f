// Where the reader's own points for one end of the flow are made: a button, which opens the editor.

import { later } from '../dom/later.js';
import { loadCss } from '../dom/load-css.js';

export class EditorButton {
  #element = document.createElement('div');
  #end;
  #hands;
  #editor;
  #letters = () => '';
  #text = () => '';

  /**
   * @param {'source' | 'target'} end
   * @param {{ onData: (data: object, link?: string) => Promise<void>, onText: (text: string) => Promise<void>, letters:
   *   () => string, text: () => string, failed: (error: Error) => void }} hands `onData` and `onText` take what was
   *   made, and reject with a sentence when it cannot be used; `letters` is the present drawing, `text` the present
   *   letters; `failed` hears that the editor could not be opened
   */
  constructor(end, { letters, text, ...hands }) {
    [this.#end, this.#hands, this.#letters, this.#text] = [end, hands, letters, text];
    this.#element.className = 'points';
    this.#element.innerHTML = `<button type="button" id="points-${end}">Make your own ${end} …</button>`;
    this.#element.querySelector('button').addEventListener('click', () => this.open().catch(hands.failed));
  }

  get element() {
    return this.#element;
  }

  /** Opens the editor, whose code comes when it is first wanted. */
  async open() {
    const [{ Editor }] = await Promise.all([later(() => import('./editor.js')), loadCss('editor.css')]);
    this.#editor ??= new Editor(this.#end, this.#hands);
    this.#editor.open(this.#letters(), this.#text());
  }
}
