// The table of all options: a file, which the page asks for at once; where that cannot be had, out of the program itself.

import { loadJson } from '../dom/load-text.js';
import { Lab } from '../lab.js';

/** @param {(sentence: string) => void} say hears where it came from, if not from its file */
export async function optionsTable(say) {
  try {
    return (await loadJson('options.json')).options;
  } catch (error) {
    const { options } = await Lab.table();
    say(`${error.message} The table of options came out of the program instead.`);
    return options;
  }
}
