// Canvases at the screen's own pixels.

/**
 * Gives a canvas as many pixels as an element has on the screen; they are kept, and what was drawn with them, where
 * their number is right.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} [element] that is seen, where another canvas is drawn on
 * @param {number} [pixelsMax]
 * @returns {{ width_px: number, height_px: number, density: number }} in CSS pixels, and the canvas' pixels for each
 */
export function fitToScreen(canvas, element = canvas, pixelsMax = Infinity) {
  const { clientWidth: width_px, clientHeight: height_px } = element;
  const density = Math.min(window.devicePixelRatio || 1, Math.sqrt(pixelsMax / Math.max(1, width_px * height_px)));
  const [width, height] = [width_px, height_px].map((size_px) => Math.max(1, Math.round(size_px * density)));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return { width_px, height_px, density };
}
