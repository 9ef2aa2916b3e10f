// What a link keeps of the reader's own points: a drawing as its strokes, numbers as they were
// read, while they are few.

import { decode, pointsOf } from './strokes.js';

const LETTERS_MAX = 2000; // in all; longer addresses are cut by some programs
const READ_MAX = 4 * LETTERS_MAX; // for one end: such a drawing takes its points within a frame or two

export const KEYS = { source: 'sourceData', target: 'targetData' };
const DRAWN = 'd.';
const ROWS = 'r.'; // cells apart by *, rows by _: an address need not write these in another way

/** For a drawing's letters. */
export const ofDrawing = (letters) => (letters ? DRAWN + letters : '');

/**
 * For the numbers of a table, as they were read from it; '' when they are too many for a link.
 * @param {{ values: ArrayLike<number>, dim: number }} table
 */
export function ofRows({ values, dim }) {
  let text = ROWS;
  for (let k = 0; k < values.length && text.length <= LETTERS_MAX; k++) {
    const apart = k === 0 ? '' : k % dim ? '*' : '_';
    text += apart + String(values[k]).replace('e+', 'e');
  }
  return text.length <= LETTERS_MAX ? text : '';
}

/**
 * Splits what a link holds: `{ pairs, kept: { source, target } }`, pairs being the options, kept
 * the texts for both ends.
 */
export function split(link) {
  const names = Object.values(KEYS);
  const found = Object.fromEntries(link.filter(([name]) => names.includes(name)));
  const pairs = link.filter(([name]) => !names.includes(name));
  return { pairs, kept: { source: found[KEYS.source] ?? '', target: found[KEYS.target] ?? '' } };
}

/** The reverse: what the link of a run with these choices shall hold. */
export function joined(pairs, kept) {
  const chosen = Object.fromEntries(pairs);
  const ends = Object.keys(KEYS).filter((end) => chosen[end] === 'points' && kept[end]);
  const letters = ends.reduce((sum, end) => sum + kept[end].length, 0);
  return letters <= LETTERS_MAX ? [...pairs, ...ends.map((end) => [KEYS[end], kept[end]])] : pairs;
}

/** Whether the link of a run with these choices holds all its points. */
export function holds(pairs, kept) {
  const wanted = pairs.filter(([name, value]) => KEYS[name] && value === 'points').length;
  return joined(pairs, kept).length - pairs.length === wanted;
}

/** The strokes' letters of a kept drawing, '' for anything else. */
export const lettersOf = (text) => (text?.startsWith(DRAWN) ? text.slice(DRAWN.length) : '');

/** What `Lab.create` takes. @throws {Error} a sentence, when the text is not whole */
export function dataOf(text) {
  if (!text) return undefined;
  if (text.length > READ_MAX)
    throw new Error(
      `the points in the link are written in ${text.length} letters, at most ${READ_MAX} are read: open them as a file`,
    );
  if (text.startsWith(DRAWN)) return { values: pointsOf(decode(lettersOf(text))), dim: 2, inPlace: true };
  const rows = text.startsWith(ROWS) ? text.slice(ROWS.length).split('_') : [];
  const cells = rows.map((row) => row.split('*'));
  // As numbers and not as a table, whose first row might be taken for names.
  const isNumber = (cell) => cell !== '' && Number.isFinite(Number(cell));
  if (cells.length && cells.every((row) => row.length === cells[0].length && row.every(isNumber)))
    return { values: Float64Array.from(cells.flat(), Number), dim: cells[0].length };
  throw new Error('the points in the link cannot be read: copy the link again');
}
