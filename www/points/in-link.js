// What a link keeps of the reader's own points: a drawing as its strokes, numbers as they were
// typed, while they are few.

import { decode, pointsOf } from './strokes.js';

const LETTERS_MAX = 2000; // in all; longer addresses are cut by some programs
const READ_MAX = 4 * LETTERS_MAX; // for one end: such a drawing takes its points within a frame or two

export const KEYS = { source: 'sourceData', target: 'targetData' };
const DRAWN = 'd.';
const ROWS = 'r.'; // cells apart by *, rows by _: an address need not write these in another way

/** For a drawing's letters. */
export const ofDrawing = (letters) => (letters ? DRAWN + letters : '');

/** For CSV text; '' when it is too long, or holds more than numbers and a first row of names. */
export function ofRows(csv) {
  const rows = csv
    .split(/\r?\n/)
    .map((row) =>
      row
        .trim()
        .split(/[,;\t ]+/)
        .join('*'),
    )
    .filter(Boolean);
  const isNumbers = (row) => /^[\d.eE+*-]+$/.test(row);
  const numbers = isNumbers(rows[0] ?? '') ? rows : rows.slice(1);
  const text = ROWS + numbers.join('_');
  return text.length <= LETTERS_MAX && numbers.every(isNumbers) ? text : '';
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
  if (text.startsWith(ROWS)) return text.slice(ROWS.length).replaceAll('*', ',').replaceAll('_', '\n');
  throw new Error('the points in the link cannot be read: copy the link again');
}
