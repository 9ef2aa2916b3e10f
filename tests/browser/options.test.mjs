// Every option of the table: entered by hand into its own input, kept by the link, and brought back by it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, openPanel, useChromium } from './pages.mjs';

const used = useChromium();
const BASE = 'width=16&depth=2&batch=32&count=100&solverSteps=5&device=cpu';

/** What an option needs beside it to do something: without, its input is hidden. */
const DIGITS = 'target=digits&classes=told&labelDrop=0.2';
const BESIDE = {
  digit: 'target=digits',
  classes: 'target=digits',
  labelDrop: 'target=digits&classes=told',
  label: DIGITS,
  guidance: DIGITS,
  dim: 'target=checkerboard&board=2',
  board: 'target=checkerboard',
  text: 'target=text',
  group: 'coupling=ot',
  tolerance: 'solver=dopri5',
};

/** Choices that need more than a click: data of the reader's own, another device, training before. */
const NEEDING = ['points', 'digits', 'reflow', 'gpu'];

/** A good value that is not the one that it has. */
function other({ type, choices, min, max }, now) {
  if (type === 'choice') return choices.map(({ name }) => name).find((name) => name !== now && !NEEDING.includes(name));
  if (type === 'text') return 'ab';
  if (type === 'integer') return String(Number(now) + 1 <= max ? Number(now) + 1 : Number(now) - 1);
  return String(Number(now) > 2 * min ? Number(now) / 2 : max / 4);
}

const table = async () => (await (await fetch(`${used.site.address}options.json`)).json()).options;

const optionsOf = (page) => page.evaluate(() => ({ ...window.flowLab.lab.options }));

/** Follows a link without loading the page again, and waits until its run has begun: links differ in their seed. */
async function follow(page, hash) {
  const seed = Number(new URLSearchParams(hash.slice(1)).get('seed') ?? 1);
  await page.evaluate((hash) => {
    window.before = window.flowLab.stage.target;
    location.hash = hash;
  }, hash);
  const begun = (seed) =>
    window.flowLab.lab.options.seed === seed &&
    window.flowLab.stage.target &&
    window.flowLab.stage.target !== window.before &&
    window.flowLab.run.step > 0;
  await page.waitForFunction(begun, seed, { timeout: 60_000 });
}

test(
  'is entered by hand, stands in the link, and comes back from it into run and input',
  { timeout: 600_000 },
  async () => {
    const { page, heard, close } = await openPage(used, `#${BASE}`);
    await openPanel(page);
    const specs = await table();
    assert.ok(specs.length >= 37, `${specs.length} options`);
    for (const spec of specs) {
      const { name } = spec;
      await follow(page, `#${[BASE, BESIDE[name]].filter(Boolean).join('&')}&seed=${11 + specs.indexOf(spec)}`);
      const input = page.locator(`#option-${name}`);
      const now = String((await optionsOf(page))[name]);
      const value = other(spec, now);
      if (spec.type === 'choice') await input.selectOption(value);
      else await input.fill(value).then(() => input.press('Enter'));
      const same = ([name, value]) => String(window.flowLab.lab.options[name]) === value;
      await page
        .waitForFunction(same, [name, value], { timeout: 60_000 })
        .catch(async () =>
          assert.fail(
            `${name} = ${value}: it is ${(await optionsOf(page))[name]}; ${await page.locator('#notes').textContent()}`,
          ),
        );
      // The link leaves out what is the default.
      await page.waitForFunction(
        ([name, value, initial]) => (new URLSearchParams(location.hash.slice(1)).get(name) ?? initial) === value,
        [name, value, String(spec.default)],
      );
      const [hash, chosen] = await page.evaluate(() => [location.hash, { ...window.flowLab.lab.options }]);
      await follow(page, `#${BASE}&seed=5`);
      assert.notEqual(String((await optionsOf(page))[name]), value, name);
      await follow(page, hash);
      assert.deepEqual(await optionsOf(page), chosen, name);
      assert.equal(await input.inputValue(), value, name);
    }
    assert.deepEqual(heard.complaints, []);
    await close();
  },
);

test('every choice of every choice is one that the program knows', async () => {
  const { page, close } = await openPage(used, `#${BASE}`);
  await openPanel(page);
  for (const { name, choices } of (await table()).filter(({ type }) => type === 'choice')) {
    const shown = await page
      .locator(`#option-${name} option`)
      .evaluateAll((options) => options.map(({ value }) => value));
    assert.deepEqual(
      shown,
      choices.map((choice) => choice.name),
      name,
    );
  }
  await close();
});
