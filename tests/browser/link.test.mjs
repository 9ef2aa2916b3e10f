// What a link holds, as it is read: by hand, from chats and mails, and by programs that write addresses in another way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLink } from '../../www/page/hash.js';
import { dataOf } from '../../www/points/in-link.js';

const SPECS = [
  {
    name: 'target',
    type: 'choice',
    choices: [{ name: 'moons' }, { name: 'ring' }, { name: 'points' }, { name: 'text' }],
  },
  { name: 'text', type: 'text', max: 16 },
  { name: 'seed', type: 'integer', min: 0, max: 1e9 },
  { name: 'learningRate', type: 'number', min: 0, max: 1 },
];
const read = (hash, search = '') => readLink({ hash, search }, SPECS);
const pairs = (hash, search) => read(hash, search).pairs;
const RING = [
  ['target', 'ring'],
  ['seed', '7'],
];

test('a link opens as what it was, however its signs were written', () => {
  for (const hash of [
    '#target=ring&seed=7',
    '#/target=ring&seed=7',
    '#!/target=ring&seed=7',
    '#?target=ring&seed=7',
    '#target=ring&amp;seed=7',
    '#target=ring&#38;seed=7',
    '#target%3Dring&seed%3D7',
    '#target%3Dring%26seed%3D7',
    '#target%253Dring%2526seed%253D7',
    '#Target=Ring&SEED=7',
    '#target=ring&seed=7)',
    '#target=ring.&seed=7.',
    '#&target=ring&&seed=7&',
  ]) {
    const found = read(hash);
    assert.deepEqual(found.pairs, RING, hash);
    assert.deepEqual(found.sentences, [], hash);
  }
  assert.deepEqual(pairs('#learning-rate=0.1'), [['learningRate', '0.1']]);
  assert.deepEqual(pairs('#TARGETDATA=r.1*2'), [['targetData', 'r.1*2']]);
});

test('options in the query are read after those in the hash; what other programs put there is not ours', () => {
  assert.deepEqual(pairs('', '?target=ring&seed=7'), RING);
  assert.deepEqual(read('', '?utm_source=mail&chapter=pair&fbclid=x').sentences, []);
  assert.deepEqual(pairs('#target=moons', '?target=ring'), [['target', 'moons']]);
});

test('letters stay as they are typed', () => {
  assert.deepEqual(pairs('#target=text&text=reflow'), [
    ['target', 'text'],
    ['text', 'reflow'],
  ]);
  assert.deepEqual(pairs('#text=Hi+%26%3D!'), [['text', 'Hi &=!']]);
});

test('what is left out is one short sentence', () => {
  assert.deepEqual(read('#target=ring&target=moons'), {
    pairs: [['target', 'moons']],
    sentences: ['target stands twice in the link: moons is used.'],
  });
  assert.deepEqual(read('#target=ring&target=ring').sentences, []);
  assert.deepEqual(read('#colour=red').sentences, ['colour = red: there is no such option. It was left out.']);
  const many = read(`#${Array.from({ length: 400 }, (_, k) => `${'x'.repeat(99)}${k}=${'y'.repeat(99)}`).join('&')}`);
  assert.equal(many.sentences.length, 1);
  assert.ok(many.sentences[0].length < 200, many.sentences[0]);
  assert.match(many.sentences[0], / and 398 more: there are no such options\. They were left out\.$/);
  assert.deepEqual(read('#how-it-works').sentences, ['how-it-works: there is no such option. It was left out.']);
  for (const nothing of ['', '#', '#/', '#&']) assert.deepEqual(read(nothing), { pairs: [], sentences: [] });
});

test('broken escapes are read as they stand', () => {
  assert.deepEqual(pairs('#seed=%E0%A4%A'), [['seed', '\uFFFD%A']]);
  assert.equal(read('#target%3Dring%E0%A4%A').pairs[0][0], 'target');
});

test('points of more letters than a drawing can have are a sentence', () => {
  assert.throws(() => dataOf(`d.${'A'.repeat(37_000)}`), /^Error: the points in the link are written in 37002 letters/);
  assert.throws(() => dataOf(`r.${'1*2_'.repeat(9_000)}`), /at most 8000 are read: open them as a file$/);
});
