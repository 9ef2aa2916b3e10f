// Over the stage, where points are handwritten digits: a grid of those that are being made, and
// which class they shall have.

import { drawDigits } from '../draw/digits.js';

const CLASSES = ['all', ...Array.from({ length: 10 }, (_, k) => String(k))];

export class DigitGrid {
  #stage;
  #canvas = document.createElement('canvas');
  #classes = document.createElement('fieldset');
  #samples = null;
  #values;

  /**
   * @param {HTMLElement} plane what holds the stage's canvas
   * @param {Stage} stage its clock tells the flow time
   * @param {((label: string) => void) | undefined} onLabel the reader chose a class; without it
   *   there is nothing to choose
   */
  constructor(plane, stage, onLabel) {
    this.#stage = stage;
    // A stage made as a copy of another brings the other's grid along.
    plane.parentElement.querySelectorAll('canvas.digits, .classes').forEach((element) => element.remove());
    this.#canvas.className = 'digits';
    this.#canvas.setAttribute('role', 'img');
    this.#classes.className = 'classes';
    this.#classes.append(Object.assign(document.createElement('legend'), { textContent: 'Which digit' }));
    for (const name of onLabel ? CLASSES : []) {
      const label = document.createElement('label');
      const input = Object.assign(document.createElement('input'), { type: 'radio', name: 'class', value: name });
      input.addEventListener('change', () => onLabel(name));
      label.append(input, name);
      this.#classes.append(label);
    }
    plane.append(this.#canvas);
    if (onLabel) plane.after(this.#classes);
    stage.on('time', () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(this.#canvas);
    this.show(null, {});
  }

  /** Are there digits? */
  get shown() {
    return this.#samples !== null;
  }

  /** What it shows, null where points are no digits. */
  get samples() {
    return this.#samples;
  }

  /** Draws them as they are at another flow time, for files. */
  paint(context, camera, t, samples = this.#samples) {
    drawDigits(context, camera, samples, t, this.#colours(context));
  }

  /** What was drawn last: count × 784 numbers. */
  get drawn() {
    return this.#values;
  }

  /** Shows these samples of a run with these options; null hides the grid. */
  show(samples, { classes, label }) {
    this.#samples = samples;
    this.#canvas.hidden = samples === null;
    this.#classes.hidden = samples === null || classes !== 'told';
    for (const input of this.#classes.querySelectorAll('input')) input.checked = input.value === label;
    if (!samples) return;
    const which = classes === 'told' && label !== 'all' ? `, each a ${label}` : '';
    this.#canvas.setAttribute(
      'aria-label',
      `${samples.count} handwritten digits${which}, coming out of noise as the flow time runs from 0 to 1`,
    );
    this.#draw();
  }

  #draw() {
    const canvas = this.#canvas;
    if (!this.#samples || !canvas.clientWidth) return;
    const camera = {
      width_px: canvas.clientWidth,
      height_px: canvas.clientHeight,
      density: window.devicePixelRatio || 1,
    };
    const [width, height] = [camera.width_px, camera.height_px].map((size) => Math.round(size * camera.density));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    this.#values = drawDigits(context, camera, this.#samples, this.#stage.t, this.#colours(context), this.#values);
  }

  #colours(context) {
    const style = getComputedStyle(this.#canvas);
    const [paper, ink] = ['--paper', '--ink'].map((role) => rgb(context, style.getPropertyValue(role)));
    return { paper, ink };
  }
}

/** Red, green and blue of any of CSS's colours, as the canvas understands it. */
function rgb(context, color) {
  context.fillStyle = color;
  return [1, 3, 5].map((at) => Number.parseInt(context.fillStyle.slice(at, at + 2), 16));
}
