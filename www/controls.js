// The panel's inputs, made from the table of options.

/** Shown at once; the others unfold. */
const FIRST = [
  ...['preset', 'source', 'target', 'dim', 'text', 'board', 'coupling', 'group', 'width', 'depth', 'learningRate', 'batch'],
  ...['solver', 'solverSteps', 'tolerance', 'seed'],
];

const has = (shape) => (options) => [options.source, options.target].includes(shape);

/** When an option matters; the others always do. */
const MATTERS = {
  dim: ({ dim }) => dim !== 2,
  text: has('text'),
  board: has('checkerboard'),
  group: ({ coupling }) => coupling === 'ot',
  sigmaMin: ({ schedule }) => schedule === 'linear',
  tolerance: ({ solver }) => solver === 'dopri5',
};

/** A state that the reader cannot choose here, only reach: reflow has a button, which makes its pairs. */
const REACHED = { coupling: 'reflow' };

export class Controls {
  #rows = new Map();
  #typing = new Set(); // names of the fields that hold what was not yet entered

  /**
   * @param {object[]} specs the table, from options.json
   * @param {(name: string, text: string) => void} onChange
   */
  constructor(form, specs, onChange) {
    const rest = document.createElement('details');
    const inside = document.createElement('div');
    const summary = document.createElement('summary');
    summary.textContent = 'All options';
    rest.append(summary, inside);
    const byName = new Map(specs.map((spec) => [spec.name, spec]));
    for (const name of FIRST) form.append(this.#row(byName.get(name), onChange));
    for (const spec of specs) if (!FIRST.includes(spec.name)) inside.append(this.#row(spec, onChange));
    form.append(rest);
    form.addEventListener('submit', (event) => event.preventDefault());
  }

  /** Shows the options as they are, and hides those that do nothing with them. */
  show(options) {
    for (const [name, { row, input }] of this.#rows) {
      row.hidden = MATTERS[name]?.(options) === false;
      if (!this.#typing.has(name)) input.value = String(options[name]);
      for (const choice of input.options ?? []) choice.hidden = choice.value === REACHED[name] && choice.value !== input.value;
    }
  }

  /** Puts an element under an option's row. */
  under(name, element) {
    this.#rows.get(name).row.after(element);
  }

  #row(spec, onChange) {
    const row = document.createElement('div');
    row.className = 'option';
    const label = document.createElement('label');
    label.htmlFor = `option-${spec.name}`;
    label.textContent = words(spec.name);
    label.title = spec.doc;
    const input = spec.type === 'choice' ? choice(spec) : field(spec);
    input.id = label.htmlFor;
    input.title = spec.doc;
    // While the reader types, a run that starts meanwhile must not take the text away.
    input.addEventListener('input', () => this.#typing.add(spec.name));
    input.addEventListener('change', () => {
      this.#typing.delete(spec.name);
      onChange(spec.name, input.value);
    });
    this.#rows.set(spec.name, { row, input });
    row.append(label, input);
    return row;
  }
}

function choice(spec) {
  const select = document.createElement('select');
  for (const { name, doc } of spec.choices) {
    const option = new Option(name, name);
    option.title = doc;
    option.disabled = name === REACHED[spec.name];
    select.append(option);
  }
  return select;
}

// A text field, not type=number: what the reader typed must reach the table, whose sentence says what is wrong with it.
function field(spec) {
  const input = document.createElement('input');
  input.type = 'text';
  if (spec.type === 'text') return Object.assign(input, { maxLength: spec.max, spellcheck: false });
  input.inputMode = 'decimal';
  input.placeholder = `${spec.min} to ${spec.max}`;
  return input;
}

/** learningRate → learning rate */
function words(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
