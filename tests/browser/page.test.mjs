// The page as a reader meets it, in Chromium without WebGPU: the CPU path.
// Alone: it times the first motion.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { meanDistanceToMoons } from './browsers.mjs';
import {
  openPage,
  openPanel,
  optionOf,
  showLayers,
  stepOf,
  text,
  useChromium,
  waitForInput,
  waitForStep,
  waitForText,
} from './pages.mjs';

const used = useChromium();

const open = (hash, viewport) => openPage(used, hash, viewport);

describe('a fresh page', () => {
  test('moves within seconds, trains, and its loss falls, without a console error or a foreign request', async () => {
    const { page, heard, close } = await open();
    const firstMotion = await page.evaluate(() => performance.now());
    console.log(`first motion after at most ${Math.round(firstMotion)} ms`);
    await waitForStep(page, 400);
    const losses = await page.evaluate(async () => [...(await window.flowLab.lab.losses())]);
    const mean = (part) => part.reduce((sum, loss) => sum + loss, 0) / part.length;
    assert.ok(losses.length >= 400);
    assert.ok(mean(losses.slice(350, 400)) < 0.8 * mean(losses.slice(0, 10)), 'the loss falls');
    assert.deepEqual(heard.complaints, []);
    assert.ok(heard.requests.length > 5);
    assert.deepEqual(
      heard.requests.filter((url) => !url.startsWith(used.site.address) && !url.startsWith('data:')),
      [],
    );
    await close();
  });

  test('says that the CPU runs, and why', async () => {
    const { page, close } = await open();
    const sentence = await text(page, 'device');
    assert.match(
      sentence,
      /^CPU · wasm simd128\. The CPU runs, because the browser (offers no WebGPU|found no GPU adapter)/,
    );
    await close();
  });

  test('draws the points that it computed where they must be', async () => {
    const { page, close } = await open('#device=cpu');
    await page.locator('#play').click();
    await page.locator('#flow').click();
    await showLayers(page, 'generated');
    await page.waitForTimeout(600);
    const wrong = await page.evaluate(async () => {
      const { stage } = window.flowLab;
      stage.seek(0.5);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const canvas = document.getElementById('stage');
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
      stage.redraw();
      copy.drawImage(canvas, 0, 0);
      const { data, width } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const density = window.devicePixelRatio;
      const extent = 4;
      const scale = Math.min(canvas.clientWidth, canvas.clientHeight) / (2 * extent);
      let inked = 0;
      for (let i = 3; i < data.length; i += 4) inked += data[i] > 0;
      let missing = 0;
      const xy = stage.drawn;
      for (let i = 0; i < xy.length; i += 2) {
        const x = Math.floor((canvas.clientWidth / 2 + xy[i] * scale) * density);
        const y = Math.floor((canvas.clientHeight / 2 - xy[i + 1] * scale) * density);
        missing += Math.abs(xy[i]) < extent && Math.abs(xy[i + 1]) < extent && data[4 * (y * width + x) + 3] === 0;
      }
      return { missing, drawn: xy.length / 2, inkedShare: inked / (data.length / 4) };
    });
    assert.equal(wrong.drawn, 1000);
    assert.equal(wrong.missing, 0);
    assert.ok(wrong.inkedShare > 0.001 && wrong.inkedShare < 0.1, `${wrong.inkedShare} of the pixels carry ink`);
    await close();
  });

  test('plays, pauses, takes one step, and trains again from the same seed', async () => {
    const { page, close } = await open('#steps=100000');
    await waitForStep(page, 30);
    const before = await page.evaluate(async () => [...(await window.flowLab.lab.losses())].slice(0, 20));
    await page.locator('#play').click();
    await page.waitForTimeout(800);
    const paused = await stepOf(page);
    await page.waitForTimeout(500);
    assert.equal(await stepOf(page), paused);
    await page.locator('#step').click();
    await waitForStep(page, paused + 1);
    assert.equal(await stepOf(page), paused + 1);
    await page.locator('#reset').click();
    await page.waitForFunction(
      (limit) => Number(document.getElementById('steps').textContent.match(/\d+/)) < limit,
      paused,
    );
    await waitForStep(page, 20);
    const again = await page.evaluate(async () => [...(await window.flowLab.lab.losses())].slice(0, 20));
    assert.deepEqual(again, before);
    await close();
  });
});

describe('the link', () => {
  test('repeats a run: the same hash gives the same losses', async () => {
    const hash = '#target=ring&width=16&batch=50&seed=7';
    const losses = async () => {
      const { page, close } = await open(hash);
      await waitForStep(page, 40);
      const found = await page.evaluate(async () => [...(await window.flowLab.lab.losses())].slice(0, 40));
      await close();
      return found;
    };
    assert.deepEqual(await losses(), await losses());
  });

  test('holds what differs from the defaults, in both directions', async () => {
    const { page, close } = await open('#target=ring&width=64&seed=7');
    assert.equal(await page.evaluate(() => location.hash), '#target=ring&seed=7');
    await openPanel(page);
    await page.locator('#option-depth').fill('2');
    await page.locator('#option-depth').press('Enter');
    await page.waitForFunction(() => location.hash === '#target=ring&depth=2&seed=7');
    assert.equal(await optionOf(page, 'depth'), 2);
    await page.evaluate(() => (location.hash = '#preset=checkerboard&batch=64'));
    await page.waitForFunction(() => window.flowLab.lab.options.target === 'checkerboard');
    assert.equal(await optionOf(page, 'width'), 128);
    await waitForInput(page, 'batch', '64');
    await waitForInput(page, 'activation', 'gelu');
    await close();
  });

  test('with bad values shows a note for each, and runs all the same', async () => {
    const { page, heard, close } = await open(
      '#target=mons&width=0&batch=1e9&learningRate=NaN&colour=red&depth=%E0%A4%A',
    );
    const notes = await text(page, 'notes');
    for (const sentence of [
      'target = mons: must be one of gaussian',
      'width = 0: must be a whole number from 1 to 1024. 1 is used instead.',
      'batch = 1e9: must be a whole number from 1 to 65536. 256 is used instead.',
      'learningRate = NaN: must be a number from 0.000001 to 1. 0.002 is used instead.',
      'colour = red: there is no such option',
      'depth = ',
    ]) {
      assert.ok(notes.includes(sentence), `${sentence} in ${notes}`);
    }
    await waitForStep(page, 5);
    assert.equal(await page.evaluate(() => location.hash), '#width=1');
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

describe('controls', () => {
  test('a bad value typed by hand is a note and the nearest good value; sampling options do not restart', async () => {
    const { page, close } = await open();
    await waitForStep(page, 20);
    await openPanel(page);
    await page.locator('#option-solverSteps').fill('7');
    await page.locator('#option-solverSteps').press('Enter');
    await page.waitForFunction(() => window.flowLab.stage.samples.times.length === 8);
    assert.ok((await stepOf(page)) >= 20);
    await page.locator('#option-batch').fill('1000000000');
    await page.locator('#option-batch').press('Enter');
    await page.waitForFunction(() => document.getElementById('notes').textContent.includes('batch = 1000000000'));
    await page.waitForFunction(() => window.flowLab.lab.options.batch === 65536);
    await waitForInput(page, 'batch', '65536');
    await close();
  });

  test('every option of the table has an input', async () => {
    const { page, close } = await open();
    const table = await (await fetch(`${used.site.address}options.json`)).json();
    assert.ok(table.options.length >= 19);
    await page.locator('#option-seed').waitFor({ state: 'attached' }); // inputs are made after the first picture
    for (const { name } of table.options) {
      assert.equal(await page.locator(`#option-${name}`).count(), 1, name);
      assert.equal(await page.locator(`#option-${name}`).inputValue(), String(await optionOf(page, name)), name);
    }
    await close();
  });

  for (const [name, width, height] of [
    ['a desktop', 1280, 900],
    ['a phone', 360, 740],
  ]) {
    for (const hash of [
      '#steps=50&width=8',
      '#steps=5&width=8&coupling=ot&solver=dopri5&source=checkerboard&target=text',
    ]) {
      test(`no input lies beside the panel on ${name}, with ${hash}`, async () => {
        const { page, close } = await open(hash, { width, height });
        await page.locator('#option-seed').waitFor({ state: 'attached' });
        await openPanel(page);
        // Which options matter is asked of the module, and shown when it has answered.
        await page.waitForFunction(
          () =>
            [...document.querySelectorAll('#panel .option :is(input, select)')].filter((e) => e.checkVisibility())
              .length > 15,
        );
        const found = await page.evaluate(() => {
          const panel = document.getElementById('panel');
          const { left, right } = panel.getBoundingClientRect();
          const inputs = [...panel.querySelectorAll('.option input, .option select')].filter((input) =>
            input.checkVisibility(),
          );
          const beside = inputs.filter((input) => {
            const box = input.getBoundingClientRect();
            return box.left < left || box.right > right || box.width < 120;
          });
          return {
            scroll: panel.scrollWidth - panel.clientWidth,
            inputs: inputs.length,
            beside: beside.map(({ id }) => id),
          };
        });
        assert.ok(found.inputs > 15, `${found.inputs}`);
        assert.deepEqual([found.scroll, found.beside], [0, []]);
        await close();
      });
    }
  }

  test('a model is saved, opened, and refused when broken, without losing the run', async () => {
    const { page, heard, close } = await open('#seed=3&width=20&steps=100000');
    await waitForStep(page, 10);
    await page.locator('#play').click();
    const downloading = page.waitForEvent('download');
    await openPanel(page);
    await page.locator('#option-solver').selectOption('rk4');
    await page.waitForFunction(() => location.hash.includes('solver=rk4'));
    await page.locator('#save').click();
    const download = await downloading;
    // The steps that were under way at the pause are in the file, and on the page.
    const step = Number(download.suggestedFilename().match(/^flow-lab-moons-(\d+)\.safetensors$/)[1]);
    await waitForText(page, 'steps', new RegExp(`^step ${step} of`));
    const path = await download.path();

    await page
      .locator('#open')
      .setInputFiles({ name: 'x.safetensors', mimeType: '', buffer: Buffer.from('not a model') });
    await page.waitForFunction(() =>
      document.getElementById('notes').textContent.includes('not a whole safetensors file'),
    );
    assert.equal(await stepOf(page), step);

    await page.evaluate(() => (location.hash = '#target=ring'));
    await page.waitForFunction(() => window.flowLab.lab.options.target === 'ring');
    await page.locator('#open').setInputFiles(path);
    await page.waitForFunction(() => window.flowLab.lab.options.target === 'moons');
    await page.waitForFunction(
      (step) => document.getElementById('steps').textContent.startsWith(`step ${step} of`),
      step,
    );
    // How points are generated was chosen after the start, and is in the file as well.
    assert.equal(await page.evaluate(() => location.hash), '#width=20&steps=100000&solver=rk4&seed=3');
    assert.equal(await optionOf(page, 'solver'), 'rk4');
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

describe('screens', () => {
  for (const [name, width, height] of [
    ['a phone', 360, 740],
    ['a tablet', 820, 1180],
    ['a desktop', 1440, 900],
    ['a projector', 3840, 2160],
  ]) {
    test(`fits ${name}, ${width} px wide, without scrolling sideways`, async () => {
      const { page, close } = await open('', { width, height });
      const size = await page.evaluate(() => {
        const canvas = document.getElementById('stage');
        const { clientWidth, clientHeight } = canvas;
        return {
          scroll: document.documentElement.scrollWidth,
          canvas: clientWidth,
          height: clientHeight,
          bitmap: canvas.width,
          density: window.devicePixelRatio,
        };
      });
      assert.ok(size.scroll <= width, `${size.scroll} px`);
      assert.ok(size.canvas >= 300, `${size.canvas} px of canvas`);
      // The screen's own pixels; without a GPU a million and a half at most.
      const most = Math.sqrt(1.5e6 / (size.canvas * size.height));
      assert.equal(size.bitmap, Math.round(size.canvas * Math.min(size.density, most)));
      await page.setViewportSize({ width: Math.round(width * 0.9), height });
      await page.waitForFunction(() => {
        const canvas = document.getElementById('stage');
        const most = Math.sqrt(1.5e6 / (canvas.clientWidth * canvas.clientHeight));
        return canvas.width === Math.round(canvas.clientWidth * Math.min(window.devicePixelRatio, most));
      });
      await close();
    });
  }
});

describe('a whole run', () => {
  test('samples of a trained model lie within 0.15 of the moons on average', async () => {
    const { page, close } = await open();
    await page.waitForFunction(() => document.getElementById('steps').textContent.startsWith('trained'), null, {
      timeout: 180_000,
    });
    const points = await page.evaluate(async () => {
      const { positions, count, dim } = await window.flowLab.lab.sample({ count: 1000, steps: 50 });
      return [...positions.subarray(positions.length - count * dim)];
    });
    const distance = meanDistanceToMoons(points);
    console.log(`mean distance ${distance.toFixed(3)}`);
    assert.ok(distance < 0.15, `${distance}`);
    await close();
  });
});
