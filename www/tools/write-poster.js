// Writes the page with its poster: real points of a short run of the small wasm module, seen before any script has run;
// and with the names of the files that page.js consists of, so that the browser asks for all of them at once.
//   node www/tools/write-poster.js MODULE.mjs FILE.wasm index.html page.js

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const STEPS = 400;
const COUNT = 320;
const T = 0.85; // the points are on their way
const TAIL = 4; // of the solver's steps

const [script, wasm, page, entry] = process.argv.slice(2);
const module = await import(pathToFileURL(script).href);
module.initSync({ module: readFileSync(wasm) });
const options = { device: 'cpu', target: 'moons', count: COUNT, solverSteps: 20 };
const run = await module.FlowLab.create(
  JSON.stringify(Object.entries(options).map(([name, value]) => [name, String(value)])),
  'The poster is made on the CPU.',
);
run.train(STEPS);
const { positions } = await run.sample('[]');
const target = run.reference('target', COUNT);

const number = (x) => String(Math.round(100 * x) / 100).replace(/^(-?)0\./, '$1.');
const at = (k, i) => [positions[2 * (k * COUNT + i)], -positions[2 * (k * COUNT + i) + 1]];
const now = Math.round(T * options.solverSteps);
const points = Array.from({ length: COUNT }, (_, i) => i);
/** @param {number[]} place */
const dot = ([x, y]) => `M${number(x)} ${number(y)}h0`;
const tail = (i) =>
  `M${at(now - TAIL, i)
    .map(number)
    .join(' ')}L${at(now, i).map(number).join(' ')}`;
const path = (role, width, cap, d, extra = '') =>
  `<path d="${d}" stroke="var(--${role})" stroke-width="${width}" stroke-linecap="${cap}"${extra}/>`;
const svg = [
  '<svg id="poster" viewBox="-4 -4 8 8" fill="none" aria-hidden="true">',
  path(
    'target',
    0.035,
    'square',
    points.map((i) => dot([target[2 * i], -target[2 * i + 1]])).join(''),
    ' opacity=".45"',
  ),
  path(
    'generated',
    0.02,
    'butt',
    points
      .filter((i) => i % 2 === 0)
      .map(tail)
      .join(''),
    ' opacity=".35"',
  ),
  path('generated', 0.045, 'round', points.map((i) => dot(at(now, i))).join('')),
  '</svg>',
].join('');
const preload = (path) => `<link rel="modulepreload" href="${basename(path)}" />`;
const parts = partsOf(entry).map(preload).join('');
process.stdout.write(readFileSync(page, 'utf8').replace('<!--poster-->', svg).replace(preload(entry), parts));

/** A built script, and all that it imports before it runs, directly or not. */
function partsOf(path, known = [path]) {
  for (const [, name] of readFileSync(path, 'utf8').matchAll(/(?:import|from)"\.\/([\w-]+\.js)"/g)) {
    const next = join(dirname(path), name);
    if (known.includes(next)) continue;
    known.push(next);
    partsOf(next, known);
  }
  return known;
}
