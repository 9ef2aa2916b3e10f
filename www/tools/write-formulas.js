// Prints the chapters' formulas as JSON, TeX ↦ MathML: `node www/tools/write-formulas.js`. The
// page has no maths library.

import temml from 'temml';
import { chapters } from '../chapters/index.js';
import { formulasOf } from '../story/formulas.js';

const formulas = {};
for (const chapter of chapters) {
  for (const [tex, displayMode] of formulasOf(chapter)) {
    formulas[tex] = temml.renderToString(tex, { displayMode, throwOnError: true });
  }
}
process.stdout.write(JSON.stringify(formulas));
