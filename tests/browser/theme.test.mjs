// The reader changes between light and dark while the page is open: everything that is drawn takes the new colours.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { channels } from '../../www/brush/color.js';
import { openPage, useChromium, waitForRest } from './pages.mjs';

const used = useChromium();
const SMALL = '#width=16&depth=2&batch=64&count=200&solverSteps=5&steps=30';
const DIGITS = '#preset=digits&width=32&depth=2&embedding=0&batch=32&count=16&solverSteps=5&steps=20';

/** A dark and a light colour of a canvas: all but 2 % of its pixels lie between them; 0 to 255 a channel. */
const extremes = (page, selector) =>
  page.evaluate((selector) => {
    const canvas = document.querySelector(selector);
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    const pixels = [];
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200) pixels.push([data[i], data[i + 1], data[i + 2]]);
    const sum = ([r, g, b]) => r + g + b;
    pixels.sort((a, b) => sum(a) - sum(b));
    return { dark: pixels[Math.floor(0.02 * pixels.length)], light: pixels[Math.floor(0.98 * pixels.length)] };
  }, selector);

const finished = (page) => page.waitForFunction(() => window.flowLab.run.finished, null, { timeout: 60_000 });

describe('another theme', () => {
  test('after a lost WebGL context gives the stage the colours of the theme, and no grey', async () => {
    const { page, close } = await openPage(used, SMALL, undefined, { gpu: true, colorScheme: 'light' });
    await page.evaluate(() =>
      window.flowLab.stage.canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext(),
    );
    await page.waitForFunction(() => window.flowLab.stage.kind === 'canvas');
    await page.emulateMedia({ colorScheme: 'dark' });
    const palette = await page.evaluate(async () => {
      await new Promise((done) => setTimeout(done, 100));
      return { ...window.flowLab.stage.palette };
    });
    assert.equal(palette.generated, '#56b4e9');
    assert.equal(palette.paper, '#15171a');
    await close();
  });

  test('reaches the grid of digits while t is held', async () => {
    const { page, close } = await openPage(used, DIGITS, undefined, { colorScheme: 'light' });
    await page.locator('canvas.digits').waitFor();
    await page.locator('#flow').click();
    await finished(page);
    await waitForRest(page);
    assert.ok((await extremes(page, 'canvas.digits')).light[0] > 230, 'paper is white');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForTimeout(300);
    const { dark } = await extremes(page, 'canvas.digits');
    assert.ok(
      dark.every((channel) => channel < 40),
      `paper is ${dark}`,
    );
    await close();
  });

  test('reaches the drawing board', async () => {
    const { page, close } = await openPage(used, SMALL, undefined, { colorScheme: 'light' });
    await page.locator('#draw').click();
    await page.locator('canvas.pen').waitFor();
    const line = () =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas.pen');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let [most, found] = [0, 0];
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] > most) [most, found] = [data[i + 3], data[i]];
        return found;
      });
    const light = await line();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForTimeout(300);
    const dark = await line();
    assert.ok(light > 180 && dark < 120, `the lines of its paper are ${light} in light and ${dark} in dark`);
    await close();
  });
});

for (const [colorScheme, paper] of [
  ['light', [255, 255, 255]],
  ['dark', [21, 23, 26]],
]) {
  test(`the film strips of digits have the paper of the theme (${colorScheme})`, async () => {
    const { page, close } = await openPage(used, DIGITS, undefined, { colorScheme });
    await finished(page);
    await page.locator('#strips-toggle').click();
    const canvas = '#strips section:first-child li:last-child canvas';
    await page.waitForFunction(
      () => document.querySelectorAll('#strips section:first-child button:not(:disabled)').length === 6,
    );
    await page.waitForFunction(() => document.getElementById('strips').ariaBusy === 'false');
    const found = (await extremes(page, canvas))[colorScheme === 'light' ? 'light' : 'dark'];
    found.forEach((channel, k) => assert.ok(Math.abs(channel - paper[k]) < 6, `${found} for ${paper}`));
    await close();
  });
}

test('colours are read in every notation that a style sheet may have', () => {
  const bytes = (color) => channels(color).map((channel) => Math.round(255 * channel));
  for (const [color, expected] of [
    ['#fff', [255, 255, 255]],
    ['#1af', [17, 170, 255]],
    ['#1af8', [17, 170, 255]],
    [' #0072B2', [0, 114, 178]],
    ['#0072b280', [0, 114, 178]],
    ['rgb(0, 114, 178)', [0, 114, 178]],
    ['rgba(0 114 178 / 0.5)', [0, 114, 178]],
    ['rgb(100% 0% 20%)', [255, 0, 51]],
  ])
    assert.deepEqual(bytes(color), expected, color);
});
