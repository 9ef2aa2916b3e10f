// Drawing on the stage itself: by pointer, by touch, by keys.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, optionOf, stepOf, text, useChromium, waitForOption, waitForStep } from './pages.mjs';

const used = useChromium();
const FAST = '#width=16&depth=2&batch=64&device=cpu&steps=100000';

const pen = (page) => page.locator('canvas.pen');
const bar = (page) => page.locator('.pen.bar');
const count = async (page) => Number((await bar(page).locator('[data-count]').textContent()).replace(/\D/g, ''));
const press = (page, name) => bar(page).getByRole('button', { name, exact: true }).click();

async function open(hash = FAST, viewport, wishes) {
  const opened = await openPage(used, hash, viewport, wishes);
  await opened.page.locator('#draw').click();
  await pen(opened.page).waitFor();
  await opened.page.locator('#stages').scrollIntoViewIfNeeded();
  return opened;
}

/** Pixels of the window for places of the plane, where the stage itself shows them. */
const pixels = (page, ...places) =>
  page.evaluate((places) => {
    const { camera, canvas } = window.flowLab.stage;
    const { left, top } = canvas.getBoundingClientRect();
    return places.map(([x, y]) => [left + camera.x(x), top + camera.y(y)]);
  }, places);

async function drawByMouse(page, ...places) {
  const [first, ...rest] = await pixels(page, ...places);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const place of rest) await page.mouse.move(...place, { steps: 30 });
  await page.mouse.up();
}

const given = (page, end) => page.evaluate((end) => [...window.flowLab.lab.given[end].values], end);

test('a line drawn on the stage becomes the target, where it was drawn, and the link keeps it', async () => {
  const { page, heard, close } = await open();
  await drawByMouse(page, [-2, 1], [2, 1]);
  assert.ok(Math.abs((await count(page)) - 180) < 15, `${await count(page)} points on a line of length 4`);
  const step = await stepOf(page);
  await waitForStep(page, step + 1); // the run trains on meanwhile
  await press(page, 'Train with it');
  await waitForOption(page, 'target', 'points');
  await pen(page).waitFor({ state: 'detached' });
  const values = await given(page, 'target');
  values.forEach((value, i) => assert.ok(i % 2 ? Math.abs(value - 1) < 0.2 : Math.abs(value) < 2.2, `${value}`));
  assert.match(page.url(), /targetData=d\.[\w-]+$/);
  await waitForStep(page, 5);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'draw');
  // What was drawn comes back on the board, to be gone on with.
  await page.locator('#draw').click();
  assert.equal(await count(page), values.length / 2);
  assert.deepEqual(heard.complaints, []);
  await close();
});

test('on a stage that shows more than can be drawn on, the board comes closer, and goes back', async () => {
  const { page, close } = await open(`${FAST}&target=8gaussians`);
  assert.ok((await page.evaluate(() => window.flowLab.stage.camera.extent)) < 4.5);
  await press(page, 'Cancel');
  assert.equal(await page.evaluate(() => window.flowLab.stage.camera.extent), 8);
  assert.equal(await optionOf(page, 'target'), '8gaussians');
  await close();
});

test('erases, undoes, does again; too little is a sentence; the source has a board of its own', async () => {
  const { page, close } = await open();
  await press(page, 'Train with it');
  assert.match(await bar(page).locator('[role=alert]').textContent(), /too little on the stage/);
  await drawByMouse(page, [-2, 0], [2, 0]);
  const line = await count(page);
  await bar(page).getByLabel('erase').check();
  await drawByMouse(page, [0, -1], [0, 1]);
  const gap = await count(page);
  assert.ok(gap < line, `${gap} of ${line}`);
  await press(page, 'Undo');
  assert.equal(await count(page), line);
  await press(page, 'Redo');
  assert.equal(await count(page), gap);
  await bar(page).getByLabel('source').check();
  assert.equal(await count(page), 0);
  await bar(page).getByLabel('spray').check();
  await drawByMouse(page, [-1, 2], [1, 2]);
  const sprayed = await count(page);
  assert.ok(sprayed > 50);
  await bar(page).getByLabel('target').check();
  assert.equal(await count(page), gap);
  await bar(page).getByLabel('source').check();
  assert.equal(await count(page), sprayed);
  await press(page, 'Train with it');
  await waitForOption(page, 'source', 'points');
  assert.equal(await optionOf(page, 'target'), 'moons');
  await close();
});

test('keys alone open the board, draw, leave it with Escape, come back and train', async () => {
  const { page, heard, close } = await openPage(used, FAST);
  await page.locator('#draw').focus();
  await page.keyboard.press('Enter');
  await pen(page).waitFor();
  await page.waitForFunction(() => document.activeElement.matches('canvas.pen'));
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  for (let k = 0; k < 15; k++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  const line = await count(page);
  assert.ok(Math.abs(line - 1.5 * 45) <= 4, `${line} points on a line of length 1.5`);
  assert.match(await bar(page).locator('[role=status]').textContent(), /Pen up/);
  await page.keyboard.press('Escape');
  await pen(page).waitFor({ state: 'detached' });
  assert.equal(await optionOf(page, 'target'), 'moons');
  await page.keyboard.press('Enter');
  await pen(page).waitFor();
  assert.equal(await count(page), line, 'nothing is lost');
  await bar(page).getByRole('button', { name: 'Train with it' }).focus();
  await page.keyboard.press('Enter');
  await waitForOption(page, 'target', 'points');
  assert.deepEqual(heard.complaints, []);
  await close();
});

test('a finger draws on a phone, and the page neither scrolls nor is too wide', async () => {
  const { page, heard, close } = await open(FAST, { width: 360, height: 740 }, { hasTouch: true, isMobile: true });
  const scrolled = await page.evaluate(() => window.scrollY);
  const client = await page.context().newCDPSession(page);
  const touch = (type, touchPoints) => client.send('Input.dispatchTouchEvent', { type, touchPoints });
  const places = await pixels(page, ...Array.from({ length: 21 }, (_, k) => [-2 + k / 5, Math.sin(k / 3)]));
  await touch('touchStart', [{ x: places[0][0], y: places[0][1] }]);
  for (const [x, y] of places.slice(1)) await touch('touchMove', [{ x, y }]);
  await touch('touchEnd', []);
  assert.ok((await count(page)) > 150, `${await count(page)} points`);
  assert.equal(await page.evaluate(() => window.scrollY), scrolled);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  await press(page, 'Train with it');
  await waitForOption(page, 'target', 'points');
  assert.deepEqual(heard.complaints, []);
  await close();
});

test('the target “points” of the first screen asks for a drawing, and other ways are a button away', async () => {
  const { page, close } = await openPage(used, FAST);
  await page.locator('#target').selectOption('points');
  await pen(page).waitFor();
  assert.equal(await page.locator('#target').inputValue(), 'moons');
  await press(page, 'Letters, numbers, a picture …');
  await page.locator('#editor-target[open]').waitFor();
  await close();
});

test('the first words are true of noise, of shapes, of many dimensions and of digits', async () => {
  const { page, close } = await openPage(used, FAST);
  const lead = async () => (await text(page, 'lead')).replace(/\s+/g, ' ').trim();
  assert.match(await lead(), /every point must move .* noise becomes data; the dots follow/);
  const words = await page.evaluate(async () => {
    await window.flowLab.run.restart([
      ['source', 'moons'],
      ['target', 'ring'],
      ['width', '16'],
    ]);
    const shapes = document.getElementById('lead').textContent;
    await window.flowLab.run.restart([
      ['target', 'checkerboard'],
      ['dim', '3'],
      ['width', '16'],
    ]);
    const many = document.getElementById('lead').textContent;
    await window.flowLab.run.restart([
      ['target', 'digits'],
      ['width', '16'],
      ['batch', '16'],
    ]);
    return { shapes, many, digits: document.getElementById('lead').textContent };
  });
  assert.match(words.shapes, /the source becomes the target; the dots follow/);
  assert.match(words.many, /the dots, seen by the first two of their 3 coordinates, follow/);
  assert.match(words.digits, /how every pixel must change .* noise becomes a handwritten digit; the pictures follow/);
  await close();
});
