// Sentences that the reader must see, each with a button that puts it away.

export class Notes {
  #element;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} sentence */
  add(sentence) {
    const known = [...this.#element.children].some((note) => note.firstChild?.textContent === sentence);
    if (known) return;
    const note = document.createElement('div');
    note.className = 'note';
    const text = document.createElement('span');
    text.textContent = sentence;
    const close = document.createElement('button');
    close.type = 'button';
    close.textContent = '×';
    close.setAttribute('aria-label', 'Put this note away');
    close.addEventListener('click', () => note.remove(), { once: true });
    note.append(text, close);
    this.#element.append(note);
  }

  clear() {
    this.#element.replaceChildren();
  }
}

/**
 * One of the lab's notes as a sentence.
 * @param {import('../lab/types.js').Note} note
 */
export function correction({ option, value, problem, used }) {
  const outcome = used === null ? 'It was left out.' : `${used} is used instead.`;
  return `${option} = ${value}: ${problem}. ${outcome}`;
}
