// What every picture is drawn with: points, segments, images; on the GPU where there is WebGL2, else on a 2D canvas.
//
//   brush.begin(camera)                                               clears
//   brush.points(xy, { color, size_px, alpha, shape })                n × 2 numbers; shape disc, ring, square or cross
//   brush.segments(ends, { color, width_px, alpha, fades, fixed })    n × 4 numbers; `fades`, n numbers, multiply alpha
//   brush.image(rgba, width, height, { left, right, bottom, top })    bytes, the first row at the bottom
//   brush.end()                                                       now all of it is there
//
// What each takes is in types.js.

import { CanvasBrush } from './canvas.js';
import { GpuBrush } from './gpu.js';

/**
 * A brush on the canvas' GPU; where there is none or `flat` is asked for, one on a canvas of its own, its `canvas`, to
 * be copied when whole.
 * @param {HTMLCanvasElement} canvas
 * @returns {GpuBrush | CanvasBrush}
 */
export function brushFor(canvas, flat = false) {
  const context =
    flat || !hasGpu() ? null : canvas.getContext('webgl2', { alpha: true, antialias: false, premultipliedAlpha: true });
  return context ? new GpuBrush(context, canvas) : new CanvasBrush();
}

/** @type {boolean | undefined} */
let known;

// A WebGL that runs on the CPU reads every frame back, which took 0.4 s a frame in headless Chromium: 2D is 50 times as
// fast. It has to be asked of another canvas, because one that has had WebGL gives no 2D.
// (`failIfMajorPerformanceCaveat` does not tell: Chromium 156 gives SwiftShader all the same.)
function hasGpu() {
  if (known !== undefined) return known;
  const gl = document.createElement('canvas').getContext('webgl2');
  const named = gl?.getExtension('WEBGL_debug_renderer_info');
  const renderer = gl && named ? gl.getParameter(named.UNMASKED_RENDERER_WEBGL) : '';
  known = gl !== null && !gl.isContextLost() && !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return known;
}
