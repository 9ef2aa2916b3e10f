// Everything that the reader can take away, by the name of its button.

/** @import { Run } from '../run/run.js' */
/** @import { Seen } from './stills.js' */

import { later } from '../dom/later.js';
import { drawing, picture } from './stills.js';
import { points, record } from './tables.js';

const PRINT = 2; // pixels of a picture for each CSS pixel, or the screen's own where those are more

/**
 * @param {string} kind the button's value
 * @param {Run} run
 * @param {Seen} seen
 * @param {'data' | 'model'} units of the points in the table
 * @returns {Promise<{ blob: Blob, ending: string }>}
 */
export async function exported(kind, run, seen, units) {
  const { lab } = run;
  const past = run.past === null ? null : (run.snapshots.near(run.past) ?? null);
  const step = past?.step ?? run.step;
  const dense = Math.max(PRINT, window.devicePixelRatio || 1);
  const { source, target } = lab.options;
  const { stage } = seen;
  const words = {
    title: `Flow Lab: ${source} to ${target}, step ${step}, t = ${stage.t.toFixed(2)}`,
    text: location.href,
  };
  switch (kind) {
    case 'png':
      return { blob: await picture(seen, dense), ending: 'png' };
    case 'svg':
      return { blob: drawing(seen, words), ending: 'svg' };
    case 'csv':
      return { blob: await points(lab, past, units), ending: 'csv' };
    case 'json':
      return { blob: await record(lab, location.href, past), ending: 'json' };
    case 'gif':
      return { blob: await (await later(() => import('./films.js'))).animation(seen), ending: 'gif' };
    default: {
      const blob = await (await later(() => import('./films.js'))).film(seen, 1);
      return { blob, ending: blob.type === 'video/mp4' ? 'mp4' : 'webm' };
    }
  }
}
