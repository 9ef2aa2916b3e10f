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
  ['draw', 'exports', 'points', 'worker.js'],
  ['stage', 'run'],
  ['story'],
  ['chapters'],
  ['page'],
];

const files = readdirSync(www, { recursive: true })
  .filter((path) => path.endsWith('.js') && !path.startsWith('node_modules'))
  .sort();
const imports = new Map(files.map((path) => [path, importsOf(path)]));
const roomOf = (path) => path.split('/')[0];
const floorOf = (path) => FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));

/** The files that a file imports, at once or later, by their paths in www/. */
function importsOf(path) {
  const text = readFileSync(join(www, path), 'utf8');
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
