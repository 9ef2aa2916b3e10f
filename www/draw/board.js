// The drawing board: strokes by pointer, finger, pen or keys.

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
   * @param {{ role: string, onChange: () => void, onTool: (tool: string) => void, onSay: (sentence: string) => void }} told
   */
  constructor(canvas, told) {
    this.#canvas = canvas;
    this.#told = told;
    canvas.tabIndex = 0;
    canvas.addEventListener('pointerdown', (event) => this.#press(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, () => this.#lift());
    canvas.addEventListener('pointerleave', () => this.#hoverAt(null));
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('blur', () => this.#lift());
    new ResizeObserver(() => this.draw()).observe(canvas);
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
    return `${(this.#points.length / 2).toLocaleString('en')} points.`;
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
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return { x: ((clientX - left) / width) * 2 * EXTENT - EXTENT, y: EXTENT - ((clientY - top) / height) * 2 * EXTENT };
  }

  draw() {
    const canvas = this.#canvas;
    const [side_px, density] = [canvas.clientWidth, window.devicePixelRatio || 1];
    if (!side_px) return;
    if (canvas.width !== Math.round(side_px * density)) canvas.width = canvas.height = Math.round(side_px * density);
    const context = canvas.getContext('2d');
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, side_px, side_px);
    const style = getComputedStyle(canvas);
    const camera = { x: (x) => ((x + EXTENT) / (2 * EXTENT)) * side_px, y: (y) => ((EXTENT - y) / (2 * EXTENT)) * side_px };
    drawGraphPaper(context, camera, side_px, style.getPropertyValue('--line'));
    const dot_px = Math.max(1.8, side_px / 240);
    context.fillStyle = style.getPropertyValue(`--${this.#told.role}`);
    for (let i = 0; i < this.#points.length; i += 2) {
      context.fillRect(camera.x(this.#points[i]) - dot_px / 2, camera.y(this.#points[i + 1]) - dot_px / 2, dot_px, dot_px);
    }
    const place = this.#pen ?? this.#hover;
    if (place) this.#drawPen(context, camera, place, style.getPropertyValue('--ink'), side_px);
  }

  // The tool's reach, thicker while it is down; the keys' pen has a cross in it.
  #drawPen(context, camera, { x, y }, color, side_px) {
    const [px, py] = [camera.x(x), camera.y(y)];
    const radius_px = (RADII[this.size] * side_px) / (2 * EXTENT);
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

function drawGraphPaper(context, camera, side_px, color) {
  context.strokeStyle = color;
  context.lineWidth = 1;
  for (let k = -EXTENT + 1; k < EXTENT; k++) {
    context.globalAlpha = k === 0 ? 1 : 0.45;
    context.beginPath();
    context.moveTo(camera.x(k), 0);
    context.lineTo(camera.x(k), side_px);
    context.moveTo(0, camera.y(k));
    context.lineTo(side_px, camera.y(k));
    context.stroke();
  }
  context.globalAlpha = 1;
}
