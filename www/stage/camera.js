// What part of the plane is seen: a centre and a half side that fit into a canvas of any size and pixel density.

/** @import { Bounds } from '../brush/types.js' */

import { fitToScreen } from '../dom/screen.js';

const CLOSEST = 1 / 40; // of the home view's half side
const FARTHEST = 6;

export class Camera {
  /** Half the side of the square that is seen whole at home, around the origin. */
  home = 1;
  /** The same of what is seen now. */
  extent = 1;
  centreX = 0;
  centreY = 0;
  width_px = 0;
  height_px = 0;
  /** The bitmap's pixels for a CSS pixel. */
  density = 1;
  /** Of the bitmap. */
  pixelsMax = Infinity;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} extent of its home
   */
  constructor(canvas, extent) {
    this.element = canvas; // that is seen
    this.canvas = canvas; // whose bitmap is drawn on
    this.fit(extent);
    this.resize();
  }

  /** Goes home: sees the square [-extent, extent]² whole. */
  fit(extent = this.home) {
    this.home = this.extent = extent;
    this.centreX = this.centreY = 0;
  }

  get atHome() {
    return this.extent === this.home && this.centreX === 0 && this.centreY === 0;
  }

  /**
   * A copy that stays as it is, wherever this one goes.
   * @returns {Camera}
   */
  get still() {
    return Object.assign(Object.create(Camera.prototype), this);
  }

  /**
   * Takes the element's present size in CSS pixels; the bitmap has the screen's own pixels, or
   * `pixelsMax` where those are more.
   */
  resize() {
    Object.assign(this, fitToScreen(this.canvas, this.element, this.pixelsMax));
  }

  /** CSS pixels for one unit of the plane. */
  get scale_px() {
    return Math.min(this.width_px, this.height_px) / (2 * this.extent);
  }

  /** @param {number} x */
  x(x) {
    return this.width_px / 2 + (x - this.centreX) * this.scale_px;
  }

  /** @param {number} y */
  y(y) {
    return this.height_px / 2 - (y - this.centreY) * this.scale_px;
  }

  /**
   * The point of the plane under a pixel.
   * @returns {[x: number, y: number]}
   */
  point(x_px, y_px) {
    return [
      this.centreX + (x_px - this.width_px / 2) / this.scale_px,
      this.centreY - (y_px - this.height_px / 2) / this.scale_px,
    ];
  }

  /**
   * The rectangle that is seen.
   * @returns {Bounds}
   */
  get view() {
    const [left, top] = this.point(0, 0);
    const [right, bottom] = this.point(this.width_px, this.height_px);
    return { left, right, bottom, top };
  }

  /** Moves the plane along with a finger. */
  pan(dx_px, dy_px) {
    const reach = 2 * this.home;
    const within = (x) => Math.min(Math.max(x, -reach), reach);
    this.centreX = within(this.centreX - dx_px / this.scale_px);
    this.centreY = within(this.centreY + dy_px / this.scale_px);
  }

  /** Comes `factor` times closer; what is under the pixel stays there. */
  zoom(factor, x_px = this.width_px / 2, y_px = this.height_px / 2) {
    const [x, y] = this.point(x_px, y_px);
    this.extent = Math.min(Math.max(this.extent / factor, this.home * CLOSEST), this.home * FARTHEST);
    const [nowX, nowY] = this.point(x_px, y_px);
    this.centreX += x - nowX;
    this.centreY += y - nowY;
  }
}
