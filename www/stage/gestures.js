// Hands on the plane: drag, wheel, pinch, double tap, keys. The camera moves; a tap or a hover picks a point.

/** @import { Stage } from './stage.js' */

import { arrowOf } from '../dom/arrow-keys.js';
import { hasFocus } from '../dom/focus.js';

const TAP_PX = 6; // a finger that moved less has tapped
const DOUBLE_MS = 350;
const STEP_PX = 60; // an arrow key
const ZOOM = 1.3; // a key or a button
const UNITS_PX = [1, 16, 400]; // of a wheel's way: pixels, lines, pages
// Of one event: a pinch on a trackpad comes in small pieces, a notch of a wheel with Ctrl as 100 px and more.
const PINCH_PX = 25;
const WHEEL_PX = 200;

export class Gestures {
  /**
   * Where each finger is, by its pointer's number.
   * @type {Map<number, { x: number, y: number }>}
   */
  #pointers = new Map();
  #moved_px = 0;
  #start = { x: 0, y: 0 }; // of the first finger
  #lastTap = { at_ms: -1e9, x: 0, y: 0 };

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Pick<Stage, 'camera' | 'moved' | 'home' | 'pick' | 'pickNext' | 'letGo'>} stage
   * @param {AbortSignal} signal
   */
  constructor(canvas, stage, signal) {
    this.canvas = canvas;
    this.stage = stage;
    canvas.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    canvas.addEventListener('pointermove', (event) => this.#move(event), { signal });
    canvas.addEventListener('pointerup', (event) => this.#up(event), { signal });
    canvas.addEventListener('pointercancel', (event) => this.#up(event), { signal });
    canvas.addEventListener('pointerleave', () => stage.pick(null, false), { signal });
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false, signal });
    canvas.addEventListener('dblclick', (event) => event.preventDefault(), { signal });
    canvas.addEventListener('keydown', (event) => this.#key(event), { signal });
  }

  /** @param {MouseEvent} event */
  #place(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    this.#pointers.set(event.pointerId, this.#place(event));
    if (this.#pointers.size === 1) [this.#moved_px, this.#start] = [0, this.#place(event)];
    this.canvas.setPointerCapture?.(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const now = this.#place(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') this.stage.pick(now, false);
      return;
    }
    const { camera } = this.stage;
    this.#moved_px += Math.hypot(now.x - before.x, now.y - before.y);
    if (this.#pointers.size === 2) {
      const [a, b] = [...this.#pointers.values()];
      const apart = Math.hypot(a.x - b.x, a.y - b.y);
      this.#pointers.set(event.pointerId, now);
      const [c, d] = [...this.#pointers.values()];
      camera.pan((c.x + d.x - a.x - b.x) / 2, (c.y + d.y - a.y - b.y) / 2);
      camera.zoom(Math.hypot(c.x - d.x, c.y - d.y) / Math.max(apart, 1), (c.x + d.x) / 2, (c.y + d.y) / 2);
      this.stage.moved();
    } else {
      this.#pointers.set(event.pointerId, now);
      if (this.#moved_px <= TAP_PX || this.#scrolls(event, now)) return;
      camera.pan(now.x - before.x, now.y - before.y);
      this.stage.moved();
    }
  }

  // A finger that goes up or down where the whole plane is seen scrolls the page; the first of its way
  // arrives here all the same.
  #scrolls({ pointerType }, { x, y }) {
    return (
      pointerType === 'touch' && this.stage.camera.atHome && Math.abs(y - this.#start.y) >= Math.abs(x - this.#start.x)
    );
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const last = this.#pointers.get(event.pointerId);
    this.#pointers.delete(event.pointerId);
    if (!last || event.type === 'pointercancel' || this.#moved_px > TAP_PX || this.#pointers.size) return;
    const { at_ms, x, y } = this.#lastTap;
    if (event.timeStamp - at_ms < DOUBLE_MS && Math.hypot(last.x - x, last.y - y) < 5 * TAP_PX) {
      this.stage.home();
      this.#lastTap = { at_ms: -1e9, x: 0, y: 0 };
      return;
    }
    this.#lastTap = { at_ms: event.timeStamp, ...last };
    this.stage.pick(last, true);
  }

  // A page is scrolled with the wheel: it zooms for those who mean the stage, by focus, by Ctrl,
  // or by pinching a trackpad.
  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey && !hasFocus(this.canvas)) return;
    event.preventDefault();
    const { x, y } = this.#place(event);
    const most_px = event.ctrlKey ? PINCH_PX : WHEEL_PX;
    const way_px = Math.min(most_px, Math.max(-most_px, event.deltaY * UNITS_PX[event.deltaMode]));
    this.stage.camera.zoom(Math.exp(-way_px * (event.ctrlKey ? 0.01 : 0.0015)), x, y);
    this.stage.moved();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { stage } = this;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = arrowOf(event);
    // The plane goes the other way than what is seen.
    if (arrow) stage.camera.pan(-STEP_PX * arrow[0], STEP_PX * arrow[1]);
    else if (event.key === '+' || event.key === '=') stage.camera.zoom(ZOOM);
    else if (event.key === '-') stage.camera.zoom(1 / ZOOM);
    else if (event.key === '0') return (event.preventDefault(), stage.home());
    else if (event.key === 'Enter') return (event.preventDefault(), stage.pickNext(event.shiftKey ? -1 : 1));
    else if (event.key === 'Escape') return stage.letGo();
    else return;
    event.preventDefault();
    stage.moved();
  }
}
