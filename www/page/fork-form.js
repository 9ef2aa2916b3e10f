// The form that begins a fork: which option is another one, and what it is there.

/** @import { Spec } from '../lab/types.js' */

import { elementIn } from '../dom/element-in.js';
import { optionWords } from '../words/format.js';
import { $ } from './by-id.js';
import { choice } from './controls.js';

const NOT_FORKED = ['preset', 'seed', 'device', 'dim'];

export class ForkForm {
  #specs;
  #now;

  /**
   * @param {Spec[]} specs the table of options
   * @param {(name: string) => unknown} now an option's value in the present run
   * @param {{ begin: (name: string, value: string) => Promise<void>, failed: (error: Error) => void, signal:
   *   AbortSignal }} on
   */
  constructor(specs, now, { begin, failed, signal }) {
    this.#specs = specs;
    this.#now = now;
    const names = specs.map(({ name }) => name).filter((name) => !NOT_FORKED.includes(name));
    const select = $('fork-option', HTMLSelectElement);
    select.append(...names.map((name) => new Option(optionWords(name), name)));
    select.value = 'coupling';
    this.#offer();
    // A disabled button would lose the keyboard's focus.
    const button = elementIn($('fork'), '[type=submit]', HTMLButtonElement);
    const submit = async (event) => {
      event.preventDefault();
      if (button.ariaBusy === 'true') return;
      button.ariaBusy = 'true';
      await begin(select.value, this.#value).catch(failed);
      button.ariaBusy = 'false';
    };
    select.addEventListener('change', () => this.#offer(), { signal });
    $('compare').addEventListener('click', () => this.#offer(), { signal });
    $('fork').addEventListener('submit', (event) => void submit(event), { signal });
  }

  get #value() {
    const field = $('fork-value');
    return field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? field.value : '';
  }

  // A field for the value, set to something that differs from the present one.
  #offer() {
    const spec = this.#specs.find(({ name }) => name === $('fork-option', HTMLSelectElement).value);
    if (!spec) return;
    const now = String(this.#now(spec.name));
    let field;
    if (spec.type === 'choice') {
      field = choice(spec);
      const free = [...field.options].filter((option) => !option.disabled && option.value !== now);
      field.value = free[0]?.value ?? '';
    } else {
      field = Object.assign(document.createElement('input'), {
        type: 'text',
        value: spec.type === 'text' ? now : differing(spec, Number(now)),
      });
    }
    field.id = 'fork-value';
    $('fork-value').replaceWith(field);
  }
}

/**
 * Another good value of a numeric option, for a start.
 * @param {Spec} spec
 * @param {number} now
 */
function differing({ type, min = 0, max = Infinity }, now) {
  const wanted = now === 0 ? (type === 'integer' ? 1000 : 0.1) : now / 4;
  const value = Math.min(max, Math.max(min, type === 'integer' ? Math.max(1, Math.round(wanted)) : wanted));
  return String(value === now ? Math.min(max, now * 2) : value);
}
