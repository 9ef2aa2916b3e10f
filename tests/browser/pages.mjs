// A page as a reader opens it, and what the tests ask of it.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { listen, startChromium, startServer } from './browsers.mjs';

/** Starts the site and a Chromium on its CPU path before the file's tests, and ends both after: `{ site, browser }`. */
export function useChromium() {
  const used = {};
  before(async () => {
    used.site = await startServer();
    used.browser = await startChromium();
  });
  after(async () => {
    await used.browser?.close();
    used.site?.server.close();
  });
  return used;
}

/**
 * Opens the page and waits for its first picture and its inputs; with `gpu`, WebGL on the CPU passes for a GPU's;
 * `before` runs ahead of the page's scripts.
 */
export async function openPage(
  { browser, site },
  hash = '',
  viewport = { width: 1280, height: 900 },
  { gpu = false, before: prepare, ...wishes } = {},
) {
  const context = await browser.newContext({
    viewport,
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...wishes,
  });
  const page = await context.newPage();
  if (gpu) {
    await page.addInitScript(() => {
      const { getExtension } = WebGL2RenderingContext.prototype;
      WebGL2RenderingContext.prototype.getExtension = function (name) {
        return name === 'WEBGL_debug_renderer_info' ? null : getExtension.call(this, name);
      };
    });
  }
  if (prepare) await page.addInitScript(prepare);
  const heard = listen(page);
  await page.goto(site.address + hash);
  // The inputs come after the first picture, and are connected in the same turn.
  await page.waitForFunction(
    () => window.flowLab?.stage.framesDrawn > 0 && document.getElementById('target').length > 0,
    null,
    { timeout: 30_000 },
  );
  return { page, heard, close: () => context.close() };
}

/** Unfolds the panel with all options and measures. */
export const openPanel = (page) => page.locator('#panel-toggle').click();

/** Ticks the stage's layers on, and all others off. */
export async function showLayers(page, ...names) {
  await page.evaluate((names) => {
    for (const box of document.querySelectorAll('[data-layer]'))
      if (box.checked !== names.includes(box.dataset.layer) && !box.disabled) box.click();
  }, names);
}

/** The result of `scenario(argument)` in a page of ours without the lab; the console must not complain of it. */
export async function inPage({ browser, site }, scenario, argument) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const heard = listen(page);
  await page.goto(`${site.address}options.json`);
  try {
    const result = await page.evaluate(scenario, argument);
    assert.deepEqual(heard.complaints, []);
    return result;
  } finally {
    await context.close();
  }
}

export const text = (page, id) => page.locator(`#${id}`).textContent();

export const stepOf = (page) =>
  page.evaluate(() => Number(document.getElementById('steps').textContent.replace(/,/g, '').match(/\d+/)?.[0]));

export const waitForStep = (page, step) =>
  page.waitForFunction(
    (step) => Number(document.getElementById('steps').textContent.replace(/,/g, '').match(/\d+/)?.[0]) >= step,
    step,
    { timeout: 120_000 },
  );

/** Waits until the element's text matches. */
export const waitForText = (page, id, pattern) =>
  page.waitForFunction(
    ([id, source]) => new RegExp(source).test(document.getElementById(id).textContent),
    [id, pattern.source],
    { timeout: 60_000 },
  );

/** Waits until neither training nor a picture is under way. */
export const waitForRest = (page) => page.waitForFunction(() => window.flowLab.run.settled, null, { timeout: 60_000 });

export const optionOf = (page, name) => page.evaluate((name) => window.flowLab.lab.options[name], name);

export const waitForOption = (page, name, value) =>
  page.waitForFunction(
    ([name, value]) => window.flowLab?.run && window.flowLab.lab.options[name] === value,
    [name, value],
  );

export const waitForInput = (page, name, value) =>
  page.waitForFunction(([name, value]) => document.getElementById(`option-${name}`).value === value, [name, value]);
