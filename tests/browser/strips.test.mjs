// The film strips: small pictures over the flow time and over training, whose clicks move the play heads.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPage, useChromium, waitForRest, waitForStep, waitForText } from './pages.mjs';

const used = useChromium();
const SMALL = '#width=16&depth=2&batch=64&count=200&solverSteps=10&steps=600';
const ENDLESS = SMALL.replace('steps=600', 'steps=100000');

const [FLOW, TRAINING] = ['#strips section:first-child button', '#strips section:last-child button'];

/** The share of `xy`, n × 2 numbers, that has its role's colour in the picture of this button. */
async function inked(page, selector, number, xy, role = 'generated') {
  await page.waitForFunction(() => document.getElementById('strips').ariaBusy === 'false');
  return page.evaluate(
    ([selector, number, xy, role]) => {
      const canvas = document.querySelectorAll(selector)[number].querySelector('canvas');
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      const color = getComputedStyle(canvas).getPropertyValue(`--${role}`).trim();
      const wanted = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
      const scale = Math.min(width, height) / (2 * window.flowLab.stage.camera.home);
      let [hits, seen] = [0, 0];
      for (let i = 0; i < xy.length; i += 2) {
        const [x, y] = [Math.floor(width / 2 + xy[i] * scale), Math.floor(height / 2 - xy[i + 1] * scale)];
        if (!(x >= 0 && y >= 0 && x < width && y < height)) continue;
        const at = 4 * (y * width + x);
        seen++;
        // Marks are a pixel or two wide, with soft edges, and may lie on others.
        if (data[at + 3] > 15 && wanted.every((channel, k) => Math.abs(data[at + k] - channel) < 70)) hits++;
      }
      return hits / seen;
    },
    [selector, number, xy, role],
  );
}

async function open(hash = SMALL, wishes) {
  const opened = await openPage(used, hash, undefined, wishes);
  await opened.page.locator('#strips-toggle').click();
  await opened.page.waitForFunction(() => document.querySelectorAll('#strips button').length === 12);
  return opened;
}

describe('the strip over the flow time', () => {
  for (const colorScheme of ['light', 'dark']) {
    test(`every picture holds the points of its own time, and of no other (${colorScheme})`, async () => {
      const { page, heard, close } = await open(SMALL, { colorScheme });
      await waitForText(page, 'steps', /^trained/);
      await waitForRest(page);
      const frames = await page.evaluate(() => {
        const { samples } = window.flowLab.stage;
        return [0, 0.2, 0.4, 0.6, 0.8, 1].map((t) => [
          ...samples.positions.slice(
            2 * samples.count * Math.round(10 * t),
            2 * samples.count * (Math.round(10 * t) + 1),
          ),
        ]);
      });
      for (const [k, frame] of frames.entries())
        assert.ok((await inked(page, FLOW, k, frame)) > 0.97, `panel ${k}: ${await inked(page, FLOW, k, frame)}`);
      assert.ok((await inked(page, FLOW, 0, frames[5])) < 0.6);
      assert.deepEqual(heard.complaints, []);
      await close();
    });
  }

  test('a click holds the play head at its time, and so do Tab and Enter', async () => {
    const { page, close } = await open();
    await page.locator(FLOW).nth(2).click();
    await page.waitForFunction(() => window.flowLab.stage.t === 0.4 && !window.flowLab.stage.flowing);
    assert.equal(await page.locator('#time-value').textContent(), '0.40');
    assert.ok(await page.locator(`${FLOW}[data-now]`).filter({ hasText: 't = 0.4' }).isVisible());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.flowLab.stage.t === 0.6);
    await close();
  });
});

describe('the strip over training', () => {
  test('pictures come as training reaches their steps, each from the weights of then', async () => {
    const { page, heard, close } = await open();
    await waitForText(page, 'steps', /^trained/);
    // Of a list that is still empty every button is enabled.
    const all = ([selector, count]) =>
      [...document.querySelectorAll(selector)].filter((button) => !button.disabled).length >= count;
    await page.waitForFunction(all, [TRAINING, 6], { timeout: 60_000 });
    const words = await page.locator(TRAINING).allTextContents();
    const steps = words.map((text) => Number(text.replace(/\D/g, '')));
    assert.equal(steps[0], 0);
    assert.equal(steps.at(-1), 600);
    steps.slice(1).forEach((step, k) => assert.ok(step > steps[k], words.join(', ')));
    for (const k of [0, 5]) {
      const ends = await page.evaluate(async (step) => {
        const { lab, run, stage } = window.flowLab;
        const { count, positions } = await lab.carry(stage.samples.positions.slice(0, 400), {
          at: run.snapshots.near(step),
          steps: 20,
        });
        return [...positions.slice(-2 * count)];
      }, steps[k]);
      assert.ok((await inked(page, TRAINING, k, ends)) > 0.95, `step ${steps[k]}`);
      assert.ok((await inked(page, TRAINING, 5 - k, ends)) < 0.8, `step ${steps[k]} is not step ${steps[5 - k]}`);
    }
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('a click shows the model of then, and the last one the present', async () => {
    const { page, close } = await open(ENDLESS);
    await waitForStep(page, 500);
    const early = page.locator(TRAINING).first();
    await early.click();
    await waitForText(page, 'past', /^The model as it was at step 0\./);
    assert.equal(await page.locator('#trained').inputValue(), '0');
    await page.waitForFunction((selector) => document.querySelector(selector).hasAttribute('data-now'), TRAINING);
    assert.ok(await page.locator(TRAINING).last().isDisabled(), 'step 100,000 is far away');
    await close();
  });

  test('begins anew with the run', async () => {
    const { page, close } = await open(ENDLESS);
    await waitForStep(page, 100);
    const moons = await page.evaluateHandle(() => window.flowLab.stage.target);
    await page.locator('#target').selectOption('ring');
    await page.waitForFunction(
      (moons) => window.flowLab.stage.target && window.flowLab.stage.target !== moons && window.flowLab.run.step > 0,
      moons,
    );
    assert.ok(await page.locator(TRAINING).last().isDisabled());
    const ring = await page.evaluate(() => [...window.flowLab.stage.target.slice(0, 400)]);
    let share = 0;
    for (const end = Date.now() + 10_000; share <= 0.9 && Date.now() < end;)
      share = await inked(page, TRAINING, 5, ring, 'target');
    assert.ok(share > 0.9, `a picture to come shows the target alone: ${share}`);
    await close();
  });
});
