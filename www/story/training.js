// Trains a chapter's network before the reader's eyes.

/** @import { Lab } from '../lab.js' */
/** @import { Stage } from '../stage/stage.js' */

import { firstTwo } from '../draw/plane.js';
import { Losses, recent } from '../run/losses.js';
import { SceneData } from '../run/scene-data.js';

export { recent };

const CHUNK_MS = 60;
const REFRESH_MS = 450;
const PREVIEW_STEPS = 30; // solver steps while training
const REST_MAX_MS = 1500; // between two pictures, however long they take
const SHARE_MAX = 0.4; // of the time, for pictures

/**
 * Shows the model as it is now.
 * @param {Lab} lab
 * @param {Stage} stage
 * @param {{ steps?: number, signal: AbortSignal }} how `steps` of the solver
 */
export function show(lab, stage, { steps = 50, signal }) {
  return picture(new SceneData(lab, whileOpen(stage, signal)), { steps, signal });
}

/**
 * @param {SceneData} pictures
 * @param {{ steps?: number, signal: AbortSignal }} how
 */
async function picture(pictures, { steps = 50, signal }) {
  pictures.begin(null, steps);
  while (pictures.pending) {
    await pictures.work(1);
    signal.throwIfAborted();
  }
}

/**
 * The stage, deaf once the chapter has ended: what was asked for before must not appear in the next one.
 * @param {Stage} stage
 * @param {AbortSignal} signal
 */
function whileOpen(stage, signal) {
  return new Proxy(stage, {
    get: (of, name) =>
      typeof of[name] === 'function' ? (...given) => (signal.aborted ? undefined : of[name](...given)) : of[name],
    set(of, name, value) {
      if (!signal.aborted) of[name] = value;
      return true;
    },
  });
}

/**
 * The target's points, and the source's where that layer is on.
 * @param {Lab} lab
 * @param {Stage} stage
 * @param {AbortSignal} signal
 */
export async function showEnds(lab, stage, signal) {
  const target = firstTwo(await lab.reference('target', 1200), lab.options.dim);
  signal.throwIfAborted();
  stage.target = target;
  const source = stage.layers.source && firstTwo(await lab.reference('source', 1200), lab.options.dim);
  signal.throwIfAborted();
  if (source) stage.source = source;
  stage.touch();
}

/**
 * Trains to step `until`, if it is not there yet, and shows it on the way.
 * @param {Lab} lab
 * @param {number} until
 * @param {{ stage?: Stage, signal: AbortSignal, onProgress?: (progress: { step: number, losses: Float32Array }) =>
 *   void | Promise<void>, paused?: () => boolean, stale?: () => boolean, limit?: () => number }} how it ends early when
 *   it is `stale`, the lab having been given another run; it waits at `limit`, for another network. What `onProgress`
 *   promises is waited for
 */
export async function train(
  lab,
  until,
  { stage, signal, onProgress = () => {}, paused = () => false, stale = () => false, limit = () => Infinity },
) {
  const known = new Losses();
  // One: each would draw points of its own.
  const pictures = stage && new SceneData(lab, whileOpen(stage, signal));
  let losses = await known.of(lab);
  let step = losses.length;
  signal.throwIfAborted();
  await onProgress({ step, losses });
  if (pictures && step === 0) await picture(pictures, { steps: 10, signal });
  let [chunk, nextPicture] = [1, 0];
  while (step < until) {
    signal.throwIfAborted();
    if (stale()) return;
    const room = Math.min(until, limit()) - step;
    if (paused() || room <= 0) {
      await new Promise((done) => setTimeout(done, 60));
      continue;
    }
    const progress = await lab.train(Math.min(chunk, room));
    signal.throwIfAborted();
    if (stale()) return;
    step = progress.step;
    if (progress.loss !== null && !Number.isFinite(progress.loss))
      throw new Error(`Training diverged at step ${step}.`);
    chunk = Math.max(1, Math.min(400, Math.round((CHUNK_MS * progress.stepsPerSecond) / 1000)));
    if (performance.now() < nextPicture && step < until) {
      await onProgress({ step, losses });
      signal.throwIfAborted();
      continue;
    }
    losses = await known.of(lab);
    signal.throwIfAborted();
    await onProgress({ step, losses });
    signal.throwIfAborted();
    if (!pictures || step >= until) continue;
    const start = performance.now();
    await picture(pictures, { steps: PREVIEW_STEPS, signal });
    const took = performance.now() - start;
    nextPicture = performance.now() + Math.min(REST_MAX_MS, Math.max(REFRESH_MS, took * (1 / SHARE_MAX - 1)));
  }
  if (pictures) await picture(pictures, { signal });
  signal.throwIfAborted();
  await onProgress({ step, losses });
}
