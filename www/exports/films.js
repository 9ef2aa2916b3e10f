// One flow from noise to data as a film, or as an animated picture for where no film can stand.

import { GIFEncoder, applyPalette, quantize } from 'gifenc';

import { OffscreenStage } from './stills.js';

const FLOW_MS = 4000; // from t = 0 to 1
const REST_MS = 800; // at the end
const FRAME_MS = 1000 / 30;
const BITS = 6e6; // a second
const TYPES = ['video/webm;codecs=vp9', 'video/webm', 'video/mp4'];
const GIF_FRAMES = 40;
const GIF_SIDE = 480; // pixels at most: every frame is a whole picture
const GIF_COLOURS = 128;
const LOOKED_AT = 40_000; // pixels, to choose the colours by

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** @import { Seen } from './stills.js' */

/**
 * Recorded while it plays, in the browser's own format.
 * @param {Seen} seen
 * @param {number} density
 * @returns {Promise<Blob>}
 */
export async function film(seen, density) {
  const type = globalThis.MediaRecorder && TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  if (!type) throw new Error('This browser cannot record films: take the animated picture (GIF) instead.');
  const copy = new OffscreenStage(seen, density);
  copy.draw(0);
  const recorder = new MediaRecorder(copy.canvas.captureStream(), { mimeType: type, videoBitsPerSecond: BITS });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((done, failed) => {
    recorder.onstop = done;
    recorder.onerror = ({ error }) =>
      failed(new Error(`The film could not be recorded: ${error?.message ?? 'the browser does not say why'}.`));
  });
  recorder.start();
  const start = performance.now();
  for (let now = start; now - start < FLOW_MS + REST_MS; now = performance.now()) {
    copy.draw(Math.min(1, (now - start) / FLOW_MS));
    await pause(Math.max(0, FRAME_MS - (performance.now() - now)));
  }
  recorder.stop();
  await stopped;
  return new Blob(parts, { type: type.split(';')[0] });
}

/**
 * @param {Seen} seen
 * @returns {Promise<Blob>} a GIF that begins again and again
 */
export async function animation(seen) {
  const { width_px, height_px } = seen.stage.camera;
  const copy = new OffscreenStage(seen, Math.min(1, GIF_SIDE / Math.max(width_px, height_px)));
  const { width, height } = copy.canvas;
  const bytes = (t) => {
    copy.draw(t);
    return copy.context.getImageData(0, 0, width, height).data;
  };
  const palette = quantize(sparse([bytes(0), bytes(0.5), bytes(1)]), GIF_COLOURS);
  const gif = GIFEncoder();
  for (let k = 0; k < GIF_FRAMES; k++) {
    // Between two frames the page lives.
    await pause(0);
    const last = k === GIF_FRAMES - 1;
    const delay = last ? REST_MS : FLOW_MS / GIF_FRAMES;
    gif.writeFrame(applyPalette(bytes(k / (GIF_FRAMES - 1)), palette), width, height, {
      palette: k ? undefined : palette,
      delay,
    });
  }
  gif.finish();
  return new Blob([gif.bytes()], { type: 'image/gif' });
}

/** Some pixels of each picture: the rare colours of points must be among them, so every one has the same chance. */
function sparse(pictures) {
  const pixels = pictures.map((bytes) => new Uint32Array(bytes.buffer));
  const all = pixels.reduce((sum, { length }) => sum + length, 0);
  const step = Math.max(1, Math.floor(all / LOOKED_AT));
  const some = new Uint32Array(pixels.reduce((sum, { length }) => sum + Math.ceil(length / step), 0));
  let filled = 0;
  for (const picture of pixels) for (let i = 0; i < picture.length; i += step) some[filled++] = picture[i];
  return new Uint8ClampedArray(some.buffer);
}
