// Where the reader makes one end of the flow: drawn, typed as letters, pasted as numbers, or taken
// from a file or a picture.

import { elementsIn } from '../dom/element-in.js';
import { grouped } from '../words/format.js';
import { Board } from './board.js';
import { decode, encode } from './strokes.js';

const HELP =
  'Draw with mouse, pen or finger. By keys: arrows move the pen (Shift: finely), Space puts it down and lifts it, ' +
  'B, S and E change the tool, Ctrl+Z undoes.';
const EXPECTED =
  'One point a row: 2 to 784 numbers, apart by commas, semicolons, tabs or spaces; ' +
  'a first row of names is skipped. They are centred and scaled.';

const tabs = [
  ['draw', 'Draw'],
  ['letters', 'Letters'],
  ['numbers', 'Numbers'],
  ['picture', 'Picture or file'],
];

export class Editor {
  #dialog = document.createElement('dialog');
  #end;
  #board;
  #callbacks;
  #picture = null;

  /**
   * @param {'source' | 'target'} end
   * @param {{ onData: (data: object, link: string) => Promise<void>, onText: (text: string) => Promise<void> }}
   *   callbacks start a run; a rejection's sentence is shown. `link` is what the address shall hold, '' for nothing
   * @param {AbortSignal} signal
   */
  constructor(end, callbacks, signal) {
    this.#end = end;
    this.#callbacks = callbacks;
    this.#dialog.className = 'editor';
    this.#dialog.id = `editor-${end}`;
    this.#dialog.setAttribute('aria-labelledby', `editor-${end}-title`);
    this.#dialog.innerHTML = this.#html();
    document.body.append(this.#dialog);
    signal.addEventListener('abort', () => this.#dialog.remove(), { once: true });
    const told = {
      role: () => end,
      onChange: () => this.#showBoard(),
      onTool: (tool) => this.#choose('tool', tool),
      onSay: (sentence) => (this.#$('[role=status]').textContent = sentence),
    };
    this.#board = new Board(this.#$('canvas'), told, signal);
    this.#connect(signal);
    this.#showTab('draw');
    this.#showBoard();
  }

  /** Opens it; `letters` are a drawing's, from a link or from before. */
  open(letters = '', text = '') {
    if (letters && letters !== encode(this.#board.strokes)) this.#board.strokes = decode(letters);
    if (text) this.#$('[name=letters]').value = text;
    if (text && !letters) this.#choose('tab', 'letters');
    this.#error('');
    this.#dialog.showModal();
    this.#board.draw();
  }

  #$(selector) {
    return this.#dialog.querySelector(selector);
  }

  #html() {
    const end = this.#end;
    const radio = (group, value, label, checked) => {
      const attributes = `type="radio" name="${group}-${end}" data-${group}="${value}" ${checked ? 'checked' : ''}`;
      return `<label><input ${attributes} /> ${label}</label>`;
    };
    const ways = tabs.map(([name, label], k) => radio('tab', name, label, k === 0));
    const tools = ['brush', 'spray', 'erase'].map((name, k) => radio('tool', name, name, k === 0));
    const widths = ['fine', 'middle', 'broad'].map((name, k) => radio('size', k, name, k === 1));
    return `
      <form method="dialog">
        <h2 id="editor-${end}-title">Make your own ${end}</h2>
        <fieldset class="tabs">
          <legend class="unseen">Way to make it</legend>${ways.join('')}
        </fieldset>
        <div data-panel="draw">
          <canvas
            role="application"
            aria-roledescription="drawing board"
            aria-label="Drawing board for the ${end}"
            aria-describedby="editor-${end}-help"
          ></canvas>
          <div class="tools">
            <fieldset><legend>Tool</legend>${tools.join('')}</fieldset>
            <fieldset><legend>Width</legend>${widths.join('')}</fieldset>
            <div class="buttons">
              <button type="button" data-do="undo">Undo</button>
              <button type="button" data-do="redo">Redo</button>
              <button type="button" data-do="clear">Clear</button>
              <button type="button" data-do="download">Save as CSV</button>
            </div>
            <p class="remark" data-count></p>
            <p class="remark" id="editor-${end}-help">${HELP}</p>
          </div>
        </div>
        <div data-panel="letters">
          <label>Letters, up to 16 <input name="letters" maxlength="16" spellcheck="false" autocomplete="off" /></label>
          <p class="remark">The points fill the letters evenly. Plain English keyboard characters.</p>
        </div>
        <div data-panel="numbers">
          <label>
            Rows of numbers <textarea name="numbers" rows="8" spellcheck="false" placeholder="0.5, 1.2"></textarea>
          </label>
          <p class="remark">${EXPECTED}</p>
        </div>
        <div data-panel="picture">
          <label class="button">
            Choose a picture or a CSV file<input type="file" accept=".csv,.tsv,.txt,text/*,image/*" />
          </label>
          <p class="remark" data-file>
            Or drop one here, or paste one. Where a picture has more ink, there are more points.
            Nothing leaves this device.
          </p>
        </div>
        <p class="error" role="alert"></p>
        <p class="unseen" role="status"></p>
        <div class="buttons">
          <button type="submit" value="cancel" formnovalidate>Cancel</button>
          <button type="button" class="primary" data-do="use">Train with it</button>
        </div>
      </form>`;
  }

  #connect(signal) {
    const actions = {
      undo: () => this.#board.undo(),
      redo: () => this.#board.redo(),
      clear: () => this.#board.clear(),
      download: () => this.#download(),
      use: () => this.#use(),
    };
    for (const [name, action] of Object.entries(actions))
      this.#$(`[data-do=${name}]`).addEventListener('click', () => action(), { signal });
    for (const group of ['tab', 'tool', 'size']) {
      for (const input of elementsIn(this.#dialog, `[data-${group}]`)) {
        input.addEventListener('change', () => this.#choose(group, input.dataset[group] ?? ''), { signal });
      }
    }
    const drop = (event) => {
      event.preventDefault();
      this.#take(event.dataTransfer.files[0]);
    };
    // Enter in a field must use what was typed, not cancel.
    const submit = (event) => {
      if (event.submitter?.value !== 'cancel') event.preventDefault();
    };
    const press = (event) => {
      if (event.key !== 'Enter' || event.target.name !== 'letters') return;
      event.preventDefault();
      void this.#use();
    };
    const file = this.#$('input[type=file]');
    file.addEventListener('change', () => this.#take(file.files[0]), { signal });
    this.#dialog.addEventListener('dragover', (event) => event.preventDefault(), { signal });
    this.#dialog.addEventListener('drop', drop, { signal });
    this.#dialog.addEventListener('paste', (event) => this.#paste(event), { signal });
    this.#$('form').addEventListener('submit', submit, { signal });
    this.#dialog.addEventListener('keydown', press, { signal });
  }

  #choose(group, value) {
    this.#$(`[data-${group}="${value}"]`).checked = true;
    if (group === 'tab') this.#showTab(value);
    if (group === 'tool') this.#board.tool = value;
    if (group === 'size') this.#board.size = Number(value);
    this.#board.draw();
  }

  #showTab(name) {
    for (const panel of elementsIn(this.#dialog, '[data-panel]')) panel.hidden = panel.dataset.panel !== name;
    this.#error('');
  }

  get #tab() {
    return this.#$('[data-tab]:checked').dataset.tab;
  }

  #showBoard() {
    if (!this.#board) return;
    const count = this.#board.points.length / 2;
    this.#$('[data-count]').textContent = `${grouped(count)} ${count === 1 ? 'point' : 'points'}`;
    this.#$('[data-do=undo]').disabled = !this.#board.canUndo;
    this.#$('[data-do=clear]').disabled = !this.#board.canUndo;
    this.#$('[data-do=redo]').disabled = !this.#board.canRedo;
    this.#$('[data-do=download]').disabled = count === 0;
  }

  #take(file) {
    if (!file) return;
    this.#picture = file;
    this.#choose('tab', 'picture');
    this.#$('[data-file]').textContent = `${file.name || 'A pasted picture'} is ready.`;
  }

  // Cells of a spreadsheet come as text and as a picture of themselves: the text is what they hold.
  #paste(event) {
    const text = event.clipboardData.getData('text/plain');
    if (!text.trim()) return this.#take(event.clipboardData.files[0]);
    if (event.target.matches?.('input, textarea')) return;
    event.preventDefault();
    this.#$('[name=numbers]').value = text;
    this.#choose('tab', 'numbers');
  }

  #download() {
    const rows = Array.from(
      { length: this.#board.points.length / 2 },
      (_, i) => `${this.#board.points[2 * i]},${this.#board.points[2 * i + 1]}`,
    );
    const url = URL.createObjectURL(new Blob([`x,y\n${rows.join('\n')}\n`], { type: 'text/csv' }));
    Object.assign(document.createElement('a'), { href: url, download: `flow-lab-${this.#end}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  async #use() {
    const button = this.#$('[data-do=use]');
    button.disabled = true;
    this.#error('');
    try {
      await this.#hand();
      this.#dialog.close();
    } catch (error) {
      this.#error(error.message);
    } finally {
      button.disabled = false;
    }
  }

  async #hand() {
    const { onData, onText } = this.#callbacks;
    const tab = this.#tab;
    if (tab === 'letters') {
      const text = this.#$('[name=letters]').value;
      if (!text.trim()) throw new Error('There are no letters: type one or more.');
      return onText(text);
    }
    if (tab === 'numbers') return onData(this.#$('[name=numbers]').value);
    if (tab === 'picture') {
      if (!this.#picture) throw new Error('There is no picture yet: choose, drop or paste one.');
      return onData(this.#picture);
    }
    if (this.#board.points.length < 4) throw new Error('There is too little on the board: draw a line.');
    return onData({ values: this.#board.points, dim: 2, inPlace: true }, encode(this.#board.strokes));
  }

  #error(sentence) {
    this.#$('.error').textContent = sentence;
  }
}
