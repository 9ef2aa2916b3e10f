// The brush on the GPU: three small programs of WebGL2.

/** @import { Bounds, Camera, PointStyle, SegmentStyle } from './types.js' */

import { channels } from './color.js';
import { IMAGE, POINTS, SEGMENTS } from './shaders.js';

const SHAPES = { disc: 0, ring: 1, square: 2, cross: 3 };

export class GpuBrush {
  kind = 'gpu';
  #gl;
  /** @type {Camera} */
  #camera;
  #programs;
  #moving; // a buffer for what changes with every frame
  #fading; // the same for `fades`
  /**
   * Arrays that do not change ↦ their buffers.
   * @type {WeakMap<Float32Array, WebGLBuffer>}
   */
  #kept = new WeakMap();
  #texture;

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {HTMLCanvasElement} canvas
   */
  constructor(gl, canvas) {
    this.#gl = gl;
    this.canvas = canvas;
    this.#programs = { points: program(gl, POINTS), segments: program(gl, SEGMENTS), image: program(gl, IMAGE) };
    this.#moving = gl.createBuffer();
    this.#fading = gl.createBuffer();
    this.#texture = gl.createTexture();
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** @param {Camera} camera */
  begin(camera) {
    const gl = this.#gl;
    this.#camera = camera;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  end() {}

  /** Gives the context back: browsers allow about sixteen at once, and take the oldest of more. */
  dispose() {
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  /**
   * @param {Float32Array} xy
   * @param {PointStyle} style
   */
  points(xy, { color, size_px, alpha, shape = 'disc', fixed = false }) {
    const gl = this.#gl;
    const uniforms = this.#use(this.#programs.points, color, alpha);
    gl.uniform1f(uniforms.size, size_px * this.#camera.density);
    gl.uniform1i(uniforms.shape, SHAPES[shape]);
    this.#feed(xy, fixed, this.#moving);
    attribute(gl, 0, 2, 0, 0, 0);
    gl.disableVertexAttribArray(1);
    gl.disableVertexAttribArray(2);
    gl.drawArrays(gl.POINTS, 0, xy.length / 2);
  }

  /**
   * @param {Float32Array} ends
   * @param {SegmentStyle} style
   */
  segments(ends, { color, width_px, alpha, fades, fixed = false }) {
    if (!ends.length) return;
    const gl = this.#gl;
    const uniforms = this.#use(this.#programs.segments, color, alpha);
    gl.uniform1f(uniforms.width, width_px * this.#camera.density);
    this.#feed(ends, fixed, this.#moving);
    attribute(gl, 0, 2, 16, 0, 1);
    attribute(gl, 1, 2, 16, 8, 1);
    if (fades) {
      this.#feed(fades, fixed, this.#fading);
      attribute(gl, 2, 1, 4, 0, 1);
    } else {
      gl.disableVertexAttribArray(2);
      gl.vertexAttrib1f(2, 1);
    }
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, ends.length / 4);
    gl.vertexAttribDivisor(0, 0);
  }

  /**
   * @param {Uint8ClampedArray} rgba
   * @param {number} width
   * @param {number} height
   * @param {Bounds} bounds
   */
  image(rgba, width, height, { left, right, bottom, top }) {
    const gl = this.#gl;
    const uniforms = this.#use(this.#programs.image, '#000000', 1);
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      gl.RGBA,
      width,
      height,
      0,
      gl.RGBA,
      gl.UNSIGNED_BYTE,
      new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length),
    );
    for (const [name, value] of [
      ['MIN_FILTER', gl.LINEAR],
      ['MAG_FILTER', gl.LINEAR],
      ['WRAP_S', gl.CLAMP_TO_EDGE],
      ['WRAP_T', gl.CLAMP_TO_EDGE],
    ]) {
      gl.texParameteri(gl.TEXTURE_2D, gl[`TEXTURE_${name}`], value);
    }
    gl.uniform4f(uniforms.bounds, left, bottom, right, top);
    for (const index of [0, 1, 2]) gl.disableVertexAttribArray(index);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  #use({ handle, uniforms }, color, alpha) {
    const [gl, camera] = [this.#gl, this.#camera];
    gl.useProgram(handle);
    const scale = camera.scale_px;
    gl.uniform2f(uniforms.scale, (2 * scale) / camera.width_px, (2 * scale) / camera.height_px);
    gl.uniform2f(uniforms.centre, camera.centreX, camera.centreY);
    gl.uniform2f(uniforms.canvas, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.uniform4f(uniforms.ink, ...channels(color), alpha);
    return uniforms;
  }

  #feed(values, fixed, buffer) {
    const gl = this.#gl;
    const kept = fixed && this.#kept.get(values);
    if (kept) return gl.bindBuffer(gl.ARRAY_BUFFER, kept);
    if (fixed) this.#kept.set(values, (buffer = gl.createBuffer()));
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, fixed ? gl.STATIC_DRAW : gl.STREAM_DRAW);
  }
}

/** @param {WebGL2RenderingContext} gl */
function attribute(gl, index, size, stride, offset, divisor) {
  gl.enableVertexAttribArray(index);
  gl.vertexAttribPointer(index, size, gl.FLOAT, false, stride, offset);
  gl.vertexAttribDivisor(index, divisor);
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {{ vertex: string, fragment: string, uniforms: string[] }} source
 */
function program(gl, { vertex, fragment, uniforms }) {
  const handle = gl.createProgram();
  const attach = (kind, source) => {
    const shader = gl.createShader(kind);
    if (!shader) return; // the context is lost
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(handle, shader);
  };
  attach(gl.VERTEX_SHADER, vertex);
  attach(gl.FRAGMENT_SHADER, fragment);
  gl.linkProgram(handle);
  if (!gl.getProgramParameter(handle, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`A shader was refused: ${gl.getProgramInfoLog(handle)}`);
  return { handle, uniforms: Object.fromEntries(uniforms.map((name) => [name, gl.getUniformLocation(handle, name)])) };
}
