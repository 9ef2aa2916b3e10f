// Where the reader brings points for one end of the flow: pasted as text, or read from a file.

const EXPECTED =
  'One point a row: two to eight numbers, apart by commas, semicolons, tabs or spaces; a first row of names is skipped. ' +
  'Or a picture: where there is more ink, there are more points. Nothing leaves this device.';

export class PointsPanel {
  #element;
  #error;
  #text;

  /**
   * @param {'source' | 'target'} end
   * @param {(data: string | Blob) => Promise<void>} onData rejects with a sentence when the data cannot be used
   */
  constructor(end, onData) {
    this.#element = Object.assign(document.createElement('fieldset'), { className: 'points', id: `points-${end}`, hidden: true });
    this.#element.innerHTML = `
      <legend>Points of the ${end}</legend>
      <p class="remark" id="points-${end}-expected"></p>
      <label for="points-${end}-text">Paste rows of numbers</label>
      <textarea id="points-${end}-text" rows="5" spellcheck="false" placeholder="0.5, 1.2" aria-describedby="points-${end}-expected"></textarea>
      <div class="buttons">
        <button type="button">Use these points</button>
        <label class="button">Open CSV or picture<input id="points-${end}-file" type="file" accept=".csv,.tsv,.txt,text/*,image/*" /></label>
      </div>
      <p class="error" role="alert"></p>`;
    this.#element.querySelector('p').textContent = EXPECTED;
    this.#error = this.#element.querySelector('.error');
    this.#text = this.#element.querySelector('textarea');
    const file = this.#element.querySelector('input');
    this.#element.querySelector('button').addEventListener('click', () => this.#hand(this.#text.value, onData));
    file.addEventListener('change', () => {
      const [chosen] = file.files;
      if (chosen) this.#hand(chosen, onData).then(() => (file.value = ''));
    });
  }

  get element() {
    return this.#element;
  }

  show(shown) {
    this.#element.hidden = !shown;
    if (!shown) this.#error.textContent = '';
  }

  /** Opens it because the reader asked for points. */
  open() {
    this.show(true);
    this.#text.focus();
  }

  async #hand(data, onData) {
    this.#error.textContent = '';
    try {
      await onData(data);
    } catch (error) {
      this.#error.textContent = error.message;
    }
  }
}
