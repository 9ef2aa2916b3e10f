// The chapters with a network: each trains, shows what its numbers say, and reaches what it waits for.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blank, caption, captionSays, choose, drawn, near, openChapter as open, reached, seek } from './chapters.mjs';
import { useChromium } from './pages.mjs';

const used = useChromium();
const openChapter = (id, options) => open(used, id, options);

describe('chapters with a network', () => {
  test(
    'learning comes near to the exact arrows; then floor, steps, solvers and likelihood of the same network',
    { timeout: 600_000 },
    async () => {
      const { page, heard, close } = await openChapter('learning');
      await reached(page);
      await captionSays(page, /step 3,000 of 3,000/, 240_000);
      await page.waitForFunction(() => window.flowStory.figure.shown[0].exact);
      // The last picture comes after the last step.
      await page.waitForFunction(
        () => {
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
        },
        null,
        { timeout: 60_000 },
      );
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
      const mean = [0, 1].map(
        (axis) => ends.filter((_, i) => i % 2 === axis).reduce((a, b) => a + b) / (ends.length / 2),
      );
      near(mean[0], 0, 0.2, 'the mean’s x');
      near(mean[1], -0.5, 0.2, 'the mean’s y');
      const spread = Math.sqrt(ends.reduce((sum, value, i) => sum + (value - mean[i % 2]) ** 2, 0) / ends.length);
      assert.ok(spread < 0.3, `with one step the dots end ${spread} from each other`);

      await page.evaluate(() => window.flowStory.go('solvers'));
      await captionSays(page, /^8 evaluations/);
      await choose(page, '40');
      await captionSays(page, /^40 evaluations/);
      await reached(page);
      const errors = await page.evaluate(() =>
        [...document.querySelectorAll('.figure .cell:not([hidden]) p')].map((p) =>
          Number(p.textContent.match(/off by ([\d.e-]+)/)[1]),
        ),
      );
      assert.equal(errors.length, 4);
      assert.ok(
        errors[0] > 4 * errors[1] && errors[0] > 4 * errors[2] && errors[1] > errors[3],
        `euler, midpoint, heun, rk4: ${errors}`,
      );
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
      await page.waitForFunction(
        () => window.flowStory.figure.shown[0].likelihood?.values.every(Number.isFinite),
        null,
        { timeout: 60_000 },
      );
      assert.equal(await blank(page, [-1, 1]), 0);
      assert.deepEqual(heard.complaints, []);
      await close();
    },
  );

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
      const { step, loss, ...arrays } = window.flowStory.figure.exhibits.recorded;
      return {
        step,
        loss,
        ...Object.fromEntries(['x0', 'x1', 't', 'xt', 'ut', 'before'].map((name) => [name, [...arrays[name]]])),
      };
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
      const { recorded } = window.flowStory.figure.exhibits;
      return {
        step: recorded.step,
        loss: recorded.loss,
        losses: [...(await window.flowLab.lab.losses())],
        shown: window.flowLab.run.step,
      };
    });
    assert.deepEqual([losses.length, losses.at(-1), shown], [step, loss, step]);
    await page.getByRole('button', { name: 'Another step' }).click();
    await captionSays(page, new RegExp(`^Your run \\(ring\\), step ${step + 1}\\.`));
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test(
    'coupling: transport pairs make a lower loss; then reflow straightens what the lottery bent',
    { timeout: 600_000 },
    async () => {
      const { page, heard, close } = await openChapter('coupling');
      await reached(page, 300_000);
      await captionSays(page, /Bend of the trajectories/, 300_000);
      const [, lot, ot] = (await caption(page))
        .match(/Loss with random pairs ([\d.]*\d), with transport pairs ([\d.]*\d)/)
        .map(Number);
      assert.ok(ot < lot / 10, `${ot} and ${lot}`);
      const [, bent, straight] = (await caption(page))
        .match(/Bend of the trajectories ([\d.]*\d) against ([\d.]*\d)/)
        .map(Number);
      assert.ok(straight < bent / 10, `${straight} and ${bent}`);
      await choose(page, 'pairs of one batch');
      const pairs = await page.evaluate(() =>
        window.flowStory.figure.shown.map(({ pairs: { x0, x1 } }) =>
          x0.reduce((sum, value, i) => sum + (x1[i] - value) ** 2, 0),
        ),
      );
      assert.ok(pairs[1] < pairs[0], `squared distances of the pairs: ${pairs}`);

      await page.evaluate(() => window.flowStory.go('reflow'));
      const button = page.getByRole('button', { name: 'Reflow', exact: true });
      await page.waitForFunction(
        () =>
          [...document.querySelectorAll('.figure .controls button')].some(
            (one) => one.textContent === 'Reflow' && !one.disabled,
          ),
        null,
        { timeout: 120_000 },
      );
      await choose(page, '1');
      await button.click();
      await reached(page, 200_000);
      const [, before, after] = (await caption(page))
        .match(/at first: ([\d.]*\d), after reflow 1: ([\d.]*\d)/)
        .map(Number);
      assert.ok(after < before / 10, `${after} and ${before}`);
      assert.deepEqual(heard.complaints, []);
      await close();
    },
  );

  test('sources: letters flow into a ring', { timeout: 300_000 }, async () => {
    const { page, heard, close } = await openChapter('sources');
    await captionSays(page, /moons → eight Gaussians: step/);
    await choose(page, 'letters → ring');
    await captionSays(page, /letters → ring: step \d/);
    await reached(page, 200_000);
    await seek(page, 1);
    const ends = await drawn(page);
    const radius =
      ends.reduce((sum, value, i) => (i % 2 ? sum : sum + Math.hypot(value, ends[i + 1])), 0) / (ends.length / 2);
    near(radius, 3, 0.4, 'the mean radius');
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test(
    'dimensions: the board is turned by mouse and by keys, and its points are where they are projected',
    { timeout: 300_000 },
    async () => {
      const { page, heard, close } = await openChapter('dimensions');
      await captionSays(page, /% of the points lie inside/);
      const canvas = page.locator('canvas.turntable');
      const look = () =>
        canvas.evaluate((canvas) => {
          const { turntable: table } = window.flowStory.figure.exhibits;
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
    },
  );
});
