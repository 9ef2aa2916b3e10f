// A canvas to draw on in 2D.

/**
 * Its 2D context.
 * @overload
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {CanvasRenderingContext2D}
 */
/**
 * @overload
 * @param {OffscreenCanvas} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {OffscreenCanvasRenderingContext2D}
 */
/**
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function contextOf(canvas, settings) {
  const context = canvas.getContext('2d', settings);
  // A canvas that has had WebGL has no other; so has one that is too large, or where memory is short.
  if (!context) throw new Error('This browser gives no canvas to draw on: close other tabs, then reload.');
  return context;
}

/** A new canvas of so many pixels. */
export const canvasOf = (width, height) => Object.assign(document.createElement('canvas'), { width, height });
