// A canvas whose cloud of points is turned by hand, by finger, or with the arrow keys.

/** @import { Palette } from '../draw/types.js' */

import { contextOf } from '../brush/context.js';
import { arrowOf } from '../dom/arrow-keys.js';
import { onResize } from '../dom/media.js';
import { fitToScreen } from '../dom/screen.js';
import { drawTurned } from '../draw/cloud-3d.js';

const PER_PX = 0.008; // radians
const KEY_STEP = Math.PI / 24;
const PITCH_MAX = Math.PI / 2;

export class Turntable {
  /** n × 3 numbers. */
  xyz = /** @type {Float32Array} */ (new Float32Array());
  /** @type {number[][]} */
  boxes = [];
  camera = { yaw: 0.6, pitch: 0.45, extent: 1, width_px: 0, height_px: 0 };
  /**
   * Pixels of a point, as drawn last.
   * @type {ReturnType<typeof drawTurned> | null}
   */
  project = null;
  #canvas;
  #palette;
  #onTurn;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Palette} palette
   * @param {(yaw: number, pitch: number) => void} onTurn
   * @param {AbortSignal} signal
   */
  constructor(canvas, palette, onTurn, signal) {
    this.#canvas = canvas;
    this.#palette = palette;
    this.#onTurn = onTurn;
    canvas.tabIndex = 0;
    const drag = (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.turn(event.movementX * PER_PX, event.movementY * PER_PX);
    };
    const press = (event) => {
      const arrow = arrowOf(event);
      if (!arrow) return;
      event.preventDefault();
      this.turn(KEY_STEP * arrow[0], -KEY_STEP * arrow[1]);
    };
    canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId), { signal });
    canvas.addEventListener('pointermove', drag, { signal });
    canvas.addEventListener('keydown', press, { signal });
    onResize(canvas, () => this.draw(), signal);
  }

  turn(yaw, pitch) {
    this.camera.yaw += yaw;
    this.camera.pitch = Math.min(PITCH_MAX, Math.max(-PITCH_MAX, this.camera.pitch + pitch));
    this.draw();
    this.#onTurn(yaw, pitch);
  }

  draw() {
    const [canvas, palette] = [this.#canvas, this.#palette];
    const { width_px, height_px, density } = fitToScreen(canvas);
    const context = contextOf(canvas);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width_px, height_px);
    Object.assign(this.camera, { width_px, height_px });
    const size_px = Math.max(2, Math.min(width_px, height_px) / 160);
    this.project = drawTurned(context, this.camera, this.xyz, {
      color: palette.generated,
      lineColor: palette.target,
      size_px,
      boxes: this.boxes,
    });
  }
}
