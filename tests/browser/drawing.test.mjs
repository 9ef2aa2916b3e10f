// Drawing one's own target: by pointer, by touch, by keys; kept in the link.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, openPanel, optionOf, useChromium, waitForOption, waitForStep } from './pages.mjs';
import { listen } from './browsers.mjs';

const used = useChromium();

const FAST = '#width=16&depth=2&batch=64&device=cpu';
const board = (page) => page.locator('#editor-target canvas');
const count = async (page) =>
  Number((await page.locator('#editor-target [data-count]').textContent()).replace(/\D/g, ''));

async function openEditor(page) {
  await openPanel(page);
  await page.locator('#points-target').click();
  await board(page).waitFor();
}

/** Pixels of the page for points of the board, which shows [-4, 4]². */
async function pixels(page, ...places) {
  const { x, y, width, height } = await board(page).boundingBox();
  return places.map(([px, py]) => [x + ((px + 4) / 8) * width, y + ((4 - py) / 8) * height]);
}

async function drawByMouse(page, ...places) {
  const [first, ...rest] = await pixels(page, ...places);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const place of rest) await page.mouse.move(...place, { steps: 40 });
  await page.mouse.up();
}

/** Whether the board has ink of the target's colour within two pixels of a place. */
const inked = (page, x, y) =>
  board(page).evaluate(
    (canvas, [x, y]) => {
      const [column, row] = [((x + 4) / 8) * canvas.width, ((4 - y) / 8) * canvas.height].map(Math.round);
      const { data } = canvas.getContext('2d').getImageData(column - 8, row - 8, 17, 17);
      const [red, green, blue] = getComputedStyle(canvas)
        .getPropertyValue('--target')
        .trim()
        .match(/\w\w/g)
        .map((pair) => parseInt(pair, 16));
      for (let i = 0; i < data.length; i += 4)
        if (Math.hypot(data[i] - red, data[i + 1] - green, data[i + 2] - blue) < 40 && data[i + 3] > 100) return true;
      return false;
    },
    [x, y],
  );

const given = (page) => page.evaluate(() => [...window.flowLab.lab.given.target.values]);

async function use(page) {
  await page.getByRole('button', { name: 'Train with it' }).click();
  await waitForOption(page, 'target', 'points');
  await waitForStep(page, 5);
}

test('a line drawn with the mouse is the target where it lies, and the link brings the same points back', async () => {
  const { page, heard, close } = await openPage(used, FAST);
  await openEditor(page);
  await drawByMouse(page, [-2, 1], [2, 1]);
  assert.ok(Math.abs((await count(page)) - 180) < 15, `${await count(page)} points on a line of length 4`);
  await page.mouse.move(5, 5);
  assert.deepEqual([await inked(page, 0, 1), await inked(page, 0, -1)], [true, false]);
  await use(page);
  const values = await given(page);
  const drawn = await page.evaluate(async () => [...(await window.flowLab.lab.reference('target', 300))]);
  drawn.forEach((value, i) => assert.ok(i % 2 ? Math.abs(value - 1) < 0.2 : Math.abs(value) < 2.3, `${value}`));
  const address = page.url();
  assert.match(address, /targetData=d\.[\w-]+$/);
  assert.ok(address.length < 600, `${address.length} letters`);
  await page.goto('about:blank');
  await page.goto(address);
  await page.waitForFunction(() => window.flowLab?.stage?.framesDrawn > 0);
  assert.deepEqual(await given(page), values);
  assert.equal(page.url(), address);
  assert.deepEqual(heard.complaints, []);
  await close();
});

test('what was drawn can be gone on with, erased, undone, done again and cleared', async () => {
  const { page, close } = await openPage(used, FAST);
  await openEditor(page);
  await drawByMouse(page, [-2, 0], [2, 0]);
  const line = await count(page);
  await page.locator('#editor-target').getByLabel('erase').check();
  await drawByMouse(page, [0, -1], [0, 1]);
  const gap = await count(page);
  assert.ok(gap < line, `${gap} of ${line} after erasing`);
  await page.mouse.move(5, 5);
  assert.equal(await inked(page, 0, 0), false);
  const press = (name) => page.locator('#editor-target').getByRole('button', { name, exact: true }).click();
  await press('Undo');
  assert.equal(await count(page), line);
  await press('Redo');
  assert.equal(await count(page), gap);
  await press('Clear');
  assert.equal(await count(page), 0);
  await page.getByRole('button', { name: 'Train with it' }).click();
  await page.getByText('There is too little on the board').waitFor();
  await press('Redo');
  await press('Redo');
  assert.equal(await count(page), gap);
  await use(page);
  await page.locator('#points-target').click();
  assert.equal(await count(page), gap);
  await close();
});

test('keys alone can draw, change the tool, undo, and train', async () => {
  const { page, heard, close } = await openPage(used, FAST);
  await openPanel(page);
  await page.locator('#points-target').focus();
  await page.keyboard.press('Enter');
  await board(page).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  for (let k = 0; k < 15; k++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  const line = await count(page);
  assert.ok(Math.abs(line - 1.5 * 45) <= 4, `${line} points on a line of length 1.5`);
  assert.equal(await inked(page, 1, 0.1), true);
  await page.keyboard.press('e');
  assert.ok(await page.locator('#editor-target').getByLabel('erase').isChecked());
  await page.keyboard.press('Enter');
  for (let k = 0; k < 5; k++) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Escape');
  assert.ok((await count(page)) < line);
  assert.ok(await page.locator('#editor-target').isVisible(), 'Escape lifts the pen first');
  await page.keyboard.press('Control+z');
  assert.equal(await count(page), line);
  await page.getByRole('button', { name: 'Train with it' }).focus();
  await page.keyboard.press('Enter');
  await waitForOption(page, 'target', 'points');
  assert.equal((await given(page)).length, 2 * line);
  assert.deepEqual(heard.complaints, []);
  await close();
});

test('a finger draws on a phone, and the page does not scroll away', async () => {
  const context = await used.browser.newContext({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  const heard = listen(page);
  await page.goto(used.site.address + FAST);
  await page.waitForFunction(() => window.flowLab?.stage?.framesDrawn > 0);
  await openEditor(page);
  const client = await context.newCDPSession(page);
  const places = await pixels(page, ...Array.from({ length: 21 }, (_, k) => [-2 + k / 5, Math.sin(k / 3)]));
  const touch = (type, touchPoints) => client.send('Input.dispatchTouchEvent', { type, touchPoints });
  await touch('touchStart', [{ x: places[0][0], y: places[0][1] }]);
  for (const [x, y] of places.slice(1)) await touch('touchMove', [{ x, y }]);
  await touch('touchEnd', []);
  assert.ok((await count(page)) > 150, `${await count(page)} points`);
  assert.equal(await inked(page, -2 + 10 / 5, Math.sin(10 / 3)), true);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  await use(page);
  assert.deepEqual(heard.complaints, []);
  await context.close();
});

test('spray goes on while the pointer stays; many strokes are too many for the link, which says so', async () => {
  const { page, close } = await openPage(used, FAST);
  await openEditor(page);
  await page.locator('#editor-target').getByLabel('spray').check();
  const [[x, y]] = await pixels(page, [0, 0]);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.waitForTimeout(700);
  await page.mouse.up();
  assert.ok((await count(page)) >= 40, `${await count(page)} points`);
  await page.locator('#editor-target').getByLabel('brush').check();
  for (let k = 0; k < 14; k++)
    await drawByMouse(page, [-3.5, -3.5 + k / 2], [3.5, -3.3 + k / 2], [-3.5, -3.1 + k / 2], [3.5, -2.9 + k / 2]);
  await use(page);
  assert.ok(!page.url().includes('targetData'));
  await page.locator('#link').click();
  await page.getByText('cannot hold your points, which are too many').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .locator('#points-target')
      .click()
      .then(() => page.locator('#editor-target').getByRole('button', { name: 'Save as CSV' }).click()),
  ]);
  assert.equal(download.suggestedFilename(), 'flow-lab-target.csv');
  await close();
});

test('letters become the target', async () => {
  const { page, close } = await openPage(used, FAST);
  await openEditor(page);
  await page.locator('#editor-target').getByLabel('Letters', { exact: true }).check();
  await page.getByLabel('Letters, up to 16').fill('ode');
  await page.keyboard.press('Enter');
  await waitForOption(page, 'target', 'text');
  assert.equal(await optionOf(page, 'text'), 'ode');
  await close();
});

test('a broken drawing in a link is a note, and the page runs', async () => {
  const { page, close } = await openPage(used, `${FAST}&target=points&targetData=d.AAAA`);
  assert.match(await page.locator('#notes').textContent(), /the drawing in the link is not whole/);
  await waitForStep(page, 5);
  await close();
});
