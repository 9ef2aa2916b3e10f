// The roles' colours, as the style sheet has them now: one colour a role, in both themes.

import { onTheme } from '../dom/media.js';

/** @type {(keyof import('../draw/types.js').Palette)[]} */
const ROLES = ['paper', 'ink', 'soft', 'line', 'source', 'target', 'generated', 'velocity', 'exact'];

export class Palette {
  paper = '';
  ink = '';
  soft = '';
  line = '';
  source = '';
  target = '';
  generated = '';
  velocity = '';
  exact = '';
  #element;

  /**
   * @param {Element} element whose style has the colours
   * @param {() => void} onChange the reader's theme changed
   * @param {AbortSignal} signal
   */
  constructor(element, onChange, signal) {
    this.#element = element;
    onTheme(() => {
      this.#read();
      onChange();
    }, signal);
    this.#read();
  }

  /**
   * Another element has taken its place: one that is out of the document has no colours.
   * @param {Element} element
   */
  follow(element) {
    this.#element = element;
    this.#read();
  }

  #read() {
    const style = getComputedStyle(this.#element);
    for (const role of ROLES) this[role] = style.getPropertyValue(`--${role}`).trim() || '#808080';
  }
}
