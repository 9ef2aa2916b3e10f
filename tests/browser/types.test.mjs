// The types that the page's files name, where another language has the last word.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** What a typedef of lab/types.js says after its name, on one line. */
const typedef = (name) => {
  const text = read('www/lab/types.js').replace(/\n \*\s*/g, ' ');
  return text.split('@typedef ').find((part) => /^\{[^}]*\} (\w+)/.exec(part)?.[1] === name);
};
const wordsOf = (text) => [...text.matchAll(/'([^']+)'/g)].map(([, word]) => word);

test('lab/types.js has every option of the table, with its choices', () => {
  const { options } = JSON.parse(read('dist/options.json'));
  const listed = [...typedef('Options').matchAll(/@property \{([^}]+)\} (\w+)/g)].map(([, type, name]) => [name, type]);
  assert.deepEqual(
    listed.map(([name]) => name),
    options.map(({ name }) => name),
  );
  for (const { name, type, choices } of options) {
    const written = Object.fromEntries(listed)[name];
    if (type === 'choice') {
      const words = wordsOf(written.startsWith("'") ? written : typedef(written));
      assert.deepEqual(
        words,
        choices.map((choice) => choice.name),
        name,
      );
    } else assert.equal(written, type === 'text' ? 'string' : 'number', name);
  }
});
