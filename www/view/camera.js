// Fits the square [-extent, extent]² of the plane into a canvas of any size and pixel density.

export class Camera {
  constructor(canvas, extent) {
    this.canvas = canvas;
    this.extent = extent;
    this.resize();
  }

  /** Takes the canvas' present size in CSS pixels; the bitmap has the screen's own pixels. */
  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const density = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(width * density));
    this.canvas.height = Math.max(1, Math.round(height * density));
    this.width_px = width;
    this.height_px = height;
    this.density = density;
  }

  /** CSS pixels for one unit of the plane. */
  get scale_px() {
    return Math.min(this.width_px, this.height_px) / (2 * this.extent);
  }

  x(x) {
    return this.width_px / 2 + x * this.scale_px;
  }

  y(y) {
    return this.height_px / 2 - y * this.scale_px;
  }

  /** Clears the canvas; from here on, units are CSS pixels. */
  begin(context) {
    context.setTransform(this.density, 0, 0, this.density, 0, 0);
    context.clearRect(0, 0, this.width_px, this.height_px);
  }
}
