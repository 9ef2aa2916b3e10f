// What the stage shows, once more on a canvas of its own: as a picture, as a drawing, and as the frames of a film.

/** @import { Stage } from '../stage/stage.js' */
/** @import { DigitGrid } from '../view/digit-grid.js' */

import { CanvasBrush } from '../brush/canvas.js';
import { contextOf } from '../brush/context.js';
import { SvgBrush } from '../brush/svg.js';

/** @typedef {{ stage: Stage, digits: DigitGrid }} Seen a stage, and the digits that may lie over it */

/**
 * What the stage draws of a model.
 * @type {(keyof Stage)[]}
 */
const SCENE = [
  'source',
  'target',
  'samples',
  'velocity',
  'exact',
  'speed',
  'grid',
  'fineGrid',
  'pairs',
  'likelihood',
  'layers',
];

/**
 * A canvas on which the stage, or the digits over it, are drawn at any flow time, `density` pixels for each CSS pixel.
 */
export class OffscreenStage {
  #seen;
  #layer = document.createElement('canvas');
  #brush = new CanvasBrush(contextOf(this.#layer, { willReadFrequently: true }));
  #camera;
  #scene; // as it is when this is made
  #samples;

  /**
   * @param {Seen} seen
   * @param {number} density
   */
  constructor(seen, density) {
    this.#seen = seen;
    const { stage } = seen;
    this.canvas = document.createElement('canvas');
    for (const canvas of [this.canvas, this.#layer]) {
      canvas.width = Math.max(1, Math.round(stage.camera.width_px * density));
      canvas.height = Math.max(1, Math.round(stage.camera.height_px * density));
    }
    this.context = contextOf(this.canvas, { willReadFrequently: true });
    // Freeze the camera and the scene: the reader may zoom, and the model trains on, while a film records.
    this.#camera = Object.assign(stage.camera.still, { canvas: this.#layer, density });
    this.#scene = Object.fromEntries(SCENE.map((name) => [name, stage[name]]));
    this.#scene.layers = { ...stage.layers };
    const { likelihood } = stage; // the one array that is written into
    if (likelihood) this.#scene.likelihood = { ...likelihood, values: likelihood.values.slice() };
    this.#samples = seen.digits?.samples;
  }

  draw(t) {
    const { canvas, context } = this;
    const { stage, digits } = this.#seen;
    if (this.#samples) digits.paint(contextOf(this.#layer), this.#camera, t, this.#samples);
    else this.#asItWas(() => stage.paint(this.#brush, { camera: this.#camera, t }));
    context.fillStyle = stage.palette.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.#layer, 0, 0);
  }

  // The stage has the scene of then while it paints, and its own again before anybody looks.
  #asItWas(paint) {
    const { stage } = this.#seen;
    const now = Object.fromEntries(SCENE.map((name) => [name, stage[name]]));
    Object.assign(stage, this.#scene);
    try {
      paint();
    } finally {
      Object.assign(stage, now);
    }
  }
}

/**
 * @param {Seen} seen
 * @param {number} density
 * @returns {Promise<Blob>} a PNG
 */
export function picture(seen, density) {
  const copy = new OffscreenStage(seen, density);
  copy.draw(seen.stage.t);
  return new Promise((done, failed) =>
    copy.canvas.toBlob((blob) =>
      blob
        ? done(blob)
        : failed(new Error('The picture is larger than this browser can make: make the window smaller.')),
    ),
  );
}

/**
 * @param {Seen} seen
 * @param {{ title: string, text: string }} words
 * @returns {Blob} an SVG
 */
export function drawing({ stage, digits }, words) {
  if (digits?.shown) throw new Error('Digits are made of pixels, not of lines: take the picture (PNG) instead.');
  const brush = new SvgBrush();
  stage.paint(brush);
  return new Blob([brush.file({ background: stage.palette.paper, ...words })], { type: 'image/svg+xml' });
}
