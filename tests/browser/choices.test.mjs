// The page's choices of couplings, paths, solvers and points, as a reader makes them, on the CPU in Chromium.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  openPage,
  openPanel,
  optionOf,
  stepOf,
  text,
  useChromium,
  waitForInput,
  waitForOption,
  waitForStep,
  waitForText,
} from './pages.mjs';

const used = useChromium();

async function open(hash, viewport) {
  const opened = await openPage(used, hash, viewport);
  await openPanel(opened.page);
  return opened;
}
const shown = (page, name) => page.locator(`#option-${name}`).isVisible();

describe('options', () => {
  test('all round-trip through the link', async () => {
    const hash =
      '#source=uniform&target=text&text=ab&sourcePoints=900&coupling=ot&group=32&schedule=cosine&sigmaMin=0.01' +
      '&sigma=0.05&width=16&ema=0.9&solver=dopri5&tolerance=0.001';
    const { page, heard, close } = await open(hash);
    assert.equal(await page.evaluate(() => location.hash), hash);
    assert.equal(await text(page, 'notes'), '');
    await waitForInput(page, 'text', 'ab');
    await waitForInput(page, 'schedule', 'cosine');
    await waitForStep(page, 5);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('are shown where they matter', async () => {
    const { page, close } = await open('#width=16');
    await waitForInput(page, 'width', '16');
    for (const name of ['text', 'board', 'group', 'tolerance', 'dim'])
      assert.equal(await shown(page, name), false, name);
    await page.locator('#option-target').selectOption('text');
    await waitForOption(page, 'target', 'text');
    await page.locator('#option-text').fill('hi');
    await page.locator('#option-text').press('Enter');
    await waitForOption(page, 'text', 'hi');
    await page.locator('#option-solver').selectOption('dopri5');
    await page.locator('#option-tolerance').waitFor();
    await page.locator('#option-sigmaMin').waitFor();
    await page.locator('#option-schedule').selectOption('vp');
    await page.locator('#option-sigmaMin').waitFor({ state: 'hidden' });
    await page.waitForFunction(() => location.hash === '#target=text&text=hi&schedule=vp&width=16&solver=dopri5');
    await close();
  });

  test('made faster than a run starts are all taken', async () => {
    const { page, close } = await open('#width=16');
    await waitForInput(page, 'width', '16');
    await page.evaluate(() => {
      for (const [name, value] of [
        ['target', 'ring'],
        ['solver', 'heun'],
        ['schedule', 'vp'],
        ['depth', '2'],
      ]) {
        const input = document.getElementById(`option-${name}`);
        input.value = value;
        input.dispatchEvent(new Event('change', { bubbles: true }));
      }
    });
    await page.waitForFunction(() => location.hash === '#target=ring&schedule=vp&width=16&depth=2&solver=heun');
    await close();
  });

  test('another solver shows at once what it costs, without training again', async () => {
    const { page, close } = await open('#width=16');
    await waitForStep(page, 10);
    await waitForText(page, 'sampling', /50 euler steps = 50 evaluations a point/);
    await page.locator('#option-solver').selectOption('midpoint');
    await waitForText(page, 'sampling', /50 midpoint steps = 100 evaluations a point/);
    assert.ok((await stepOf(page)) >= 10);
    await close();
  });

  test('more than two coordinates are shown by their first two, with a sentence', async () => {
    const { page, heard, close } = await open('#target=checkerboard&board=2&dim=3&width=16');
    assert.equal(await shown(page, 'dim'), true);
    await waitForText(page, 'sampling', /Points have 3 coordinates: the first two are shown/);
    await waitForStep(page, 5);
    assert.equal(await page.evaluate(() => window.flowLab.stage.drawn.length), 2000);
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

describe('theory beside the run', () => {
  test('the floor is named on the curve, the excess beneath it, and the exact velocity is drawn', async () => {
    const { page, heard, close } = await open('#target=checkerboard&width=16');
    await waitForText(page, 'excess', /^Now \d\.\d\d above the floor\.$/);
    await page.locator('#layers-toggle').click();
    await page.locator('#exact').check();
    // At the same points, once the stage has settled to its size.
    await page.waitForFunction(() => {
      const { exact, velocity } = window.flowLab.stage;
      return exact && exact.points === velocity?.points && exact.frames.length === velocity.frames.length;
    });
    assert.match(await text(page, 'about-exact'), /^The velocity that perfect training would reach/);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('optimal transport says what pairing costs, and that nothing exact is known', async () => {
    const { page, close } = await open('#width=16');
    await waitForText(page, 'coupling', /independent pairs cross/);
    await page.locator('#option-coupling').selectOption('ot');
    await waitForText(page, 'coupling', /Pairing 256 points takes [\d.,]+ ms a step/);
    await waitForText(page, 'about-exact', /^No exact velocity: optimal transport pairs/);
    assert.equal(await page.locator('#exact').isDisabled(), true);
    await waitForText(page, 'excess', /independent pairs only/);
    assert.equal(await shown(page, 'group'), true);
    await close();
  });

  test('measures the model: distances with their numbers of points and their floors', async () => {
    const { page, heard, close } = await open('#width=16&steps=20');
    await waitForText(page, 'steps', /^trained/);
    await page.locator('#measure summary').click();
    await waitForText(page, 'metrics', /W2, 2,000 points/);
    const table = await text(page, 'metrics');
    assert.match(table, /Step 20, 2,000 points; 50 euler steps = 50 evaluations a point/);
    assert.match(table, /W2, 2,000 points\s*\d\.\d{3}\s*\d\.\d{3} \(floor\)/);
    assert.match(table, /share inside the target\s*[\d.]+ %\s*[\d.]+ %/);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('a reflow that is refused leaves button, words and address as they were', async () => {
    const { page, close } = await open('#width=16&depth=2&batch=64&count=200&solverSteps=10&steps=100000');
    await waitForStep(page, 20);
    await page.evaluate(() => {
      const { lab } = window.flowLab;
      lab.reflow = async () => {
        delete lab.reflow;
        throw new Error('The points are not finite.');
      };
    });
    await page.locator('#reflow').click();
    await page.getByText('The points are not finite.').waitFor();
    assert.equal(await page.locator('#reflow').isDisabled(), false);
    assert.doesNotMatch(await text(page, 'speed'), /making/);
    await page.locator('#target').selectOption('ring');
    await page.waitForFunction(() => location.hash.startsWith('#target=ring'));
    await close();
  });

  test('reflow trains again on the run’s own pairs; training anew goes back to the former coupling', async () => {
    const { page, heard, close } = await open('#width=16&depth=2&steps=60&solverSteps=5');
    await waitForText(page, 'steps', /^trained/);
    await page.locator('#reflow').click();
    await waitForOption(page, 'coupling', 'reflow');
    await waitForInput(page, 'coupling', 'reflow');
    await waitForText(page, 'steps', /^trained/);
    assert.equal(await page.evaluate(() => location.hash), '#width=16&depth=2&steps=60&solverSteps=5');
    await page.locator('#option-solver').selectOption('heun');
    await waitForText(page, 'sampling', /5 heun steps = 10 evaluations/);
    assert.equal(await optionOf(page, 'coupling'), 'reflow');
    await page.locator('#play').click();
    await waitForOption(page, 'coupling', 'independent');
    assert.equal(await text(page, 'notes'), '');
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

describe('points', () => {
  test('pasted rows become the target, with a remark; ragged rows give a sentence, and the run goes on', async () => {
    const { page, heard, close } = await open('#width=16', { width: 360, height: 740 });
    await waitForStep(page, 5);
    await page.locator('#option-target').selectOption('points');
    await page.getByRole('radio', { name: 'Numbers' }).check();
    await page.getByLabel('Rows of numbers').fill('1,2\n3,4,5');
    await page.getByRole('button', { name: 'Train with it' }).click();
    await page.getByText('line 2 has 3 cells, the first row 2: give all rows as many').waitFor();
    assert.equal(await optionOf(page, 'target'), 'moons');
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
    await page.getByLabel('Rows of numbers').fill('x,y\n1,2\n3,4\n5,1\n2,2');
    await page.getByRole('button', { name: 'Train with it' }).click();
    await waitForOption(page, 'target', 'points');
    await waitForText(page, 'notes', /4 points: shifted by/);
    await page.waitForFunction(() => location.hash === '#target=points&width=16&targetData=r.1*2_3*4_5*1_2*2');
    await waitForStep(page, 5);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('a table with decimal commas opens from its link as the same points', async () => {
    const { page, heard, close } = await open('#width=16');
    await page.locator('#option-target').selectOption('points');
    await page.getByRole('radio', { name: 'Numbers' }).check();
    await page.getByLabel('Rows of numbers').fill(readFileSync('tests/cases/02-decimal-comma.csv', 'utf8'));
    await page.getByRole('button', { name: 'Train with it' }).click();
    await waitForOption(page, 'target', 'points');
    await page.waitForFunction(() => location.hash.includes('targetData=r.-0.01*0.93_-0.9*0.47_'));
    const shown = () =>
      page.evaluate(async () => ({
        remark: window.flowLab.lab.remarks[0],
        points: [...(await window.flowLab.lab.reference('target', 100))],
      }));
    const pasted = await shown();
    assert.match(pasted.remark, /40 points: shifted by \(-?[\d.]+, -?[\d.]+\)/);
    await page.reload();
    await waitForOption(page, 'target', 'points');
    await waitForStep(page, 1);
    assert.deepEqual(await shown(), pasted);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('cells pasted from a spreadsheet are their text and not their picture', async () => {
    const { page, heard, close } = await open('#width=16');
    await page.locator('#option-target').selectOption('points');
    await page.locator('#editor-target h2').waitFor();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', '1\t2\n3\t4\n5\t1\n');
      data.items.add(new File([new Uint8Array(8)], 'image.png', { type: 'image/png' }));
      const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
      document.querySelector('#editor-target h2').dispatchEvent(event);
    });
    assert.equal(await page.getByLabel('Rows of numbers').inputValue(), '1\t2\n3\t4\n5\t1\n');
    await page.getByRole('button', { name: 'Train with it' }).click();
    await waitForOption(page, 'target', 'points');
    await waitForText(page, 'notes', /3 points: shifted by/);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('a picture file becomes the source', async () => {
    const { page, heard, close } = await open('#width=16');
    const png = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(64, 64);
      const context = canvas.getContext('2d');
      context.fillStyle = 'white';
      context.fillRect(0, 0, 64, 64);
      context.fillStyle = 'black';
      context.fillRect(8, 8, 20, 48);
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    });
    await page.locator('#option-source').selectOption('points');
    await page
      .locator('#editor-source input[type=file]')
      .setInputFiles({ name: 'bar.png', mimeType: 'image/png', buffer: Buffer.from(png) });
    await page.getByText('bar.png is ready').waitFor();
    await page.getByRole('button', { name: 'Train with it' }).click();
    await waitForOption(page, 'source', 'points');
    await waitForStep(page, 5);
    const widest = await page.evaluate(async () =>
      Math.max(...(await window.flowLab.lab.reference('source', 500)).filter((_, i) => i % 2 === 0)),
    );
    assert.ok(widest < 1.4, `a bar of 20 × 48 pixels reaches ${widest}`);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('a link that asks for points without any says so', async () => {
    const { page, close } = await open('#target=points&width=16');
    assert.match(await text(page, 'notes'), /target = points: needs points.*moons is used instead/);
    await close();
  });
});
