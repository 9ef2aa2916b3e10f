// The roles' colours, as the style sheet has them now: one colour a role, in both themes.

const ROLES = ['paper', 'ink', 'soft', 'line', 'source', 'target', 'generated', 'velocity', 'exact'];

const heard = new Set();
const dark = window.matchMedia('(prefers-color-scheme: dark)');
dark.addEventListener('change', () => heard.forEach((listener) => listener()));

export class Palette {
  #element;

  /** @param {() => void} onChange the reader's theme changed */
  constructor(element, onChange) {
    this.#element = element;
    this.listener = () => {
      this.read();
      onChange();
    };
    heard.add(this.listener);
    this.read();
  }

  read() {
    const style = getComputedStyle(this.#element);
    for (const role of ROLES) this[role] = style.getPropertyValue(`--${role}`).trim() || '#808080';
  }

  forget() {
    heard.delete(this.listener);
  }
}
