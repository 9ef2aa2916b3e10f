// A canvas whose cloud of points is turned by hand, by finger, or with the arrow keys.

import { contextOf } from '../brush/context.js';
import { drawTurned } from '../draw/cloud-3d.js';

/** @import { Palette } from '../draw/types.js' */

const PER_PX = 0.008; // radians
const KEY_STEP = Math.PI / 24;
const PITCH_MAX = Math.PI / 2;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

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
  #resizing;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Palette} palette
   * @param {(yaw: number, pitch: number) => void} onTurn
   */
  constructor(canvas, palette, onTurn) {
    [this.#canvas, this.#palette, this.#onTurn] = [canvas, palette, onTurn];
    canvas.tabIndex = 0;
    canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener('pointermove', (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.turn(event.movementX * PER_PX, event.movementY * PER_PX);
    });
    canvas.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      this.turn(KEY_STEP * arrow[0], KEY_STEP * arrow[1]);
    });
    this.#resizing = new ResizeObserver(() => this.draw());
    this.#resizing.observe(canvas);
  }

  turn(yaw, pitch) {
    this.camera.yaw += yaw;
    this.camera.pitch = Math.min(PITCH_MAX, Math.max(-PITCH_MAX, this.camera.pitch + pitch));
    this.draw();
    this.#onTurn(yaw, pitch);
  }

  draw() {
    const [canvas, palette] = [this.#canvas, this.#palette];
    const { clientWidth: width_px, clientHeight: height_px } = canvas;
    const density = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(width_px * density));
    canvas.height = Math.max(1, Math.round(height_px * density));
    const context = contextOf(canvas);
    context.scale(density, density);
    Object.assign(this.camera, { width_px, height_px });
    const size_px = Math.max(2, Math.min(width_px, height_px) / 160);
    this.project = drawTurned(context, this.camera, this.xyz, {
      color: palette.generated,
      lineColor: palette.target,
      size_px,
      boxes: this.boxes,
    });
  }

  dispose() {
    this.#resizing.disconnect();
  }
}
