// The panel's inputs, made from the table of options.

/** Shown at once; the others unfold. */
const FIRST = ['preset', 'source', 'target', 'width', 'depth', 'learningRate', 'batch', 'solverSteps', 'seed'];

export class Controls {
  #inputs = new Map();

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

  /** Shows the options as they are. */
  show(options) {
    for (const [name, input] of this.#inputs) input.value = String(options[name]);
  }

  #row(spec, onChange) {
    const row = document.createElement('div');
    row.className = 'option';
    const label = document.createElement('label');
    label.htmlFor = `option-${spec.name}`;
    label.textContent = words(spec.name);
    label.title = spec.doc;
    const input = spec.type === 'choice' ? choice(spec) : number(spec);
    input.id = label.htmlFor;
    input.title = spec.doc;
    input.addEventListener('change', () => onChange(spec.name, input.value));
    this.#inputs.set(spec.name, input);
    row.append(label, input);
    return row;
  }
}

function choice(spec) {
  const select = document.createElement('select');
  for (const { name, doc } of spec.choices) {
    const option = new Option(name, name);
    option.title = doc;
    select.append(option);
  }
  return select;
}

// A text field, not type=number: what the reader typed must reach the table, whose sentence says what is wrong with it.
function number(spec) {
  const input = document.createElement('input');
  input.type = 'text';
  input.inputMode = 'decimal';
  input.placeholder = `${spec.min} to ${spec.max}`;
  return input;
}

/** learningRate → learning rate */
function words(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
