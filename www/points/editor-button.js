// Where the reader's own points for one end of the flow are made: a button, which opens the editor.

import { elementIn } from '../dom/element-in.js';
import { later } from '../dom/later.js';
import { loadCss } from '../dom/load-css.js';

export class EditorButton {
  #element = document.createElement('div');
  #end;
  #callbacks;
  /** @type {import('./editor.js').Editor | undefined} */
  #editor;
  #letters = () => '';
  #text = () => '';
  #signal;

  /**
   * @param {'source' | 'target'} end
   * @param {{ onData: (data: object, link?: string) => Promise<void>, onText: (text: string) => Promise<void>, letters:
   *   () => string, text: () => string, failed: (error: Error) => void }} callbacks `onData` and `onText` take what was
   *   made, and reject with a sentence when it cannot be used; `letters` is the present drawing, `text` the present
   *   letters; `failed` hears that the editor could not be opened
   * @param {AbortSignal} signal
   */
  constructor(end, { letters, text, ...callbacks }, signal) {
    this.#end = end;
    this.#callbacks = callbacks;
    this.#letters = letters;
    this.#text = text;
    this.#signal = signal;
    this.#element.className = 'points';
    this.#element.innerHTML = `<button type="button" id="points-${end}">Make your own ${end} …</button>`;
    const open = () => void this.open().catch(callbacks.failed);
    elementIn(this.#element, 'button').addEventListener('click', open, { signal });
  }

  get element() {
    return this.#element;
  }

  /** Opens the editor, whose code comes when it is first wanted. */
  async open() {
    const [{ Editor }] = await Promise.all([later(() => import('./editor.js')), loadCss('editor.css')]);
    this.#editor ??= new Editor(this.#end, this.#callbacks, this.#signal);
    this.#editor.open(this.#letters(), this.#text());
  }
}
