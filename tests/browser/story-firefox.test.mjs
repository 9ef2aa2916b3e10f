// The story and the drawing board in Firefox: every chapter opens and draws.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chapters } from '../../www/chapters/index.js';
import { listen, startFirefox, startServer } from './browsers.mjs';

let site;
let browser;

before(async () => {
  site = await startServer();
  browser = await startFirefox();
});

after(async () => {
  await browser?.close();
  site?.server.close();
});

test('every chapter opens, says what it shows, and has ink on its figure', { timeout: 300_000 }, async () => {
  const page = await browser.newPage();
  const { complaints } = listen(page);
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto(`${site.address}?chapter=pair#device=cpu&steps=1&width=8`);
  await page.waitForFunction(() => window.flowStory);
  for (const { id } of chapters) {
    await page.evaluate((id) => window.flowStory.go(id), id);
    const drawn = () => {
      const inked = (canvas) => {
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
        copy.drawImage(canvas, 0, 0);
        return copy.getImageData(0, 0, canvas.width, canvas.height).data.some((value, i) => i % 4 === 3 && value > 0);
      };
      window.flowStory.figure.shown.forEach((stage) => stage.redraw());
      const canvases = [...document.querySelectorAll('.figure canvas')].filter(
        (canvas) => canvas.checkVisibility() && canvas.width > 1,
      );
      return (
        document.querySelector('.figure .caption').textContent !== '' && canvases.length > 0 && canvases.every(inked)
      );
    };
    await page.waitForFunction(drawn, { timeout: 60_000 }).catch((error) => assert.fail(`${id}: ${error.message}`));
    const failure = await page.evaluate(() => {
      const { childNodes } = document.querySelector('.figure .caption');
      return childNodes.length === 1 && childNodes[0].nodeName === 'B' ? childNodes[0].textContent : '';
    });
    assert.equal(failure, '', id);
  }
  assert.deepEqual(complaints, []);
  await page.close();
});

test('a line drawn on the board becomes the target', { timeout: 120_000 }, async () => {
  const page = await browser.newPage();
  const { complaints } = listen(page);
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto(`${site.address}#device=cpu&width=8&batch=32`);
  await page.waitForFunction(() => window.flowLab?.stage.framesDrawn > 0);
  await page.evaluate(() => document.getElementById('panel-toggle').click());
  await page.waitForSelector('#points-target');
  await page.evaluate(() => document.getElementById('points-target').click());
  await page.waitForSelector('#editor-target[open] canvas');
  const { x, y, side } = await page.evaluate(() => {
    const { x, y, width } = document.querySelector('#editor-target canvas').getBoundingClientRect();
    return { x, y, side: width };
  });
  await page.mouse.move(x + 0.25 * side, y + 0.375 * side);
  await page.mouse.down();
  for (let k = 1; k <= 20; k++) await page.mouse.move(x + (0.25 + k / 40) * side, y + 0.375 * side);
  await page.mouse.up();
  await page.evaluate(() => document.querySelector('#editor-target [data-do=use]').click());
  await page.waitForFunction(() => window.flowLab.lab.options.target === 'points');
  const values = await page.evaluate(() => [...window.flowLab.lab.given.target.values]);
  assert.ok(values.length > 300, `${values.length / 2} points`);
  values.forEach((value, i) => assert.ok(i % 2 ? Math.abs(value - 1) < 0.2 : Math.abs(value) < 2.3, `${value}`));
  assert.deepEqual(complaints, []);
  await page.close();
});
