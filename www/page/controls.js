// The panel's inputs, made from the table of options, group by group.

/** @import { Options, Spec } from '../lab/types.js' */

import { optionWords } from '../words/format.js';

const GROUPS = [
  ['run', 'Run'],
  ['data', 'Data'],
  ['path', 'Path and pairs'],
  ['network', 'Network'],
  ['training', 'Training'],
  ['sampling', 'Sampling'],
];

const has = (shape) => (options) => [options.source, options.target].includes(shape);

/** Shapes of as many dimensions as one likes. */
const ANY_DIM = ['gaussian', 'uniform', 'checkerboard'];

/** When an option matters; the others always do. */
const MATTERS = {
  dim: ({ dim, source, target }) => dim !== 2 || [source, target].every((shape) => ANY_DIM.includes(shape)),
  text: has('text'),
  board: has('checkerboard'),
  digit: has('digits'),
  classes: ({ target }) => target === 'digits',
  label: ({ classes }) => classes === 'told',
  labelDrop: ({ classes }) => classes === 'told',
  guidance: ({ classes, labelDrop }) => classes === 'told' && labelDrop > 0,
  group: ({ coupling }) => coupling === 'ot',
  sigmaMin: ({ schedule }) => schedule === 'linear',
  tolerance: ({ solver }) => solver === 'dopri5',
};

/**
 * Values that only a button sets: listed, never selectable.
 * @type {Record<string, string>}
 */
const REACHED = { coupling: 'reflow' };

/** @typedef {{ row: HTMLElement, input: HTMLInputElement | HTMLSelectElement, doc: HTMLElement, spec: Spec }} Row */

export class Controls {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /**
   * Fieldsets that are not laid out yet.
   * @type {HTMLFieldSetElement[]}
   */
  #folded;
  /**
   * Names of the fields that hold what was not yet entered.
   * @type {Set<string>}
   */
  #typing = new Set();
  #signal;

  /**
   * @param {HTMLFormElement} form
   * @param {Spec[]} specs the table, from options.json
   * @param {(name: string, text: string) => void} onChange
   * @param {AbortSignal} signal
   */
  constructor(form, specs, onChange, signal) {
    this.#signal = signal;
    const groups = new Map(GROUPS.map(([name, words]) => [name, fieldsetOf(words)]));
    for (const spec of specs) {
      // A group that the table has and we do not know is shown all the same.
      const group = groups.get(spec.group) ?? fieldsetOf(spec.group);
      groups.set(spec.group, group);
      group.append(this.#row(spec, onChange));
    }
    form.append(...groups.values());
    this.#folded = [...groups.values()];
    for (const fieldset of this.#folded) fieldset.hidden = true;
    form.addEventListener('submit', (event) => event.preventDefault(), { signal });
  }

  /** Unfolds one group with each frame: all of them at once took 20 ms to lay out. */
  async unfold() {
    for (let next = this.#folded.shift(); next; next = this.#folded.shift()) {
      next.hidden = false;
      await new Promise(requestAnimationFrame);
    }
  }

  /**
   * Shows the options as they are, and hides those that do nothing with them.
   * @param {Options} options
   */
  show(options) {
    for (const [name, { row, input, doc, spec }] of this.#rows) {
      row.hidden = MATTERS[name]?.(options) === false;
      if (!this.#typing.has(name)) input.value = String(options[name]);
      for (const choice of input instanceof HTMLSelectElement ? input.options : [])
        choice.hidden = choice.value === REACHED[name] && choice.value !== input.value;
      const chosen = spec.choices?.find((choice) => choice.name === input.value);
      doc.textContent = chosen ? `${spec.doc}. ${chosen.name}: ${chosen.doc}` : spec.doc;
    }
  }

  /**
   * Puts an element under an option's row.
   * @param {string} name
   * @param {Element} element
   */
  under(name, element) {
    this.#rows.get(name)?.row.after(element);
  }

  /**
   * @param {Spec} spec
   * @param {(name: string, text: string) => void} onChange
   */
  #row(spec, onChange) {
    const row = Object.assign(document.createElement('div'), { className: 'option' });
    const label = Object.assign(document.createElement('label'), {
      htmlFor: `option-${spec.name}`,
      textContent: optionWords(spec.name),
    });
    const doc = Object.assign(document.createElement('small'), { id: `doc-${spec.name}`, textContent: spec.doc });
    const input = spec.type === 'choice' ? choice(spec) : field(spec);
    input.id = label.htmlFor;
    input.setAttribute('aria-describedby', doc.id);
    // While the reader types, a run that starts meanwhile must not take the text away.
    const entered = () => {
      this.#typing.delete(spec.name);
      onChange(spec.name, input.value);
    };
    const signal = this.#signal;
    input.addEventListener('input', () => this.#typing.add(spec.name), { signal });
    input.addEventListener('change', entered, { signal });
    this.#rows.set(spec.name, { row, input, doc, spec });
    row.append(label, input, doc);
    return row;
  }
}

function fieldsetOf(words) {
  const fieldset = document.createElement('fieldset');
  fieldset.append(Object.assign(document.createElement('legend'), { textContent: words }));
  return fieldset;
}

/**
 * A choice among the table's; also used on the first screen.
 * @param {Spec} spec
 */
export function choice(spec) {
  const select = document.createElement('select');
  fill(select, spec);
  return select;
}

/**
 * Fills a select with an option's choices.
 * @param {HTMLSelectElement} select
 * @param {Spec} spec
 */
export function fill(select, spec) {
  for (const { name, doc } of spec.choices ?? []) {
    const option = new Option(name, name);
    option.title = doc;
    option.disabled = name === REACHED[spec.name];
    select.append(option);
  }
}

/**
 * A text field, not type=number: what the reader typed must reach the table, whose sentence says what is wrong with it.
 * @param {Spec} spec
 */
function field(spec) {
  const input = document.createElement('input');
  input.type = 'text';
  if (spec.type === 'text') return Object.assign(input, { maxLength: spec.max, spellcheck: false });
  input.inputMode = 'decimal';
  input.placeholder = `${spec.min} to ${spec.max}`;
  return input;
}
