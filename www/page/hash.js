// The state in the link: `#target=moons&seed=7`. Only what differs from the defaults is written. What is read may have
// been through a chat, a mail program or hands: it opens as what it was, or a short sentence says what was left out.

/** @import { Pair, Spec } from '../lab/types.js' */

import { KEYS } from '../points/in-link.js';

const SHOWN = 24; // letters of a name or a value that a sentence repeats
const NAMED_MAX = 2; // unknown options that the sentence names

const clipped = (text) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
/** Names that are one but for their spelling: learningRate, learning-rate, LearningRate. */
const folded = (name) => name.toLowerCase().replace(/[-_\s]/g, '');

/**
 * @param {{ hash: string, search: string }} address
 * @param {Spec[]} specs the table of options
 * @returns {{ pairs: Pair[], sentences: string[] }} options and given points, each once; and what a reader
 *   must be told of the rest
 */
export function readLink({ hash, search }, specs) {
  /** @type {[Map<string, string>, string[], Map<string, string>]} */
  const [known, unknown, doubled] = [new Map(), [], new Map()];
  const names = [...specs.map(({ name }) => name), ...Object.values(KEYS)];
  const nameOf = (text) => names.find((name) => folded(name) === folded(text));
  const asked = pairsIn(search.replace(/^\?/, ''));
  for (const [text, value] of pairsIn(hash.replace(/^#?[/!?&]*/, ''))) {
    const name = nameOf(text);
    if (!name) unknown.push(value ? `${clipped(text)} = ${clipped(value)}` : clipped(text));
    else {
      const read = valueOf(value, specs.find((spec) => spec.name === name) ?? {});
      if (known.has(name) && known.get(name) !== read) doubled.set(name, read);
      known.set(name, read);
    }
  }
  // The query is read for those who typed it so; other programs put names of their own there.
  for (const [text, value] of asked) {
    const name = nameOf(text);
    if (name && !known.has(name)) known.set(name, valueOf(value, specs.find((spec) => spec.name === name) ?? {}));
  }
  const sentences = [...doubled].map(([name, value]) => `${name} stands twice in the link: ${clipped(value)} is used.`);
  if (unknown.length) sentences.push(unknownSentence(unknown));
  return { pairs: [...known], sentences };
}

function unknownSentence(unknown) {
  const more = unknown.length - NAMED_MAX;
  const named = unknown.slice(0, NAMED_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return unknown.length === 1
    ? `${named}: there is no such option. It was left out.`
    : `${named}: there are no such options. They were left out.`;
}

/** `name=text` in a query, also where `&` and `=` were written in another way. */
function pairsIn(query) {
  let text = query.replace(/&(amp|#38|#x26);/gi, '&');
  // Encoded whole, once or twice.
  for (let turn = 0; turn < 2 && !text.includes('=') && /%(25)*3d/i.test(text); turn++) text = decoded(text);
  return text
    .split('&')
    .flatMap((part) => (!part.includes('=') && /%3d/i.test(part) ? decoded(part).split('&') : [part]))
    .flatMap((part) => [...new URLSearchParams(part)]);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%3d/gi, '=').replace(/%26/g, '&');
  }
}

/**
 * Letters stay as they are; in a choice or a number, what a sentence around the link has left at its end goes.
 * @param {string} text
 * @param {Partial<Spec>} spec
 */
function valueOf(text, { type, choices = [] }) {
  const bare = text.trim().replace(/[.,;:!?)\]}>'"’”»]+$/, '');
  if (type === 'choice') return choices.some(({ name }) => name === bare.toLowerCase()) ? bare.toLowerCase() : text;
  if (type === 'integer' || type === 'number') return bare !== '' && Number.isFinite(Number(bare)) ? bare : text;
  return text;
}

/**
 * The page's address. A link that is followed while the page still begins waits until somebody listens, and is not
 * written over.
 */
export class Address {
  /** Whether there is a link that nobody has read yet. */
  waiting = false;
  /** @type {Spec[]} */
  #specs = [];
  /** @type {(() => void) | null} */
  #listener = null;

  /** @param {AbortSignal} [signal] */
  constructor(signal) {
    const changed = () => {
      this.waiting = true;
      this.#listener?.();
    };
    window.addEventListener('hashchange', changed, { signal });
  }

  /**
   * Reads the link that is there now: see `readLink`.
   * @param {Spec[]} specs
   */
  read(specs) {
    this.#specs = specs;
    this.waiting = false;
    return readLink(location, specs);
  }

  /**
   * `listener` hears of every other link, at once of one that has come before.
   * @param {() => void} listener
   */
  listen(listener) {
    this.#listener = listener;
    if (this.waiting) listener();
  }

  /** @param {Pair[]} pairs */
  write(pairs) {
    if (this.waiting) return;
    const hash = new URLSearchParams(pairs).toString();
    const search = withoutOptions(location.search, this.#specs);
    const rest = search === location.search && hash ? '' : location.pathname + search;
    history.replaceState(null, '', rest + (hash && `#${hash}`));
  }
}

/** Options in the query would come back when the hash no longer names them. */
function withoutOptions(search, specs) {
  const names = new Set([...specs.map(({ name }) => name), ...Object.values(KEYS)].map(folded));
  const all = [...new URLSearchParams(search)];
  const others = all.filter(([name]) => !names.has(folded(name)));
  if (others.length === all.length) return search;
  return others.length ? `?${new URLSearchParams(others)}` : '';
}
