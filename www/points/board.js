// The drawing board: strokes by pointer, finger, pen or keys.

/** @import { Stroke } from './strokes.js' */

import { contextOf } from '../brush/context.js';
import { arrowOf } from '../dom/arrow-keys.js';
import { onResize, onTheme } from '../dom/media.js';
import { fitToScreen } from '../dom/screen.js';
import { grouped } from '../words/format.js';
import { EXTENT, RADII, extend, pointsOf } from './strokes.js';

const STAY_MS = 60; // between two sprays where the pointer stays
const KEY_STEP = 0.1; // of the plane; ten times finer with Shift
/** @type {Record<string, Stroke['tool']>} */
const TOOL_KEYS = { b: 'brush', s: 'spray', e: 'erase' };

/** @typedef {{ x: number, y: number }} Place in the plane */

/**
 * What a board needs of a camera.
 * @typedef {object} View
 * @property {number} scale_px
 * @property {(x: number) => number} x
 * @property {(y: number) => number} y
 * @property {(x_px: number, y_px: number) => [x: number, y: number]} point
 */

export class Board {
  /** @type {Stroke['tool']} */
  tool = 'brush';
  size = 1;

  #canvas;
  /** @type {Stroke[]} */
  #strokes = [];
  /** @type {Stroke[]} */
  #undone = [];
  /**
   * In the making.
   * @type {Stroke | null}
   */
  #stroke = null;
  /**
   * Where the keys' pen is; null until a key moves it.
   * @type {Place | null}
   */
  #cursor = null;
  /** @type {Place | null} */
  #hover = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #stay;
  /** @type {Float32Array} */
  #points = new Float32Array();
  #listeners;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ role: () => string, camera?: View, onChange: () => void, onTool: (tool: Stroke['tool']) => void, onSay:
   *   (sentence: string) => void }} listeners `role` is the colour's; without a camera the
   *   board is a square of its own paper
   * @param {AbortSignal} signal
   */
  constructor(canvas, listeners, signal) {
    this.#canvas = canvas;
    this.#listeners = listeners;
    canvas.tabIndex = 0;
    canvas.addEventListener('pointerdown', (event) => this.#press(event), { signal });
    canvas.addEventListener('pointermove', (event) => this.#move(event), { signal });
    for (const name of ['pointerup', 'pointercancel', 'blur'])
      canvas.addEventListener(name, () => this.#lift(), { signal });
    canvas.addEventListener('pointerleave', () => this.#hoverAt(null), { signal });
    canvas.addEventListener('keydown', (event) => this.#key(event), { signal });
    onResize(canvas, () => this.draw(), signal);
    onTheme(() => this.draw(), signal);
  }

  get strokes() {
    return this.#strokes;
  }

  set strokes(strokes) {
    this.#strokes = strokes;
    this.#undone = [];
    this.#stroke = null;
    this.#changed();
  }

  /** n × 2 numbers. */
  get points() {
    return this.#points;
  }

  get canUndo() {
    return this.#strokes.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  undo() {
    this.#lift();
    const last = this.#strokes.pop();
    if (!last) return;
    this.#undone.push(last);
    this.#changed();
    this.#listeners.onSay(`Undone. ${this.#count()}`);
  }

  redo() {
    const last = this.#undone.pop();
    if (!last) return;
    this.#strokes.push(last);
    this.#changed();
    this.#listeners.onSay(`Done again. ${this.#count()}`);
  }

  // What is cleared can be called back, stroke by stroke.
  clear() {
    this.#lift();
    this.#undone.push(...this.#strokes.splice(0).reverse());
    this.#changed();
    this.#listeners.onSay('The board is empty.');
  }

  #press(event) {
    if (event.button !== 0 || this.#stroke) return;
    event.preventDefault();
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#cursor = null;
    this.#begin(this.#at(event));
    const spray = () => {
      if (this.tool !== 'brush') this.#extend(this.#at(event), true);
    };
    this.#stay = setInterval(spray, STAY_MS);
  }

  #move(event) {
    this.#hoverAt(this.#at(event));
    if (!this.#stroke || this.#cursor || !this.#canvas.hasPointerCapture(event.pointerId)) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) this.#extend(this.#at(one));
  }

  #lift() {
    clearInterval(this.#stay);
    if (!this.#stroke) return;
    this.#stroke = null;
    if (this.#cursor) this.#listeners.onSay(`Pen up. ${this.#count()}`);
    this.#changed();
  }

  #begin({ x, y }) {
    this.#stroke = { tool: this.tool, size: this.size, cells: [] };
    this.#strokes.push(this.#stroke);
    this.#undone = [];
    this.#extend({ x, y });
  }

  #extend({ x, y }, stay = false) {
    if (this.#stroke && extend(this.#stroke, x, y, stay)) this.#changed();
  }

  #key(event) {
    const { key, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    const letter = key.toLowerCase();
    const arrow = arrowOf(event);
    if (command && (letter === 'y' || (letter === 'z' && shiftKey))) this.redo();
    else if (command && letter === 'z') this.undo();
    else if (command || event.altKey) return;
    else if (arrow) this.#movePen(arrow, shiftKey ? KEY_STEP / 10 : KEY_STEP);
    else if (key === ' ' || key === 'Enter') this.#togglePen();
    else if (key === 'Escape' && this.#stroke) this.#lift();
    else if (TOOL_KEYS[key]) this.#listeners.onTool(TOOL_KEYS[key]);
    else return;
    event.preventDefault();
    event.stopPropagation(); // Escape would close the dialog
  }

  #movePen([dx, dy], step) {
    const { x, y } = this.#cursor ?? { x: 0, y: 0 };
    const within = (value) => Math.min(EXTENT, Math.max(-EXTENT, value));
    this.#cursor = { x: within(x + dx * step), y: within(y + dy * step) };
    if (this.#stroke) this.#extend(this.#cursor);
    this.draw();
  }

  #togglePen() {
    if (this.#stroke) return this.#lift();
    const { x, y } = (this.#cursor ??= { x: 0, y: 0 });
    this.#begin({ x, y });
    this.#listeners.onSay(`${this.tool} down at ${x.toFixed(1)}, ${y.toFixed(1)}`);
  }

  #count() {
    return `${grouped(this.#points.length / 2)} points.`;
  }

  #changed() {
    this.#points = pointsOf(this.#strokes);
    this.draw();
    this.#listeners.onChange();
  }

  /** @param {Place | null} place */
  #hoverAt(place) {
    this.#hover = place;
    this.draw();
  }

  #at({ clientX, clientY }) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const [x, y] = this.#camera.point(clientX - left, clientY - top);
    return { x, y };
  }

  get #camera() {
    return this.#listeners.camera ?? squareOf(this.#canvas.clientWidth);
  }

  draw() {
    const [canvas, camera] = [this.#canvas, this.#camera];
    if (!canvas.clientWidth) return;
    const { width_px, height_px, density } = fitToScreen(canvas);
    const context = contextOf(canvas);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width_px, height_px);
    const style = getComputedStyle(canvas);
    drawGraphPaper(context, camera, style.getPropertyValue('--line'));
    const dot_px = Math.max(1.8, Math.min(width_px, height_px) / 240);
    context.fillStyle = style.getPropertyValue(`--${this.#listeners.role()}`);
    for (let i = 0; i < this.#points.length; i += 2) {
      context.fillRect(
        camera.x(this.#points[i]) - dot_px / 2,
        camera.y(this.#points[i + 1]) - dot_px / 2,
        dot_px,
        dot_px,
      );
    }
    const place = this.#cursor ?? this.#hover;
    if (place) this.#drawPen(context, camera, place, style.getPropertyValue('--ink'));
  }

  // The tool's reach, thicker while it is down; the keys' pen has a cross in it.
  #drawPen(context, camera, { x, y }, color) {
    const [px, py] = [camera.x(x), camera.y(y)];
    const radius_px = RADII[this.size] * camera.scale_px;
    context.strokeStyle = color;
    context.lineWidth = this.#stroke ? 2.5 : 1;
    context.setLineDash(this.tool === 'erase' ? [4, 3] : []);
    context.beginPath();
    context.arc(px, py, radius_px, 0, 2 * Math.PI);
    if (this.#cursor) {
      context.moveTo(px - 7, py);
      context.lineTo(px + 7, py);
      context.moveTo(px, py - 7);
      context.lineTo(px, py + 7);
    }
    context.stroke();
    context.setLineDash([]);
  }
}

/**
 * The camera of a square board that shows all that can be drawn on.
 * @param {number} side_px
 * @returns {View}
 */
function squareOf(side_px) {
  const scale_px = side_px / (2 * EXTENT);
  return {
    scale_px,
    x: (x) => (x + EXTENT) * scale_px,
    y: (y) => (EXTENT - y) * scale_px,
    point: (x_px, y_px) => [x_px / scale_px - EXTENT, EXTENT - y_px / scale_px],
  };
}

function drawGraphPaper(context, camera, color) {
  const [left, right, bottom, top] = [camera.x(-EXTENT), camera.x(EXTENT), camera.y(-EXTENT), camera.y(EXTENT)];
  context.strokeStyle = color;
  context.lineWidth = 1;
  for (let k = -EXTENT; k <= EXTENT; k++) {
    context.globalAlpha = k === 0 || Math.abs(k) === EXTENT ? 1 : 0.45;
    context.beginPath();
    context.moveTo(camera.x(k), top);
    context.lineTo(camera.x(k), bottom);
    context.moveTo(left, camera.y(k));
    context.lineTo(right, camera.y(k));
    context.stroke();
  }
  context.globalAlpha = 1;
}
