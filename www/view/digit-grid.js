// Over the stage, where points are handwritten digits: a grid of those that are being made, and
// which class they shall have.

/** @import { Options, Samples } from '../lab/types.js' */
/** @import { Stage } from '../stage/stage.js' */

import { channels } from '../brush/color.js';
import { contextOf } from '../brush/context.js';
import { onResize, onTheme } from '../dom/media.js';
import { fitToScreen } from '../dom/screen.js';
import { drawDigits } from '../draw/digits.js';

const CLASSES = ['all', ...Array.from({ length: 10 }, (_, k) => String(k))];

export class DigitGrid {
  #stage;
  #canvas = document.createElement('canvas');
  #classes = document.createElement('fieldset');
  /** @type {Samples | null} */
  #samples = null;
  /** @type {Float32Array | undefined} */
  #values;

  /**
   * @param {HTMLElement} plane what holds the stage's canvas
   * @param {Stage} stage its clock tells the flow time
   * @param {{ signal: AbortSignal, onLabel?: (label: string) => void }} how `onLabel` hears which class the reader
   *   chose; without it there is nothing to choose. The signal takes the grid away
   */
  constructor(plane, stage, { signal, onLabel }) {
    this.#stage = stage;
    this.#canvas.className = 'digits';
    this.#canvas.setAttribute('role', 'img');
    this.#classes.className = 'classes';
    this.#classes.append(Object.assign(document.createElement('legend'), { textContent: 'Which digit' }));
    // Radio buttons of one name are one choice, however many grids the document has.
    const group = `class-${Math.random().toString(36).slice(2)}`;
    for (const name of onLabel ? CLASSES : []) {
      const label = document.createElement('label');
      const input = Object.assign(document.createElement('input'), { type: 'radio', name: group, value: name });
      input.addEventListener('change', () => onLabel?.(name), { signal });
      label.append(input, name);
      this.#classes.append(label);
    }
    plane.append(this.#canvas);
    if (onLabel) plane.after(this.#classes);
    stage.on('time', () => this.#draw(), { signal });
    onResize(this.#canvas, () => this.#draw(), signal);
    onTheme(() => this.#draw(), signal);
    const leave = () => {
      this.#canvas.remove();
      this.#classes.remove();
    };
    signal.addEventListener('abort', leave, { once: true });
    this.show(null);
  }

  /** Are there digits? */
  get shown() {
    return this.#samples !== null;
  }

  /** What it shows, null where points are no digits. */
  get samples() {
    return this.#samples;
  }

  /**
   * Draws them as they are at another flow time, for files.
   * @param {CanvasRenderingContext2D} context
   * @param {{ width_px: number, height_px: number, density: number }} camera
   * @param {number} t
   * @param {Samples | null} [samples] others than those that are shown
   */
  paint(context, camera, t, samples = this.#samples) {
    if (samples) drawDigits(context, camera, samples, t, this.#colours());
  }

  /** What was drawn last: count × 784 numbers. */
  get drawn() {
    return this.#values;
  }

  /**
   * Shows these samples of a run with these options; null hides the grid.
   * @param {Samples | null} samples
   * @param {Partial<Pick<Options, 'classes' | 'label'>>} [options]
   */
  show(samples, { classes, label } = {}) {
    this.#samples = samples;
    this.#stage.covered = samples !== null;
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
    const camera = fitToScreen(canvas);
    const context = contextOf(canvas);
    this.#values = drawDigits(context, camera, this.#samples, this.#stage.t, this.#colours(), this.#values);
  }

  #colours() {
    const { paper, ink } = this.#stage.palette;
    return { paper: bytes(paper), ink: bytes(ink) };
  }
}

const bytes = (color) => channels(color).map((channel) => Math.round(255 * channel));
