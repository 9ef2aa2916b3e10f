// Every chapter of the story opens, shows what its numbers say, and reaches what it waits for.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dist, listen, meanDistanceToMoons } from './browsers.mjs';
import { useChromium } from './pages.mjs';
import { chapters } from '../../www/chapters/index.js';
import { formulasOf } from '../../www/story/formulas.js';

const used = useChromium();

async function openChapter(id, options = {}) {
  const context = await used.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const heard = listen(page);
  // The reader's own run would only take time.
  await page.goto(`${used.site.address}?chapter=${id}#device=cpu&steps=1&width=8`);
  await page.waitForFunction((id) => window.flowStory?.open === id, id, { timeout: 30_000 });
  return { page, heard, close: () => context.close() };
}

const reached = (page, timeout = 120_000) => page.waitForFunction(() => document.querySelector('article.open .wait').dataset.state === 'reached', null, { timeout });
const isReached = (page) => page.evaluate(() => document.querySelector('article.open .wait').dataset.state === 'reached');
const caption = (page) => page.locator('.figure .caption').textContent();
const captionSays = (page, pattern, timeout = 120_000) =>
  page.waitForFunction((source) => new RegExp(source).test(document.querySelector('.figure .caption').textContent), pattern.source, { timeout });
const choose = (page, words) => page.locator('.figure .controls').getByLabel(words, { exact: true }).check();
const drawn = (page, k = 0) => page.evaluate((k) => [...(window.flowStory.figure.shown[k].drawn ?? [])], k);

/** Holds the flow at t. */
async function seek(page, t) {
  await page.evaluate(async (t) => {
    const { figure } = window.flowStory;
    figure.flow(false);
    figure.seek(t);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, t);
}

/** Of places in the plane, how many have no ink on the figure's stage number k, nor a pixel beside. */
const blank = (page, places, k = 0) =>
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
        const [x, y] = [Math.floor(stage.camera.x(places[i]) * density), Math.floor(stage.camera.y(places[i + 1]) * density)];
        if (!(x >= 1 && y >= 1 && x < width - 1 && y < height - 1)) continue;
        let ink = 0;
        for (let k = 0; k < 9; k++) ink += data[4 * ((y + Math.floor(k / 3) - 1) * width + x + (k % 3) - 1) + 3];
        missing += ink === 0;
      }
      return missing;
    },
    [places, k],
  );

const near = (a, b, apart, what = '') => assert.ok(Math.abs(a - b) <= apart, `${what} ${a} and ${b}`);

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

  test('marginal: the arrows are the weighted mean of the targets’ velocities, and the dots end on the moons', async () => {
    const { page, heard, close } = await openChapter('marginal');
    await page.waitForFunction(() => window.flowStory.figure.shown[0].samples && window.flowStory.figure.shown[0].exact);
    const { points, targets, arrow } = await page.evaluate(() => {
      const [stage] = window.flowStory.figure.shown;
      const { points, frames } = stage.exact;
      return { points: [...points], targets: [...stage.target], arrow: [...frames.subarray(7 * points.length, 8 * points.length)] };
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
    await page.waitForFunction((coarse) => window.flowStory.figure.shown[0].grid.lines > coarse, coarse, { timeout: 60_000 });
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
    const shares = [[0.5, 0.5], [Math.SQRT1_2, Math.SQRT1_2], [Math.exp(-total / 2), Math.sqrt(1 - Math.exp(-total))]];
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
    await page.waitForFunction(() => window.flowStory.figure.plot);
    await choose(page, 'dimensions');
    await choose(page, 'both');
    await reached(page);
    await choose(page, 'modes');
    const rows = readFileSync(join(dist, 'scaling.csv'), 'utf8').trim().split('\n').slice(1).map((row) => row.split(',').map(Number));
    const [, , modes, , steps] = rows.find(([cells, dim]) => cells === 6 && dim === 2);
    const inked = await page.evaluate(
      async ([modes, steps]) => {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const [x, y] = window.flowStory.figure.plot.pixelOf(modes, steps);
        const canvas = document.querySelector('.study canvas');
        const density = canvas.width / canvas.clientWidth;
        const [red, green, blue, alpha] = canvas.getContext('2d').getImageData(Math.round(x * density), Math.round(y * density), 1, 1).data;
        return { color: [red, green, blue], alpha };
      },
      [modes, steps],
    );
    assert.deepEqual(inked, { color: [0, 0x72, 0xb2], alpha: 255 });
    assert.match(await caption(page), new RegExp(`${modes}: ${steps.toLocaleString('en')}`));
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

describe('chapters with a network', () => {
  test('learning: it takes its steps, the arrows come near to the exact ones; then the floor, the steps, the solvers and the likelihood of the same network', { timeout: 600_000 }, async () => {
    const { page, heard, close } = await openChapter('learning');
    await reached(page);
    await captionSays(page, /step 3,000 of 3,000/, 240_000);
    await page.waitForFunction(() => window.flowStory.figure.shown[0].exact);
    // The last picture comes after the last step.
    await page.waitForFunction(() => {
      const { velocity, exact } = window.flowStory.figure.shown[0];
      const size = velocity.points.length;
      let [difference, all] = [0, 0];
      // At half time, near the middle, where the points are.
      for (let i = 0; i < size; i += 2) {
        if (Math.hypot(velocity.points[i], velocity.points[i + 1]) > 1.5) continue;
        for (const k of [i, i + 1]) {
          difference += (velocity.frames[4 * size + k] - exact.frames[4 * size + k]) ** 2;
          all += exact.frames[4 * size + k] ** 2;
        }
      }
      return difference / all < 0.1;
    }, null, { timeout: 60_000 });
    await page.evaluate(() => window.flowStory.go('floor'));
    await captionSays(page, /above its floor of 1\.88/);
    await page.getByRole('button', { name: /Probe/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await reached(page);
    assert.match(await caption(page), /Step 3,000/);

    await page.evaluate(() => window.flowStory.go('steps'));
    await captionSays(page, /^20 steps.* W2 to the target: 0\.[123]/);
    await choose(page, '1');
    await captionSays(page, /^1 step, so 1 question.* W2 to the target: 1\./);
    await reached(page);
    await page.waitForTimeout(500);
    await seek(page, 1);
    const ends = await drawn(page);
    const mean = [0, 1].map((axis) => ends.filter((_, i) => i % 2 === axis).reduce((a, b) => a + b) / (ends.length / 2));
    near(mean[0], 0, 0.2, 'the mean’s x');
    near(mean[1], -0.5, 0.2, 'the mean’s y');
    const spread = Math.sqrt(ends.reduce((sum, value, i) => sum + (value - mean[i % 2]) ** 2, 0) / ends.length);
    assert.ok(spread < 0.3, `with one step the dots end ${spread} from each other`);

    await page.evaluate(() => window.flowStory.go('solvers'));
    await captionSays(page, /^8 evaluations/);
    await choose(page, '40');
    await captionSays(page, /^40 evaluations/);
    await reached(page);
    const errors = await page.evaluate(() => [...document.querySelectorAll('.figure .cell:not([hidden]) p')].map((p) => Number(p.textContent.match(/off by ([\d.e-]+)/)[1])));
    assert.equal(errors.length, 4);
    assert.ok(errors[0] > 4 * errors[1] && errors[0] > 4 * errors[2] && errors[1] > errors[3], `euler, midpoint, heun, rk4: ${errors}`);
    await page.waitForTimeout(500); // the dots glide over to new samples
    await seek(page, 1);
    assert.equal(await blank(page, await drawn(page, 3), 3), 0);

    await page.evaluate(() => window.flowStory.go('likelihood'));
    await captionSays(page, /nats/);
    const handle = page.getByRole('button', { name: /Place/ });
    await handle.focus();
    for (let k = 0; k < 10; k++) await page.keyboard.press('ArrowLeft'); // to (-1, 0)
    for (let k = 0; k < 10; k++) await page.keyboard.press('ArrowUp'); // to (-1, 1), the upper moon's top
    await captionSays(page, /^At \(−1\.0, 1\.0\): ln p₁ = −[01]\.\d nats/);
    for (let k = 0; k < 25; k++) await page.keyboard.press('ArrowUp');
    await reached(page);
    await page.waitForFunction(() => window.flowStory.figure.shown[0].likelihood?.values.every(Number.isFinite), null, { timeout: 60_000 });
    assert.equal(await blank(page, [-1, 1]), 0);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('step: five pictures of a real step, whose numbers follow from each other', async () => {
    const { page, heard, close } = await openChapter('step');
    await captionSays(page, /Draw pairs/);
    for (const words of ['times', 'targets', 'prediction']) await choose(page, words);
    const said = Number((await caption(page)).match(/the loss: ([\d.]+)\./)[1]);
    await choose(page, 'correction');
    await reached(page);
    const left = Number((await caption(page)).match(/the loss is now ([\d.]+)\./)[1] ?? NaN);
    assert.ok(left < said, `${left} after the step, ${said} before`);
    const step = await page.evaluate(() => {
      const { step, loss, ...arrays } = window.flowStory.figure.recorded;
      return { step, loss, ...Object.fromEntries(['x0', 'x1', 't', 'xt', 'ut', 'before'].map((name) => [name, [...arrays[name]]])) };
    });
    assert.equal(step.step, 41);
    step.xt.forEach((value, i) => near(value, (1 - step.t[i >> 1]) * step.x0[i] + step.t[i >> 1] * step.x1[i], 1e-5));
    near(step.before.reduce((sum, value, i) => sum + (value - step.ut[i]) ** 2, 0) / step.ut.length, said, 6e-4);
    assert.equal(await blank(page, step.xt.slice(0, 32)), 0);
    await page.getByRole('button', { name: 'Another step' }).click();
    await captionSays(page, /step 42\. Draw pairs/);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('one step of the reader’s own run, slowly: it counts there, and is that run’s next step', async () => {
    const { page, heard, close } = await openChapter('pair');
    await page.waitForFunction(() => window.flowLab?.run.finished);
    await page.evaluate(() => (location.hash = '#width=8&device=cpu&coupling=ot&target=ring&batch=32'));
    await page.waitForFunction(() => window.flowLab.run.lab.options.target === 'ring' && window.flowLab.run.step > 3);
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('#slow').click();
    await captionSays(page, /^Your run \(ring\), step \d+\. Draw pairs\. 32 of them, matched by optimal transport/);
    const { step, loss, losses, shown } = await page.evaluate(async () => {
      const { recorded } = window.flowStory.figure;
      return { step: recorded.step, loss: recorded.loss, losses: [...(await window.flowLab.lab.losses())], shown: window.flowLab.run.step };
    });
    assert.deepEqual([losses.length, losses.at(-1), shown], [step, loss, step]);
    await page.getByRole('button', { name: 'Another step' }).click();
    await captionSays(page, new RegExp(`^Your run \\(ring\\), step ${step + 1}\\.`));
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('coupling: transport pairs make a lower loss; then reflow straightens what the lottery bent', { timeout: 600_000 }, async () => {
    const { page, heard, close } = await openChapter('coupling');
    await reached(page, 300_000);
    await captionSays(page, /Bend of the trajectories/, 300_000);
    const [, lot, ot] = (await caption(page)).match(/Loss with random pairs ([\d.]*\d), with transport pairs ([\d.]*\d)/).map(Number);
    assert.ok(ot < lot / 10, `${ot} and ${lot}`);
    const [, bent, straight] = (await caption(page)).match(/Bend of the trajectories ([\d.]*\d) against ([\d.]*\d)/).map(Number);
    assert.ok(straight < bent / 10, `${straight} and ${bent}`);
    await choose(page, 'pairs of one batch');
    const pairs = await page.evaluate(() => window.flowStory.figure.shown.map(({ pairs: { x0, x1 } }) => x0.reduce((sum, value, i) => sum + (x1[i] - value) ** 2, 0)));
    assert.ok(pairs[1] < pairs[0], `squared distances of the pairs: ${pairs}`);

    await page.evaluate(() => window.flowStory.go('reflow'));
    const button = page.getByRole('button', { name: 'Reflow', exact: true });
    await page.waitForFunction(() => [...document.querySelectorAll('.figure .controls button')].some((one) => one.textContent === 'Reflow' && !one.disabled), null, { timeout: 120_000 });
    await choose(page, '1');
    await button.click();
    await reached(page, 200_000);
    const [, before, after] = (await caption(page)).match(/at first: ([\d.]*\d), after reflow 1: ([\d.]*\d)/).map(Number);
    assert.ok(after < before / 10, `${after} and ${before}`);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('sources: letters flow into a ring', { timeout: 300_000 }, async () => {
    const { page, heard, close } = await openChapter('sources');
    await captionSays(page, /moons → eight Gaussians: step/);
    await choose(page, 'letters → ring');
    await captionSays(page, /letters → ring: step \d/);
    await reached(page, 200_000);
    await seek(page, 1);
    const ends = await drawn(page);
    const radius = ends.reduce((sum, value, i) => (i % 2 ? sum : sum + Math.hypot(value, ends[i + 1])), 0) / (ends.length / 2);
    near(radius, 3, 0.4, 'the mean radius');
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('dimensions: the board is turned by mouse and by keys, and its points are where they are projected', { timeout: 300_000 }, async () => {
    const { page, heard, close } = await openChapter('dimensions');
    await captionSays(page, /% of the points lie inside/);
    const canvas = page.locator('canvas.turntable');
    const look = () =>
      canvas.evaluate((canvas) => {
        const { turntable: table } = window.flowStory.figure;
        table.draw();
        const density = canvas.width / canvas.clientWidth;
        const context = canvas.getContext('2d');
        let missing = 0;
        for (let i = 0; i < 300; i += 3) {
          const [x, y] = table.project(table.xyz[i], table.xyz[i + 1], table.xyz[i + 2]);
          if (x < 0 || y < 0 || x >= canvas.clientWidth || y >= canvas.clientHeight) continue;
          missing += context.getImageData(Math.floor(x * density), Math.floor(y * density), 1, 1).data[3] === 0;
        }
        return { missing, yaw: table.camera.yaw, boxes: table.boxes.length, side: table.boxes[0][3] };
      });
    const before = await look();
    assert.deepEqual([before.missing, before.boxes], [0, 4]);
    await canvas.focus();
    for (let k = 0; k < 3; k++) await page.keyboard.press('ArrowLeft');
    const box = await canvas.boundingBox();
    await page.mouse.move(box.x + 200, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 320, box.y + 200, { steps: 6 });
    await page.mouse.up();
    await reached(page);
    const after = await look();
    assert.equal(after.missing, 0);
    assert.notEqual(after.yaw, before.yaw);
    await captionSays(page, /^Step 1,500 of 1,500\. [789]\d %/);
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

describe('the story as a page', () => {
  test('every chapter is in the contents, opens from there, and fits a phone', { timeout: 300_000 }, async () => {
    const { page, heard, close } = await openChapter('pair', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    for (const { id, title } of chapters) {
      await page.locator('.contents').getByRole('link', { name: title.replace(/<[^>]*>/g, ''), exact: true }).click();
      await page.waitForFunction((id) => window.flowStory.open === id, id);
      await page.waitForTimeout(150);
      const { width, top, bottom } = await page.evaluate((id) => {
        const figure = document.querySelector('.story .figure').getBoundingClientRect();
        const heading = document.getElementById(`title-${id}`).getBoundingClientRect();
        return { width: document.documentElement.scrollWidth, top: heading.top - figure.bottom, bottom: heading.bottom };
      }, id);
      assert.ok(width <= 360, `${id}: ${width} pixels wide`);
      assert.ok(top >= -1 && bottom < 740, `${id}: the heading stands ${top} below the figure and ends at ${bottom}`);
    }
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('axe finds nothing to say of the story, of any chapter’s figure, nor of the editor, in either theme', { timeout: 300_000 }, async () => {
    const axe = readFileSync(new URL('../../www/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
    for (const colorScheme of ['light', 'dark']) {
      const { page, close } = await openChapter('pair', { colorScheme });
      await page.evaluate(axe);
      const found = (selector) =>
        page.evaluate(async (selector) => {
          const { violations } = await window.axe.run(selector, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
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
  });

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
    assert.deepEqual(await page.evaluate(() => [window.flowLab.lab.options.width, window.flowLab.run.step, location.hash]), [8, 1, '#width=8&steps=1&device=cpu']);
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
    assert.deepEqual(heard.requests.filter((url) => /story|formulas/.test(url)), []);
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
    ['page.js', 'lab.js', 'worker.js'].forEach(take);
    const bytes = [...seen].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);
    console.log(`${bytes} bytes of JavaScript, gzip, in ${seen.size} files`);
    assert.ok(bytes <= 60_000, `${bytes} bytes`);
    const later = readdirSync(dist).filter((file) => file.startsWith('story-') && file.endsWith('.js'));
    assert.equal(later.length, 1);
    assert.ok(!seen.has(later[0]));
  });
});
