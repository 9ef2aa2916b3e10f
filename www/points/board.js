// The drawing board: strokes by pointer, finger, pen or keys.

import { onResize, onTheme } from '../dom/media.js';
import { grouped } from '../words/format.js';
import { EXTENT, RADII, extend, pointsOf } from './strokes.js';

const STAY_MS = 60; // between two sprays where the pointer stays
const KEY_STEP = 0.1; // of the plane; ten times finer with Shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const TOOL_KEYS = { b: 'brush', s: 'spray', e: 'erase' };

export class Board {
  tool = 'brush';
  size = 1;

  #canvas;
  #strokes = [];
  #undone = [];
  #stroke = null; // in the making
  #pen = null; // where the keys' pen is, { x, y }; null until a key moves it
  #hover = null;
  #stay = 0;
  #points = new Float32Array();
  #told;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ role: () => string, camera?: Camera, onChange: () => void, onTool: (tool: string) =>
   *   void, onSay: (sentence: string) => void }} told `role` is the colour's; without a camera the
   *   board is a square of its own paper
   * @param {AbortSignal} signal
   */
  constructor(canvas, told, signal) {
    this.#canvas = canvas;
    this.#told = told;
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
    [this.#strokes, this.#undone, this.#stroke] = [strokes, [], null];
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
    if (!this.canUndo) return;
    this.#undone.push(this.#strokes.pop());
    this.#changed();
    this.#told.onSay(`Undone. ${this.#count()}`);
  }

  redo() {
    if (!this.canRedo) return;
    this.#strokes.push(this.#undone.pop());
    this.#changed();
    this.#told.onSay(`Done again. ${this.#count()}`);
  }

  // What is cleared can be called back, stroke by stroke.
  clear() {
    this.#lift();
    this.#undone.push(...this.#strokes.splice(0).reverse());
    this.#changed();
    this.#told.onSay('The board is empty.');
  }

  #press(event) {
    if (event.button !== 0 || this.#stroke) return;
    event.preventDefault();
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pen = null;
    this.#begin(this.#at(event));
    const at = () => this.#stroke && this.tool !== 'brush' && this.#extend({}, true);
    this.#stay = setInterval(at, STAY_MS);
  }

  #move(event) {
    this.#hoverAt(this.#at(event));
    if (!this.#stroke || this.#pen || !this.#canvas.hasPointerCapture(event.pointerId)) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) this.#extend(this.#at(one));
  }

  #lift() {
    clearInterval(this.#stay);
    if (!this.#stroke) return;
    this.#stroke = null;
    if (this.#pen) this.#told.onSay(`Pen up. ${this.#count()}`);
    this.#changed();
  }

  #begin({ x, y }) {
    this.#stroke = { tool: this.tool, size: this.size, cells: [] };
    this.#strokes.push(this.#stroke);
    this.#undone = [];
    this.#extend({ x, y });
  }

  #extend({ x, y }, stay = false) {
    if (extend(this.#stroke, x, y, stay)) this.#changed();
  }

  #key(event) {
    const { key, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    if (command && key.toLowerCase() === 'z') shiftKey ? this.redo() : this.undo();
    else if (command && key.toLowerCase() === 'y') this.redo();
    else if (command || event.altKey) return;
    else if (ARROWS[key]) this.#movePen(ARROWS[key], shiftKey ? KEY_STEP / 10 : KEY_STEP);
    else if (key === ' ' || key === 'Enter') this.#togglePen();
    else if (key === 'Escape' && this.#stroke) this.#lift();
    else if (TOOL_KEYS[key]) this.#told.onTool(TOOL_KEYS[key]);
    else return;
    event.preventDefault();
    event.stopPropagation(); // Escape would close the dialog
  }

  #movePen([dx, dy], step) {
    this.#pen ??= { x: 0, y: 0 };
    const within = (value) => Math.min(EXTENT, Math.max(-EXTENT, value));
    this.#pen = { x: within(this.#pen.x + dx * step), y: within(this.#pen.y + dy * step) };
    if (this.#stroke) this.#extend(this.#pen);
    this.draw();
  }

  #togglePen() {
    if (this.#stroke) return this.#lift();
    this.#pen ??= { x: 0, y: 0 };
    this.#begin(this.#pen);
    this.#told.onSay(`${this.tool} down at ${this.#pen.x.toFixed(1)}, ${this.#pen.y.toFixed(1)}`);
  }

  #count() {
    return `${grouped(this.#points.length / 2)} points.`;
  }

  #changed() {
    this.#points = pointsOf(this.#strokes);
    this.draw();
    this.#told.onChange();
  }

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
    return this.#told.camera ?? squareOf(this.#canvas.clientWidth);
  }

  draw() {
    const [canvas, camera] = [this.#canvas, this.#camera];
    const { clientWidth: width_px, clientHeight: height_px } = canvas;
    const density = window.devicePixelRatio || 1;
    if (!width_px) return;
    const [width, height] = [width_px, height_px].map((size) => Math.round(size * density));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width_px, height_px);
    const style = getComputedStyle(canvas);
    drawGraphPaper(context, camera, style.getPropertyValue('--line'));
    const dot_px = Math.max(1.8, Math.min(width_px, height_px) / 240);
    context.fillStyle = style.getPropertyValue(`--${this.#told.role()}`);
    for (let i = 0; i < this.#points.length; i += 2) {
      context.fillRect(
        camera.x(this.#points[i]) - dot_px / 2,
        camera.y(this.#points[i + 1]) - dot_px / 2,
        dot_px,
        dot_px,
      );
    }
    const place = this.#pen ?? this.#hover;
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
    if (this.#pen) {
      context.moveTo(px - 7, py);
      context.lineTo(px + 7, py);
      context.moveTo(px, py - 7);
      context.lineTo(px, py + 7);
    }
    context.stroke();
    context.setLineDash([]);
  }
}

/** The camera of a square board that shows all that can be drawn on. */
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
