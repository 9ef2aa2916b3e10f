// The story's runs: its own, so that the reader's run above stays as it is.

import { Lab } from '../lab.js';

/** @import { Data, OptionsGiven } from '../lab/types.js' */

/** @typedef {{ lab: Lab, key: string }} Slot a lab, and what it was made of */

export class Labs {
  /**
   * By name; promises, because two chapters may ask at once.
   * @type {Map<string, Promise<Slot>>}
   */
  #labs = new Map();

  /**
   * A lab with these options; it goes on where it was if it is the same run, else it starts anew.
   * @param {string} slot
   * @param {OptionsGiven} options
   * @param {Data} [data]
   */
  async with(slot, options, data) {
    const key = JSON.stringify([options, data]);
    const known = this.#labs.get(slot);
    const next = known ? this.#again(known, key, options, data) : this.#first(key, options, data);
    this.#labs.set(slot, next);
    next.catch(() => this.#labs.get(slot) === next && this.#labs.delete(slot));
    return (await next).lab;
  }

  async #first(key, options, data) {
    return { lab: await Lab.create({ device: 'cpu', ...options }, { data }), key };
  }

  /** @param {Promise<Slot>} known */
  async #again(known, key, options, data) {
    const { lab, key: before } = await known;
    // A worker that has ended took the run with it.
    if (before !== key || lab.lost) await lab.restart({ device: 'cpu', ...options }, { data });
    return { lab, key };
  }

  /** The slot's run was turned into another one: the next chapter must not take it for what it was. */
  forget(slot) {
    const known = this.#labs.get(slot);
    if (known)
      this.#labs.set(
        slot,
        known.then(({ lab }) => ({ lab, key: '' })),
      );
  }
}
