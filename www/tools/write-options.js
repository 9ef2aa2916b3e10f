// Prints the table of options out of the small wasm module: `node www/tools/write-options.js MODULE.mjs FILE.wasm`.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [script, wasm] = process.argv.slice(2);
const module = await import(pathToFileURL(script).href);
module.initSync({ module: readFileSync(wasm) });
process.stdout.write(module.optionsJson());
