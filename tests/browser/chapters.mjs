// A chapter of the story as a reader opens it, and what the tests ask of it.

import assert from 'node:assert/strict';
import { listen } from './browsers.mjs';

/** Opens the page at a chapter. */
export async function openChapter(used, id, options = {}) {
  const context = await used.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const heard = listen(page);
  // The reader's own run would only take time.
  await page.goto(`${used.site.address}?chapter=${id}#device=cpu&steps=1&width=8`);
  await page.waitForFunction((id) => window.flowStory?.open === id, id, { timeout: 30_000 });
  return { page, heard, close: () => context.close() };
}

export const reached = (page, timeout = 120_000) =>
  page.waitForFunction(() => document.querySelector('article.open .wait').dataset.state === 'reached', null, {
    timeout,
  });
export const isReached = (page) =>
  page.evaluate(() => document.querySelector('article.open .wait').dataset.state === 'reached');
export const caption = (page) => page.locator('.figure .caption').textContent();
export const captionSays = (page, pattern, timeout = 120_000) =>
  page.waitForFunction(
    (source) => new RegExp(source).test(document.querySelector('.figure .caption').textContent),
    pattern.source,
    { timeout },
  );
export const choose = (page, words) => page.locator('.figure .controls').getByLabel(words, { exact: true }).check();
export const drawn = (page, k = 0) => page.evaluate((k) => [...(window.flowStory.figure.shown[k].drawn ?? [])], k);

/** Holds the flow at t. */
export async function seek(page, t) {
  await page.evaluate(async (t) => {
    const { figure } = window.flowStory;
    figure.flow(false);
    figure.seek(t);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, t);
}

/** Of places in the plane, how many have no ink on the figure's stage number k, nor a pixel beside. */
export const blank = (page, places, k = 0) =>
  page.evaluate(
    ([places, k]) => {
      const stage = window.flowStory.figure.shown[k];
      stage.redraw();
      const { width, height } = stage.canvas;
      const copy = new OffscreenCanvas(width, height).getContext('2d');
      copy.drawImage(stage.canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, width, height);
      const density = width / stage.canvas.clientWidth;
      let missing = 0;
      for (let i = 0; i < places.length; i += 2) {
        const [x, y] = [
          Math.floor(stage.camera.x(places[i]) * density),
          Math.floor(stage.camera.y(places[i + 1]) * density),
        ];
        if (!(x >= 1 && y >= 1 && x < width - 1 && y < height - 1)) continue;
        let ink = 0;
        for (let k = 0; k < 9; k++) ink += data[4 * ((y + Math.floor(k / 3) - 1) * width + x + (k % 3) - 1) + 3];
        missing += ink === 0;
      }
      return missing;
    },
    [places, k],
  );

export const near = (a, b, apart, what = '') => assert.ok(Math.abs(a - b) <= apart, `${what} ${a} and ${b}`);
