// The table of options, which the inputs and the link are read by.

/** @import { Spec } from '../lab/types.js' */

import { loadJson } from '../dom/load-text.js';
import { Lab } from '../lab.js';

/**
 * Out of a file, which the page asks for at once; else out of the program itself.
 * @param {(sentence: string) => void} say hears why the file was not taken
 * @returns {Promise<Spec[]>}
 */
export async function loadOptionsTable(say) {
  try {
    return (await loadJson('options.json')).options;
  } catch (error) {
    const { options } = await Lab.table();
    say(`${error.message} The table of options came out of the program instead.`);
    return options;
  }
}
