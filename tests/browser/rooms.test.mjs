// What the files of the page may know of one another.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const www = fileURLToPath(new URL('../../www', import.meta.url));
/** Rooms by floor: none knows one of a higher floor. What only Node runs, tools/, stands beside them. */
const FLOORS = [
  ['words', 'dom', 'brush', 'chart', 'lab', 'lab.js'],
  ['draw', 'worker.js'],
  ['stage', 'run'],
  ['view'],
  ['story', 'exports', 'points'],
  ['chapters'],
  ['page'],
];

const textOf = (path) => readFileSync(join(www, path), 'utf8');
const files = readdirSync(www, { recursive: true })
  .filter((path) => path.endsWith('.js') && !path.startsWith('node_modules'))
  .sort();
const imports = new Map(files.map((path) => [path, importsOf(path)]));
const roomOf = (path) => path.split('/')[0];
const floorOf = (path) => FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));

/** The files that a file imports, at once or later, by their paths in www/. */
function importsOf(path) {
  // Types alone, in comments, make no circle that a browser meets.
  const text = textOf(path).replace(/^\/\*\* @import .*$/gm, '');
  const found = [...text.matchAll(/(?:\bfrom |^import |\bimport\()'(\.[^']+)'/gm)].map(([, name]) => name);
  return found.map((name) => relative(www, resolve(www, dirname(path), name)));
}

test('every import is there', () => {
  for (const [path, others] of imports) {
    for (const other of others) assert.ok(existsSync(join(www, other)), `${path} imports ${other}`);
  }
});

test('no file imports itself, however far round', () => {
  const done = new Set();
  const visit = (path, way) => {
    assert.ok(!way.includes(path), [...way, path].join(' → '));
    if (done.has(path)) return;
    for (const other of imports.get(path)) visit(other, [...way, path]);
    done.add(path);
  };
  for (const path of files) visit(path, []);
});

test('no room knows one that stands on it', () => {
  for (const [path, others] of imports) {
    if (roomOf(path) === 'tools') continue;
    assert.ok(floorOf(path) >= 0, `${path} is in no room`);
    for (const other of others) assert.ok(floorOf(other) >= 0 && floorOf(other) <= floorOf(path), `${path} → ${other}`);
  }
});

test('lab/ knows nothing outside itself, and the stage no lab', () => {
  for (const [path, others] of imports) {
    const known = others.map(roomOf);
    if (roomOf(path) === 'lab')
      assert.ok(
        known.every((room) => room === 'lab'),
        `${path}: ${known}`,
      );
    if (roomOf(path) === 'stage') assert.ok(!known.some((room) => room.startsWith('lab')), `${path}: ${known}`);
  }
});

/** The calls of a method in a text, from its name to the bracket that closes them. */
function callsOf(text, method) {
  return [...text.matchAll(new RegExp(`[\\w.$?#()'"\\[\\] ]*\\.${method}\\(`, 'g'))].map(({ 0: start, index }) => {
    let depth = 1;
    let end = index + start.length;
    for (; depth && end < text.length; end++) depth += { '(': 1, ')': -1 }[text[end]] ?? 0;
    return text.slice(index, end).trim();
  });
}

test('every listener on an element or a window ends with a signal, or after one event', () => {
  const without = files
    .filter((path) => !['tools', 'lab', 'lab.js', 'worker.js'].includes(roomOf(path)))
    .flatMap((path) => callsOf(textOf(path), 'addEventListener').map((call) => [path, call]))
    .filter(([, call]) => !/signal\b|once: true/.test(call));
  assert.deepEqual(without, []);
});

test('every observer is disconnected by its file', () => {
  for (const path of files) {
    const text = textOf(path);
    const made = text.match(/new (Resize|Intersection|Mutation)Observer/g)?.length ?? 0;
    const ended = text.match(/\.disconnect\(\)/g)?.length ?? 0;
    assert.ok(ended >= made, `${path}: ${made} made, ${ended} disconnected`);
  }
});

test('below the page nothing is looked for by its id, nor outside its own root', () => {
  for (const path of files.filter((path) => !['page', 'tools'].includes(roomOf(path)))) {
    const found = textOf(path).match(/getElementById|document\.(querySelector|activeElement)/g);
    assert.equal(found, null, path);
  }
});

test('the page asks for its elements by id in one place, and page.js wires in at most 150 lines', () => {
  const asking = files.filter((path) => textOf(path).includes('getElementById'));
  assert.deepEqual(asking, ['page/by-id.js']);
  assert.ok(textOf('page/page.js').split('\n').length <= 150);
});
