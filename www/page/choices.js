// What the reader chose, and what it makes of the run: sampling options at once, all others by training again. Changes
// are made one after the other, each on what the last one left.

import { correction } from '../dom/notes.js';
import { SAMPLING_OPTIONS } from '../lab.js';
import { dataOf, holds, joined, split } from '../points/in-link.js';
import { writeHash } from './hash.js';

export class Choices {
  /** `[name, text]` of every option that the link holds. */
  given = [];
  /** The reader's own points, as far as a link can hold them: a text for each end, or ''. */
  kept = { source: '', target: '' };
  #turns = Promise.resolve(); // ends with the last change that was asked for

  /**
   * @param {Run} run
   * @param {Notes} notes
   * @param {{ shown: () => void, needsPoints: (end: string) => void }} page options changed; one
   *   end was asked for points
   */
  constructor(run, notes, page) {
    Object.assign(this, { run, notes, page });
  }

  /** The run has begun: its options are the choices now, unless it was made in another way. */
  keep(given) {
    this.given = given;
    writeHash(joined(given, this.kept));
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
   */
  async attempt(work) {
    const done = this.#turns.then(work);
    this.#turns = done.catch(() => {});
    try {
      await done;
    } catch (error) {
      this.notes.add(error.message);
    }
  }

  /** One option was changed by the reader. */
  change(name, text) {
    // The network that learns points in the plane would make noise of digits.
    if (name === 'target' && text === 'digits') [name, text] = ['preset', 'digits'];
    return this.attempt(async () => {
      const { lab } = this.run;
      if (['source', 'target'].includes(name) && text === 'points' && !lab.given[name])
        return this.page.needsPoints(name);
      const checked = await lab.check([...this.#but(name), [name, text]]);
      this.notes.clear();
      checked.notes.forEach((note) => this.notes.add(correction(note)));
      await this.#adopt(checked, name);
    });
  }

  // What was chosen for all other options.
  #but(name) {
    // A preset is a fresh start: what was chosen for another one would hide it.
    if (name === 'preset') return [];
    // The dimension of points and of digits goes with them, and so do classes, and the preset that they came with.
    const gone = { points: [name, 'dim'], digits: [name, 'preset', 'dim', 'classes', 'label', 'guidance'] }[
      this.run.lab.options[name]
    ] ?? [name];
    return this.given.filter(([known]) => !gone.includes(known));
  }

  async #adopt({ options, changed }, name) {
    const { lab } = this.run;
    // Reflow is not among the choices of the link, and stays until another coupling is chosen.
    const { coupling } = lab.options;
    const kept = coupling === 'reflow' && name !== 'coupling' ? { ...options, coupling } : options;
    const differs = Object.keys(kept).filter((key) => kept[key] !== lab.options[key]);
    if (!differs.every((key) => SAMPLING_OPTIONS.includes(key))) return this.restart(changed);
    lab.options = kept;
    this.keep(changed);
    this.page.shown();
    await this.run.refresh();
  }

  /**
   * The reader brought points for one end, which the link keeps as `kept`; rejects when they cannot be
   * used, and the run goes on.
   */
  bring(end, data, kept = '') {
    const done = this.#turns.then(async () => {
      const pairs = [...this.#but(end).filter(([name]) => name !== 'dim'), [end, 'points']];
      await this.run.lab.restart(pairs, { [end]: data });
      this.kept = { ...this.kept, [end]: kept };
      this.notes.clear();
      await this.run.begin({ atOnce: true });
      this.run.play(true);
    });
    this.#turns = done.catch(() => {});
    return done;
  }

  /** One end becomes letters. */
  write(end, text) {
    const pairs = [
      ...this.#but(end).filter(([name]) => !['text', 'dim'].includes(name)),
      [end, 'text'],
      ['text', text],
    ];
    const done = this.#turns.then(async () => {
      this.notes.clear();
      await this.run.restart(pairs);
    });
    this.#turns = done.catch(() => {});
    return done;
  }

  restart(pairs = this.given) {
    return this.run.restart(pairs);
  }

  /** Takes over another link. */
  async follow(link) {
    const { pairs, kept, data } = readLink(link, this.notes);
    this.kept = kept;
    await this.run.restart(pairs, data);
  }
}

/** What a link holds: `{ pairs, kept, data }`; points that cannot be read are left out, with a note. */
export function readLink(link, notes) {
  const { pairs, kept } = split(link);
  const data = {};
  for (const end of ['source', 'target']) {
    try {
      data[end] = dataOf(kept[end]);
    } catch (error) {
      kept[end] = '';
      notes.add(`${end}: ${error.message}.`);
    }
  }
  return { pairs, kept, data };
}
