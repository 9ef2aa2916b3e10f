// Fingers on the stage: pinch, two-finger drag, double tap, one finger that scrolls the page.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPage, useChromium } from './pages.mjs';

const used = useChromium();
const SMALL = '#width=16&depth=2&batch=64&count=200&solverSteps=10&steps=100000';

async function open() {
  const opened = await openPage(used, SMALL, { width: 360, height: 740 }, { hasTouch: true, isMobile: true });
  const { page } = opened;
  await page.evaluate(() => document.getElementById('stages').scrollIntoView());
  const client = await page.context().newCDPSession(page);
  const { x, y } = await page.locator('#stage').boundingBox();
  /** Puts fingers down, moves or lifts them, in pixels of the stage. */
  const touch = (type, ...places) =>
    client.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: places.map(([px, py], id) => ({ x: x + px, y: y + py, id })),
    });
  const camera = () =>
    page.evaluate(() =>
      (({ extent, centreX, centreY, atHome }) => ({ extent, centreX, centreY, atHome }))(window.flowLab.stage.camera),
    );
  const point = (px, py) => page.evaluate(([px, py]) => window.flowLab.stage.camera.point(px, py), [px, py]);
  return { ...opened, touch, camera, point };
}

/** Two fingers go from a to c and from b to d, a little at a time. */
async function pinch(touch, [a, b], [c, d], pieces = 8) {
  await touch('touchStart', a, b);
  for (let k = 1; k <= pieces; k++) {
    const between = (from, to) => from.map((value, axis) => value + (k / pieces) * (to[axis] - value));
    await touch('touchMove', between(a, c), between(b, d));
  }
  await touch('touchEnd');
}

describe('by touch', () => {
  test('two fingers that part come closer, about the place between them; together they go back', async () => {
    const { page, heard, close, touch, camera, point } = await open();
    const before = await point(160, 160);
    await pinch(
      touch,
      [
        [130, 160],
        [190, 160],
      ],
      [
        [100, 160],
        [220, 160],
      ],
    );
    const near = await camera();
    assert.ok(Math.abs(near.extent - 2) < 0.1, `extent ${near.extent}: twice as close as 4`);
    const after = await point(160, 160);
    assert.ok(Math.hypot(after[0] - before[0], after[1] - before[1]) < 0.1, `${before} and ${after}`);
    await pinch(
      touch,
      [
        [100, 160],
        [220, 160],
      ],
      [
        [130, 160],
        [190, 160],
      ],
    );
    assert.ok(Math.abs((await camera()).extent - 4) < 0.2);
    assert.equal(await page.evaluate(() => visualViewport.scale), 1, 'the page itself is not zoomed');
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('two fingers that move together take the plane along', async () => {
    const { close, touch, camera, point } = await open();
    const before = await point(150, 150);
    await pinch(
      touch,
      [
        [120, 150],
        [180, 150],
      ],
      [
        [150, 190],
        [210, 190],
      ],
    );
    const after = await point(180, 190);
    assert.ok(Math.hypot(after[0] - before[0], after[1] - before[1]) < 0.12, `${before} and ${after}`);
    assert.ok(!(await camera()).atHome);
    await close();
  });

  test('a double tap fits the whole plane again', async () => {
    const { page, close, touch, camera } = await open();
    await pinch(
      touch,
      [
        [130, 160],
        [190, 160],
      ],
      [
        [90, 140],
        [230, 180],
      ],
    );
    assert.ok((await camera()).extent < 3);
    for (let k = 0; k < 2; k++) {
      await touch('touchStart', [60, 60]);
      await touch('touchEnd');
      await page.waitForTimeout(80);
    }
    await page.waitForFunction(() => window.flowLab.stage.camera.atHome);
    assert.equal((await camera()).extent, 4);
    await close();
  });

  test('one finger scrolls the page while the whole plane is seen, and moves the plane when it is not', async () => {
    const { page, close, touch, camera } = await open();
    const drag = async () => {
      await touch('touchStart', [160, 250]);
      for (let k = 1; k <= 10; k++) {
        await touch('touchMove', [160, 250 - 15 * k]);
        await page.waitForTimeout(16);
      }
      await touch('touchEnd');
      await page.waitForTimeout(300);
    };
    const before = await page.evaluate(() => window.scrollY);
    await drag();
    const scrolled = await page.evaluate(() => window.scrollY);
    assert.ok(scrolled > before + 50, `${before} to ${scrolled}`);
    assert.ok((await camera()).atHome, JSON.stringify(await camera()));
    await page.evaluate((before) => window.scrollTo(0, before), before);
    await pinch(
      touch,
      [
        [130, 160],
        [190, 160],
      ],
      [
        [100, 160],
        [220, 160],
      ],
    );
    const centre = (await camera()).centreY;
    await drag();
    assert.ok(Math.abs((await page.evaluate(() => window.scrollY)) - before) < 5, 'the page stays');
    assert.ok(Math.abs((await camera()).centreY - centre) > 0.5, 'the plane moves');
    await close();
  });

  test('one finger scrolls the page again after a zoom, once the run has begun anew', async () => {
    const { page, close, touch, camera } = await open();
    await pinch(
      touch,
      [
        [130, 160],
        [190, 160],
      ],
      [
        [100, 160],
        [220, 160],
      ],
    );
    assert.ok(!(await camera()).atHome);
    await page.waitForFunction(() => !document.querySelector('.lens [aria-label="Move left"]').hidden);
    await page.evaluate(() => document.getElementById('reset').click());
    await page.waitForFunction(() => window.flowLab.stage.camera.atHome);
    assert.equal(await page.locator('#stage').evaluate((canvas) => canvas.style.touchAction), 'pan-y');
    assert.ok(await page.locator('.lens [aria-label="Move left"]').isHidden(), 'there is nowhere to move');
    const before = await page.evaluate(() => window.scrollY);
    await touch('touchStart', [160, 250]);
    for (let k = 1; k <= 10; k++) {
      await touch('touchMove', [160, 250 - 15 * k]);
      await page.waitForTimeout(16);
    }
    await touch('touchEnd');
    await page.waitForTimeout(300);
    assert.ok((await page.evaluate(() => window.scrollY)) > before + 50);
    await close();
  });
});
