// Drawings: the same strokes give the same points, survive a link, and shrink it when they are many.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, holds, joined, lettersOf, ofDrawing, ofRows, split } from '../../www/points/in-link.js';
import { EXTENT, RADII, cellOf, decode, encode, extend, pointsOf, valueOf } from '../../www/points/strokes.js';

function stroke(tool, size, ...places) {
  const made = { tool, size, cells: [] };
  for (const [x, y] of places) extend(made, x, y);
  return made;
}

const line = (tool, size, y = 0) => stroke(tool, size, ...Array.from({ length: 41 }, (_, k) => [-2 + k / 10, y]));

test('a brushed line has 45 points a unit of length, all within its width', () => {
  const points = pointsOf([line('brush', 1)]);
  assert.ok(Math.abs(points.length / 2 - 4 * 45) <= 1, `${points.length / 2} points`);
  for (let i = 0; i < points.length; i += 2) {
    assert.ok(
      Math.abs(points[i]) <= 2 + RADII[1] && Math.abs(points[i + 1]) <= RADII[1],
      `${points[i]}, ${points[i + 1]}`,
    );
  }
});

test('a spray scatters about its line like a Gaussian of its width', () => {
  const points = pointsOf([line('spray', 2), line('spray', 2), line('spray', 2), line('spray', 2)]);
  const across = Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + 1]);
  const mean = across.reduce((a, b) => a + b) / across.length;
  const deviation = Math.sqrt(across.reduce((sum, y) => sum + (y - mean) ** 2, 0) / across.length);
  // 960 points: standard errors .015 and .010.
  assert.ok(Math.abs(mean) < 0.06 && Math.abs(deviation - RADII[2]) < 0.04, `${mean} ± ${deviation}`);
});

test('erasing takes away what lies under it, and nothing drawn later', () => {
  const eraser = stroke('erase', 1, [0, -0.6], [0, 0.6]);
  const left = pointsOf([line('brush', 0), eraser]);
  const reach = 1.4 * RADII[1];
  assert.ok(left.length > 0 && left.every((x, i) => i % 2 || Math.abs(x) >= reach - 0.01));
  assert.equal(pointsOf([eraser, line('brush', 0)]).length, pointsOf([line('brush', 0)]).length);
});

test('erasing compares each point with every part of a long eraser that is near it', () => {
  const zigzag = Array.from({ length: 60 }, (_, k) => [-4 + k / 7.5, k % 2 ? 4 : -4]);
  const drawn = [line('spray', 2, -1), line('spray', 2, 1.5), stroke('brush', 2, [-4, -4], [4, 4])];
  const all = pointsOf(drawn);
  for (const size of [0, 2]) {
    const eraser = stroke('erase', size, ...zigzag.slice(size * 10));
    const reach = 1.4 * RADII[size];
    const away = (x, y) => {
      const at = eraser.cells.map(valueOf);
      return Array.from({ length: at.length / 2 - 1 }, (_, k) => {
        const [ax, ay, dx, dy] = [at[2 * k], at[2 * k + 1], at[2 * k + 2] - at[2 * k], at[2 * k + 3] - at[2 * k + 1]];
        const share = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
        return Math.hypot(x - ax - share * dx, y - ay - share * dy);
      }).every((distance) => distance >= reach);
    };
    const left = [];
    for (let i = 0; i < all.length; i += 2) if (away(all[i], all[i + 1])) left.push(all[i], all[i + 1]);
    assert.ok(left.length > 0 && left.length < all.length);
    assert.deepEqual([...pointsOf([...drawn, eraser])], left);
  }
});

test('a tap leaves points', () => {
  for (const tool of ['brush', 'spray']) assert.equal(pointsOf([stroke(tool, 0, [1, 1])]).length, 20, tool);
});

test('the letters of a link give back every stroke, at the borders too', () => {
  const strokes = [
    line('brush', 0, 3.99),
    line('spray', 1, -4),
    stroke('erase', 2, [-4, -4]),
    stroke('brush', 2, [4, 4], [-4, 4], [4, -4]),
  ];
  const letters = encode(strokes);
  assert.match(letters, /^[\w-]+$/);
  assert.deepEqual(decode(letters), strokes);
  assert.deepEqual([...pointsOf(decode(letters))], [...pointsOf(strokes)]);
  assert.equal(encode([]), '');
  assert.deepEqual(decode(''), []);
});

test('a broken link is a sentence', () => {
  const letters = encode([line('brush', 1)]);
  for (const broken of [letters.slice(0, -3), `D${letters}`, '%%%', 'AAAA']) {
    assert.throws(() => decode(broken), /the drawing in the link is not whole/, broken);
  }
});

test('cells and values are each other’s inverse, and stay on the board', () => {
  for (const cell of [0, 1, 255, 511, 512]) assert.equal(cellOf(valueOf(cell)), cell);
  assert.equal(cellOf(99), 512);
  assert.equal(valueOf(0), -EXTENT);
});

test('a link keeps a drawing and few numbers, but not many', () => {
  const pairs = [
    ['source', 'points'],
    ['target', 'points'],
    ['seed', '3'],
  ];
  const kept = {
    source: ofDrawing(encode([line('brush', 1)])),
    target: ofRows({ values: [1, 2, -3.5, 1e30], dim: 2 }),
  };
  assert.equal(kept.target, 'r.1*2_-3.5*1e30');
  const link = joined(pairs, kept);
  assert.ok(holds(pairs, kept));
  assert.deepEqual(split(link), { pairs, kept });
  assert.deepEqual(dataOf(kept.target), { values: Float64Array.of(1, 2, -3.5, 1e30), dim: 2 });
  assert.deepEqual([...dataOf(kept.source).values], [...pointsOf(decode(lettersOf(kept.source)))]);
  assert.equal(ofRows({ values: Array.from({ length: 1800 }, (_, k) => k), dim: 2 }), '');
  assert.deepEqual(joined(pairs, { source: 'd.'.padEnd(2100, 'A'), target: '' }), pairs);
  assert.ok(!holds(pairs, { source: '', target: '' }));
  for (const text of ['x.1,2', 'r.', 'r.1*2_3', 'r.1*x', 'r.1*_2*3', 'r.0*NaN'])
    assert.throws(() => dataOf(text), /cannot be read/, text);
});
