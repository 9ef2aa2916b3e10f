// The chapters without a network: each shows what its numbers say, and reaches what it waits for.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dist, meanDistanceToMoons } from './browsers.mjs';
import { blank, caption, choose, drawn, isReached, near, openChapter as open, reached, seek } from './chapters.mjs';
import { useChromium } from './pages.mjs';

const used = useChromium();
const openChapter = (id, options) => open(used, id, options);

describe('chapters without a network', () => {
  test('pair: the dot is on the line, where t says; moving an end by key or by mouse moves the line', async () => {
    const { page, heard, close } = await openChapter('pair');
    await page.waitForFunction(() => window.flowStory.figure.shown[0].framesDrawn > 0);
    await seek(page, 0.25);
    const [x, y] = await drawn(page);
    near(x, 0.75 * -2.2 + 0.25 * 2, 1e-4);
    near(y, 0.75 * -1.2 + 0.25 * 1.4, 1e-4);
    assert.equal(await blank(page, [x, y]), 0);
    assert.ok(!(await isReached(page)));
    const handle = page.getByRole('button', { name: /Target point x1/ });
    await handle.focus();
    await page.keyboard.press('ArrowUp');
    await reached(page);
    assert.match(await caption(page), /\(4\.2, 2\.7\)/);
    const box = await handle.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 + 120, { steps: 5 });
    await page.mouse.up();
    const [, moved] = await page.evaluate(() => [...window.flowStory.figure.shown[0].samples.positions].slice(2));
    const scale = await page.evaluate(() => window.flowStory.figure.shown[0].camera.scale_px);
    near(moved, 1.5 - 120 / scale, 0.05);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('conditional: half way, every dot is half way to the target; at t = 1 all are there', async () => {
    const { page, heard, close } = await openChapter('conditional');
    await page.waitForFunction(() => window.flowStory.figure.shown[0].framesDrawn > 0);
    await seek(page, 0.5);
    const x0 = await page.evaluate(() => [...window.flowStory.figure.shown[0].samples.positions].slice(0, 800));
    const half = await drawn(page);
    half.forEach((value, i) => near(value, (x0[i] + [1.6, 1.2][i % 2]) / 2, 1e-4));
    assert.equal(await blank(page, half), 0);
    await page.getByRole('button', { name: /Target point/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await reached(page);
    await seek(page, 1);
    (await drawn(page)).forEach((value, i) => near(value, [1.5, 1.2][i % 2], 1e-4));
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('marginal: the arrows are the weighted mean of the targets’ velocities; the dots end on the moons', async () => {
    const { page, heard, close } = await openChapter('marginal');
    await page.waitForFunction(
      () => window.flowStory.figure.shown[0].samples && window.flowStory.figure.shown[0].exact,
    );
    const { points, targets, arrow } = await page.evaluate(() => {
      const [stage] = window.flowStory.figure.shown;
      const { points, frames } = stage.exact;
      return {
        points: [...points],
        targets: [...stage.target],
        arrow: [...frames.subarray(7 * points.length, 8 * points.length)],
      };
    });
    const [t, s] = [7 / 14, 0.1]; // the eighth of 15 times; each target is blurred by s
    const spread = (1 - t) ** 2 + (t * s) ** 2;
    for (const k of [0, 40, points.length / 2 - 1]) {
      const [x, y] = points.slice(2 * k, 2 * k + 2);
      let [sum, ux, uy] = [0, 0, 0];
      for (let i = 0; i < targets.length; i += 2) {
        const [ax, ay] = [targets[i], targets[i + 1]];
        const weight = Math.exp(-((x - t * ax) ** 2 + (y - t * ay) ** 2) / (2 * spread));
        const pull = (t * s * s - (1 - t)) / spread;
        sum += weight;
        ux += weight * (ax + pull * (x - t * ax));
        uy += weight * (ay + pull * (y - t * ay));
      }
      near(arrow[2 * k], ux / sum, 1e-3);
      near(arrow[2 * k + 1], uy / sum, 1e-3);
    }
    await seek(page, 1);
    const ends = await drawn(page);
    assert.ok(meanDistanceToMoons(ends) < 0.15, `${meanDistanceToMoons(ends)} from the moons`);
    assert.equal(await blank(page, ends), 0);
    await page.getByRole('button', { name: /Probe/ }).focus();
    await page.keyboard.press('ArrowRight');
    await reached(page);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('space: the grid is drawn where the flow has carried it, coarse and fine', async () => {
    const { page, heard, close } = await openChapter('space');
    await page.waitForFunction(() => window.flowStory.figure.shown[0].grid, null, { timeout: 60_000 });
    const corners = (row) =>
      page.evaluate((row) => {
        const { samples, lines, perLine } = window.flowStory.figure.shown[0].grid;
        const at = row * 2 * lines * perLine;
        return [...samples.positions.subarray(at, at + 2 * perLine)];
      }, row);
    await seek(page, 0);
    assert.equal(await blank(page, await corners(0)), 0);
    await page.locator('#story-time').focus();
    await page.keyboard.press('End');
    await reached(page);
    assert.equal(await blank(page, await corners(32)), 0);
    const coarse = await page.evaluate(() => window.flowStory.figure.shown[0].grid.lines);
    await choose(page, 'fine');
    await page.waitForFunction((coarse) => window.flowStory.figure.shown[0].grid.lines > coarse, coarse, {
      timeout: 60_000,
    });
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('schedules: at t = 0.5 each pair is where its schedule says', async () => {
    const { page, heard, close } = await openChapter('schedules');
    await page.waitForFunction(() => window.flowStory.figure.shown.every((stage) => stage.framesDrawn > 0));
    await seek(page, 0.5);
    await reached(page);
    const pairs = await page.evaluate(() => {
      const { positions, count } = window.flowStory.figure.shown[0].samples;
      return { x0: [...positions.subarray(0, 2 * count)], x1: [...positions.subarray(positions.length - 2 * count)] };
    });
    const s = 1 - 0.999 * 0.5;
    const total = 0.1 * s + 9.95 * s * s;
    const shares = [
      [0.5, 0.5],
      [Math.SQRT1_2, Math.SQRT1_2],
      [Math.exp(-total / 2), Math.sqrt(1 - Math.exp(-total))],
    ];
    for (const [k, [alpha, beta]] of shares.entries()) {
      const places = await drawn(page, k);
      places.forEach((value, i) => near(value, alpha * pairs.x1[i] + beta * pairs.x0[i], 2e-3, `schedule ${k}`));
      assert.equal(await blank(page, places, k), 0);
    }
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('sigma-min: at t = 1 the cloud is σ times as wide as at t = 0', async () => {
    const { page, heard, close } = await openChapter('sigma-min');
    await page.waitForFunction(() => window.flowStory.figure.shown[0].framesDrawn > 0);
    const slider = page.getByRole('slider', { name: 'σ' });
    await slider.focus();
    for (let k = 0; k < 30; k++) await page.keyboard.press('ArrowRight');
    await reached(page);
    await seek(page, 0);
    const before = await drawn(page);
    await seek(page, 1);
    (await drawn(page)).forEach((value, i) => near(value, [1.4, 0.8][i % 2] + 0.3 * before[i], 1e-4));
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('modes: the study’s numbers are where the axes say', async () => {
    const { page, heard, close } = await openChapter('modes');
    await page.waitForFunction(() => window.flowStory.figure.exhibits.plot);
    await choose(page, 'dimensions');
    await choose(page, 'both');
    await reached(page);
    await choose(page, 'modes');
    const rows = readFileSync(join(dist, 'scaling.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',').map(Number));
    const [, , modes, , steps] = rows.find(([cells, dim]) => cells === 6 && dim === 2);
    const inked = (modes, steps, right_px = 0) =>
      page.evaluate(
        async ([modes, steps, right_px]) => {
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const [x, y] = window.flowStory.figure.exhibits.plot.pixelOf(modes, steps);
          const canvas = document.querySelector('.study canvas');
          const density = canvas.width / canvas.clientWidth;
          return [
            ...canvas.getContext('2d').getImageData(Math.round((x + right_px) * density), Math.round(y * density), 1, 1)
              .data,
          ];
        },
        [modes, steps, right_px],
      );
    const blue = [0, 0x72, 0xb2, 255];
    assert.deepEqual(await inked(modes, steps), blue);
    const [, , most, , never, taken] = rows.find(([cells, dim]) => cells === 12 && dim === 2);
    assert.equal(never, 0, 'the largest board was not trained');
    assert.equal((await inked(most, taken))[3], 0, 'a ring has a hole');
    assert.ok(
      (await Promise.all([3, 4, 5].map((right_px) => inked(most, taken, right_px)))).some(
        (pixel) => String(pixel) === String(blue),
      ),
      'and a line',
    );
    assert.match(await caption(page), new RegExp(`${modes}: ${steps.toLocaleString('en')}`));
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});
