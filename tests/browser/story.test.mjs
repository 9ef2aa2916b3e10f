// The story as a page: its contents, phones, axe, formulas, what is loaded when.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dist, listen } from './browsers.mjs';
import { openChapter as open, reached } from './chapters.mjs';
import { useChromium } from './pages.mjs';
import { chapters } from '../../www/chapters/index.js';
import { formulasOf } from '../../www/story/formulas.js';

const used = useChromium();
const openChapter = (id, options) => open(used, id, options);

describe('the story as a page', () => {
  test('every chapter is in the contents, opens from there, and fits a phone', { timeout: 300_000 }, async () => {
    const { page, heard, close } = await openChapter('pair', {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    for (const { id, title } of chapters) {
      await page
        .locator('.contents')
        .getByRole('link', { name: title.replace(/<[^>]*>/g, ''), exact: true })
        .click();
      await page.waitForFunction((id) => window.flowStory.open === id, id);
      await page.waitForTimeout(150);
      const { width, top, bottom } = await page.evaluate((id) => {
        const figure = document.querySelector('.story .figure').getBoundingClientRect();
        const heading = document.getElementById(`title-${id}`).getBoundingClientRect();
        return {
          width: document.documentElement.scrollWidth,
          top: heading.top - figure.bottom,
          bottom: heading.bottom,
        };
      }, id);
      assert.ok(width <= 360, `${id}: ${width} pixels wide`);
      assert.ok(top >= -1 && bottom < 740, `${id}: the heading stands ${top} below the figure and ends at ${bottom}`);
    }
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test(
    'axe finds nothing to say of the story, of any chapter’s figure, nor of the editor, in either theme',
    { timeout: 300_000 },
    async () => {
      const axe = readFileSync(new URL('../../www/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
      for (const colorScheme of ['light', 'dark']) {
        const { page, close } = await openChapter('pair', { colorScheme });
        await page.evaluate(axe);
        const found = (selector) =>
          page.evaluate(async (selector) => {
            const { violations } = await window.axe.run(selector, {
              runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            });
            return violations.map(
              ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
            );
          }, selector);
        assert.deepEqual(await found('#story'), []);
        for (const { id } of chapters) {
          await page.evaluate((id) => window.flowStory.go(id), id);
          await page.waitForTimeout(400);
          assert.deepEqual(await found('.figure'), [], `${id}, ${colorScheme}`);
        }
        await page.evaluate(() => window.scrollTo(0, 0));
        await page.locator('#panel-toggle').click();
        await page.locator('#points-target').click();
        await page.locator('#editor-target canvas').waitFor();
        assert.deepEqual(await found('#editor-target'), [], colorScheme);
        await close();
      }
    },
  );

  test('a reader who asked for less motion gets a still figure', async () => {
    const { page, close } = await openChapter('conditional', { reducedMotion: 'reduce' });
    const before = await page.evaluate(() => window.flowStory.figure.clock.t);
    await page.waitForTimeout(700);
    assert.equal(await page.evaluate(() => window.flowStory.figure.clock.t), before);
    await close();
  });

  test('the reader’s own run goes on unharmed while a chapter trains', async () => {
    const { page, close } = await openChapter('learning');
    await reached(page);
    assert.deepEqual(
      await page.evaluate(() => [window.flowLab.lab.options.width, window.flowLab.run.step, location.hash]),
      [8, 1, '#width=8&steps=1&device=cpu'],
    );
    await close();
  });

  test('a chapter that there is not becomes a note', async () => {
    const context = await used.browser.newContext();
    const page = await context.newPage();
    await page.goto(`${used.site.address}?chapter=ghosts#device=cpu&steps=1&width=8`);
    await page.getByText('How it works: there is no chapter ghosts: the contents list all of them.').waitFor();
    await context.close();
  });

  test('scrolling to it brings it, and the chapter that is read; nothing of it comes before', async () => {
    const context = await used.browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const heard = listen(page);
    await page.goto(`${used.site.address}#device=cpu&steps=1&width=8`);
    await page.waitForFunction(() => window.flowLab?.run.finished);
    assert.deepEqual(
      heard.requests.filter((url) => /story|formulas/.test(url)),
      [],
    );
    await page.locator('#story').scrollIntoViewIfNeeded();
    await page.mouse.move(900, 400);
    for (let k = 0; k < 40 && !(await page.evaluate(() => window.flowStory?.open)); k++) {
      await page.mouse.wheel(0, 150);
      await page.waitForTimeout(100);
    }
    assert.equal(await page.evaluate(() => window.flowStory.open), 'pair');
    assert.deepEqual(heard.complaints, []);
    await context.close();
  });

  test('every formula is MathML that was made before', () => {
    const formulas = JSON.parse(readFileSync(join(dist, 'formulas.json'), 'utf8'));
    for (const chapter of chapters) {
      for (const [tex] of formulasOf(chapter)) assert.match(formulas[tex] ?? '', /^<math/, `${chapter.id}: ${tex}`);
    }
  });

  test('what loads at first is at most 60 kB of JavaScript, and the story is not in it', () => {
    const seen = new Set();
    const take = (file) => {
      if (seen.has(file)) return;
      seen.add(file);
      const source = readFileSync(join(dist, file), 'utf8');
      for (const [, next] of source.matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g)) take(next);
    };
    // The page has the lab in its own parts; lab.js is for pages of others.
    ['page.js', 'worker.js'].forEach(take);
    const bytes = [...seen].reduce(
      (sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length,
      0,
    );
    console.log(`${bytes} bytes of JavaScript, gzip, in ${seen.size} files`);
    assert.ok(bytes <= 60_000, `${bytes} bytes`);
    const later = readdirSync(dist).filter((file) => file.startsWith('story-') && file.endsWith('.js'));
    assert.equal(later.length, 1);
    assert.ok(!seen.has(later[0]));
  });
});
