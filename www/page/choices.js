// What the reader chose, and what it makes of the run: sampling options at once, all others by training again. Changes
// are made one after the other, each on what the last one left.

/** @import { Checked, Data, End, Given, OptionsGiven, Pair, Spec } from '../lab/types.js' */
/** @import { Notes } from '../dom/notes.js' */
/** @import { Run } from '../run/run.js' */
/** @import { Address } from './hash.js' */

import { correction } from '../dom/notes.js';
import { SAMPLING_OPTIONS } from '../lab.js';
import { dataOf, holds, joined, split } from '../points/in-link.js';

/** @type {End[]} */
const ENDS = ['source', 'target'];
const WAITING_MS = 400; // a choice that takes longer to be taken says that it waits

export class Choices {
  /**
   * Every option that the link holds.
   * @type {Pair[]}
   */
  given = [];
  /** The reader's own points, as far as a link can hold them: a text for each end, or ''. */
  kept = { source: '', target: '' };
  /**
   * The last change asked for; each waits for the one before.
   * @type {Promise<unknown>}
   */
  #queue = Promise.resolve();
  #waiting = 0; // changes that were asked for and not made yet

  /**
   * @param {Run} run
   * @param {Notes} notes
   * @param {Address} address
   * @param {{ shown: () => void, needsPoints: (end: End) => unknown, waiting?: (on: boolean) => void }} page options
   *   changed; one end was asked for points; what was asked for waits, or no longer
   */
  constructor(run, notes, address, page) {
    this.run = run;
    this.notes = notes;
    this.address = address;
    this.page = page;
  }

  /**
   * The run has begun: its options are the choices now, unless it was made in another way.
   * @param {Pair[]} given
   */
  keep(given) {
    this.given = given;
    this.address.write(joined(given, this.kept));
  }

  /** The link does not know the points of this run. */
  forgetPoints() {
    this.kept = { source: '', target: '' };
    this.keep(this.given);
  }

  /** Whether the link holds the whole run. */
  get linkIsWhole() {
    return holds(this.given, this.kept);
  }

  /**
   * Does what the reader asked for when the changes before have been made; a failure becomes a
   * note, and nothing is lost.
   * @param {() => unknown} work
   */
  async attempt(work) {
    try {
      await this.#turn(work);
    } catch (error) {
      // What belongs to a run that was replaced meanwhile needs no word.
      if (error.code !== 'stopped') this.notes.add(error.message);
    }
  }

  /**
   * Each in its turn; the worker may be held up by a long step before it hears of one.
   * @param {() => unknown} work
   */
  async #turn(work) {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    this.#waiting++;
    const late = setTimeout(() => this.page.waiting?.(true), WAITING_MS);
    try {
      return await done;
    } finally {
      clearTimeout(late);
      if (--this.#waiting === 0) this.page.waiting?.(false);
    }
  }

  /**
   * One option was changed by the reader.
   * @param {string} name
   * @param {string} text
   */
  change(name, text) {
    // The network that learns points in the plane would make noise of digits.
    if (name === 'target' && text === 'digits') [name, text] = ['preset', 'digits'];
    return this.attempt(async () => {
      const { lab } = this.run;
      if ((name === 'source' || name === 'target') && text === 'points' && !lab.given[name])
        return this.page.needsPoints(name);
      const checked = await lab.check([...this.#but(name), [name, text]]);
      this.notes.clear();
      checked.notes.forEach((note) => this.notes.add(correction(note)));
      await this.#adopt(checked, name);
    });
  }

  /**
   * What was chosen for all other options.
   * @param {string} name
   */
  #but(name) {
    // A preset is a fresh start: what was chosen for another one would hide it. Seed and device are of no run.
    if (name === 'preset') return this.given.filter(([known]) => ['seed', 'device'].includes(known));
    // The dimension of points and of digits goes with them, and so do classes, and the preset that they came with.
    const gone = { points: [name, 'dim'], digits: [name, 'preset', 'dim', 'classes', 'label', 'guidance'] }[
      this.run.lab.options[name]
    ] ?? [name];
    return this.given.filter(([known]) => !gone.includes(known));
  }

  /**
   * @param {Checked} checked
   * @param {string} name
   */
  async #adopt({ options, changed }, name) {
    const { lab } = this.run;
    // Reflow is not among the choices of the link, and stays until another coupling is chosen.
    const { coupling } = lab.options;
    const wanted = coupling === 'reflow' && name !== 'coupling' ? { ...options, coupling } : options;
    const differs = Object.entries(wanted).filter(([key, value]) => value !== lab.options[key]);
    const isSampling = (key) => SAMPLING_OPTIONS.some((known) => known === key);
    if (!differs.every(([key]) => isSampling(key))) return this.restart(changed);
    await lab.use(Object.fromEntries(differs));
    this.keep(changed);
    this.page.shown();
    await this.run.refresh();
  }

  /**
   * The reader brought points for one end, which the link keeps as `kept`; rejects when they cannot be
   * used, and the run goes on.
   * @param {End} end
   * @param {Given} data
   * @param {string} [kept]
   */
  bring(end, data, kept = '') {
    return this.#turn(async () => {
      /** @type {Pair[]} */
      const pairs = [...this.#but(end).filter(([name]) => name !== 'dim'), [end, 'points']];
      await this.run.restart(pairs, { [end]: data }, () => {
        this.kept = { ...this.kept, [end]: kept };
        this.notes.clear();
      });
    });
  }

  /**
   * One end becomes letters.
   * @param {End} end
   * @param {string} text
   */
  write(end, text) {
    /** @type {Pair[]} */
    const pairs = [
      ...this.#but(end).filter(([name]) => !['text', 'dim'].includes(name)),
      [end, 'text'],
      ['text', text],
    ];
    return this.#turn(async () => {
      this.notes.clear();
      await this.run.restart(pairs);
    });
  }

  /** @param {OptionsGiven} [pairs] */
  restart(pairs = this.given) {
    return this.run.restart(pairs);
  }

  /**
   * Takes over the link that the address holds now, or says why it cannot be.
   * @param {Spec[]} specs
   */
  async follow(specs) {
    this.notes.clear();
    const { pairs, kept, data } = givenIn(this.address.read(specs), this.notes);
    // Points of the run before are not meant by a link that has none.
    data.source ??= null;
    data.target ??= null;
    try {
      await this.run.restart(pairs, data, () => (this.kept = kept));
    } catch (error) {
      this.keep(this.given); // the run that goes on
      throw error;
    }
  }
}

/**
 * What a link holds: `{ pairs, kept, data }`; what is left out of it, points that cannot be read among them, is noted.
 * @param {{ pairs: Pair[], sentences: string[] }} link see `readLink`
 * @param {Notes} notes
 */
export function givenIn(link, notes) {
  link.sentences.forEach((sentence) => notes.add(sentence));
  const { pairs, kept } = split(link.pairs);
  /** @type {Data} */
  const data = {};
  for (const end of ENDS) {
    try {
      data[end] = dataOf(kept[end]);
    } catch (error) {
      kept[end] = '';
      notes.add(`${end}: ${error.message}.`);
    }
  }
  return { pairs, kept, data };
}
