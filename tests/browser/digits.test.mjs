// Handwritten digits in the page, on the CPU in Chromium: fetched when they are asked for, drawn as a grid, of any
// class.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inPage, openPage, optionOf, text, useChromium, waitForOption, waitForStep } from './pages.mjs';

const used = useChromium();
// The preset with a network that takes a step in a few ms.
const SMALL = '#preset=digits&width=32&depth=2&embedding=0&batch=32&count=16&solverSteps=5';

const open = (hash) => openPage(used, hash);
const packs = (heard) => heard.requests.filter((address) => address.endsWith('digits.gz')).length;

/** Mean of the grid's numbers as last drawn, and their number. */
const drawn = (page) =>
  page.evaluate(() => {
    const values = window.flowLab.digits.drawn;
    return { count: values.length, mean: values.reduce((sum, value) => sum + value, 0) / values.length };
  });

describe('digits', () => {
  test('are not fetched before a run asks for them, and then once', async () => {
    const { page, heard, close } = await open('#width=16');
    await waitForStep(page, 5); // the page listens to its address from then on
    assert.equal(packs(heard), 0);
    assert.equal(await page.locator('canvas.digits').isVisible(), false);
    await page.evaluate((hash) => (location.hash = hash), SMALL);
    await page.locator('canvas.digits').waitFor();
    assert.equal(packs(heard), 1);
    assert.equal(await text(page, 'notes'), '');
    await waitForStep(page, 20);
    // Back in the plane the grid is gone.
    await page.evaluate(() => (location.hash = '#width=16'));
    await page.locator('canvas.digits').waitFor({ state: 'hidden' });
    assert.equal(packs(heard), 1);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('come out of noise as t runs, of the class that is chosen, without training again', async () => {
    const { page, heard, close } = await open(SMALL);
    await page.locator('canvas.digits').waitFor();
    await waitForStep(page, 150);
    const at = async (t) => {
      await page.evaluate((t) => {
        window.flowLab.stage.flowing = false;
        window.flowLab.stage.seek(t);
      }, t);
      await page.waitForTimeout(200);
      return drawn(page);
    };
    const [noise, made] = [await at(0), await at(1)];
    assert.equal(made.count, 16 * 784);
    // Noise has mean 0; MNIST's pixels have .1307.
    assert.ok(Math.abs(noise.mean) < 0.05, `the noise has mean ${noise.mean}`);
    assert.ok(made.mean > 0.08 && made.mean < 0.2, `the digits have mean ${made.mean}`);
    const step = await page.evaluate(() => window.flowLab.run.step);
    await page.getByRole('radio', { name: '7' }).check();
    await waitForOption(page, 'label', '7');
    await page.getByRole('img', { name: /16 handwritten digits, each a 7/ }).waitFor();
    assert.ok((await page.evaluate(() => window.flowLab.run.step)) >= step, 'the run goes on');
    assert.match(await page.evaluate(() => location.hash), /label=7/);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('cover what lies under them: no button, no help and no point that nobody sees can be reached', async () => {
    const { page, heard, close } = await open(SMALL);
    await page.locator('canvas.digits').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Zoom in' }).count(), 0);
    const box = await page.locator('canvas.digits').boundingBox();
    for (const share of [0.3, 0.4, 0.5, 0.6, 0.7])
      await page.mouse.move(box.x + share * box.width, box.y + 0.5 * box.height, { steps: 8 });
    assert.ok(await page.locator('#spot').isHidden());
    const reached = [];
    await page.evaluate(() => document.activeElement.blur());
    for (let k = 0; k < 30; k++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.ariaLabel));
    }
    assert.ok(reached.includes('flow') && !reached.includes('stage') && !reached.includes('Zoom in'), `${reached}`);
    await page.locator('#target').selectOption('ring');
    await page.locator('canvas.digits').waitFor({ state: 'hidden' });
    assert.equal(await page.getByRole('button', { name: 'Zoom in' }).count(), 1);
    await page.locator('#stage').focus();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'stage');
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('of two classes stand side by side, from the same noise', async () => {
    const { page, heard, close } = await open(`${SMALL}&steps=30`);
    await page.waitForFunction(() => window.flowLab.run.finished, null, { timeout: 60_000 });
    await page.locator('#compare').click();
    await page.locator('#fork-option').selectOption('label');
    await page.locator('#fork-value').selectOption('7');
    await page.locator('#fork button').first().click();
    await page.getByRole('img', { name: /16 handwritten digits, each a 7/ }).waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('canvas.digits:visible').count(), 2);
    assert.equal(await page.locator('.classes').count(), 1);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('in a saved model are opened in the midst of another run', async () => {
    const { page, heard, close } = await open('#width=16');
    await waitForStep(page, 20);
    const bytes = await page.evaluate(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({
        preset: 'digits',
        width: 16,
        depth: 1,
        embedding: 0,
        batch: 16,
        count: 16,
        steps: 2,
      });
      await lab.train(2);
      const saved = [...(await lab.save())];
      lab.dispose();
      return saved;
    });
    await page
      .locator('#open')
      .setInputFiles({ name: 'digits.safetensors', mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
    await page.locator('canvas.digits').waitFor();
    await waitForOption(page, 'target', 'digits');
    assert.equal(await text(page, 'notes'), '');
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('chosen as the target they bring their preset, and take it with them when they go', async () => {
    const { page, heard, close } = await open('#width=16');
    await page.locator('#target').selectOption('digits');
    await page.locator('canvas.digits').waitFor();
    assert.equal(await page.evaluate(() => location.hash), '#preset=digits');
    await page.locator('#target').selectOption('ring');
    await page.locator('canvas.digits').waitFor({ state: 'hidden' });
    assert.equal(await page.evaluate(() => location.hash), '#target=ring');
    assert.equal(await text(page, 'notes'), '');
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('leave with a word where the pack cannot be had', async () => {
    const context = await used.browser.newContext();
    const page = await context.newPage();
    await page.route('**/digits.gz', (route) => route.abort());
    await page.goto(used.site.address + SMALL);
    await page.getByText(/target = digits: needs the file digits.gz/).waitFor();
    assert.equal(await optionOf(page, 'target'), 'moons');
    await context.close();
  });

  test('are measured by a classifier, beside what it makes of held-out ones', async () => {
    const metrics = await inPage(used, async () => {
      const { Lab } = await import('/lab.js');
      const heard = [];
      const lab = await Lab.create(
        { preset: 'digits', width: 16, depth: 1, embedding: 0, batch: 16 },
        { onProgress: (progress) => heard.push(progress) },
      );
      await lab.train(3);
      const metrics = await lab.metrics({ count: 100, steps: 3 });
      const digits = await lab.reference('target', 100);
      lab.dispose();
      const { loaded, total } = heard.at(-1);
      return {
        ...metrics,
        loaded,
        total,
        length: digits.length,
        largest: Math.max(...digits),
        least: Math.min(...digits),
      };
    });
    assert.deepEqual([metrics.length, metrics.least, metrics.largest], [78400, 0, 1]);
    assert.ok(metrics.loaded === metrics.total && metrics.total > 1e6, `${metrics.loaded} of ${metrics.total} bytes`);
    assert.ok(metrics.classAccuracyTarget > 0.9, `${metrics.classAccuracyTarget} of held-out digits are told right`);
    assert.ok(metrics.classAccuracy < 0.5, `${metrics.classAccuracy} after three steps`);
  });
});
