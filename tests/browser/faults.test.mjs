// The page when things go wrong: it says so in a sentence, nothing stands still without a word, and nothing needs a
// reload.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { listen } from './browsers.mjs';
import {
  openPage,
  openPanel,
  optionOf,
  stepOf,
  text,
  useChromium,
  waitForOption,
  waitForStep,
  waitForText,
} from './pages.mjs';

const used = useChromium();
const SMALL = '#width=16&depth=2&batch=64&count=200&solverSteps=10';
const ENDLESS = `${SMALL}&steps=1000000`;
const HTML = { contentType: 'text/html', body: '<!doctype html><title>a page</title>' };

/** Opens a page that is not expected to run. */
async function opened(hash, prepare) {
  const context = await used.browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(90_000); // a worker that is held up leaves the others little
  const heard = listen(page);
  await prepare(page);
  await page.goto(used.site.address + hash);
  return { page, heard, close: () => context.close() };
}

/** Keeps the page's workers in `window.workers`, to end them as a developer's tool would. */
const KEEP_WORKERS = () => {
  window.workers = [];
  const { Worker } = window;
  window.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      window.workers.push(this);
    }
  };
};

const hashOf = (page) => page.evaluate(() => location.hash);
const waitForHash = (page, hash) => page.waitForFunction((hash) => location.hash === hash, hash);
const notesOf = (page) => page.locator('#notes .note span').allTextContents();

describe('a page that cannot start', () => {
  for (const [name, answer] of Object.entries({ 'is not there': { status: 404 }, 'is a page': HTML })) {
    test(`because the wasm file ${name} says so, and can be tried again`, async () => {
      const { page, close } = await opened(SMALL, (page) =>
        page.route('**/flow_lab_bg.wasm', (route) => route.fulfill(answer)),
      );
      await waitForText(page, 'notes', /Flow Lab could not start: wasm\/cpu\/flow_lab_bg\.wasm is not on this server/);
      assert.equal(await text(page, 'steps'), 'not running');
      await page.unroute('**/flow_lab_bg.wasm');
      await page.getByRole('button', { name: 'Try again' }).click();
      await waitForStep(page, 5);
      await close();
    });
  }

  test('for want of SIMD says which browsers can', async () => {
    const { page, close } = await opened(SMALL, (page) =>
      page.addInitScript(() => (WebAssembly.validate = () => false)),
    );
    await waitForText(
      page,
      'notes',
      /has no SIMD.* Chrome and Edge from 91, Firefox from 114 and Safari from 16\.4 can/,
    );
    await close();
  });

  for (const answer of [{ status: 404 }, HTML]) {
    test(`no options.json (${answer.status ?? 'a page'}): a sentence, and every button works`, async () => {
      const { page, close } = await opened(`${ENDLESS}&target=ring`, (page) =>
        page.route('**/options.json', (route) => route.fulfill(answer)),
      );
      await waitForStep(page, 5);
      assert.match(await text(page, 'notes'), /options\.json is not on this server/);
      await page.getByRole('button', { name: 'Pause' }).click();
      await openPanel(page);
      await page.locator('#option-batch').fill('32');
      await page.locator('#option-batch').press('Enter');
      await waitForOption(page, 'batch', 32);
      assert.equal(await optionOf(page, 'target'), 'ring');
      await close();
    });
  }
});

describe('a worker that ends', () => {
  test('is replaced: the run begins anew with its options, and says so', async () => {
    const { page, close } = await opened(`${ENDLESS}&target=ring&seed=3`, (page) => page.addInitScript(KEEP_WORKERS));
    await waitForStep(page, 60);
    await page.evaluate(() => Worker.prototype.terminate.call(window.workers[0]));
    await waitForText(page, 'notes', /The worker was ended\. The run begins anew, from step 0\./);
    await waitForText(page, 'play', /^Pause$/);
    await waitForStep(page, 5);
    assert.deepEqual([await optionOf(page, 'target'), await optionOf(page, 'seed')], ['ring', 3]);
    assert.equal(await page.evaluate(() => window.flowLab.lab.lost), null);
    await page.evaluate(() => (location.hash = '#target=moons&width=8'));
    await waitForOption(page, 'target', 'moons');
    await waitForStep(page, 5);
    await close();
  });

  test('again and again is not replaced for ever: the button says Play, and begins anew', async () => {
    const { page, close } = await opened(ENDLESS, (page) => page.addInitScript(KEEP_WORKERS));
    for (let k = 0; k < 4; k++) {
      await page.waitForFunction(() => window.flowLab?.run.step > 2 && !window.flowLab.lab.lost);
      await page.evaluate(() => window.workers.forEach((worker) => Worker.prototype.terminate.call(worker)));
      await page.waitForFunction((k) => document.querySelectorAll('#notes .note').length > 0 || k < 0, k);
      await page.waitForTimeout(300);
    }
    await waitForText(page, 'notes', /Choose other options, or begin anew with Play/);
    assert.equal(await text(page, 'play'), 'Play');
    await page.locator('#play').click();
    await waitForText(page, 'play', /^Pause$/);
    await page.waitForFunction(() => !window.flowLab.lab.lost && window.flowLab.run.step > 2);
    await close();
  });
});

describe('a step that takes long', () => {
  test('holds up no choice; meanwhile the page says that it waits', async () => {
    const { page, close } = await opened(ENDLESS, (page) =>
      page.route('**/worker.js', async (route) => {
        const response = await route.fetch();
        const held = `{ let held = false; new BroadcastChannel('hold').onmessage = () => (held = true);
          addEventListener('message', ({ data }) => {
            if (data.method !== 'train' || !held) return;
            for (const start = performance.now(); performance.now() - start < 120_000;);
          }); }\n`;
        await route.fulfill({ response, body: held + (await response.text()) });
      }),
    );
    await waitForStep(page, 5);
    await page.evaluate(() => new BroadcastChannel('hold').postMessage(''));
    await page.waitForTimeout(300);
    await page.locator('#target').selectOption('ring');
    await waitForText(page, 'speed', /waiting for the step under way/);
    await waitForOption(page, 'target', 'ring');
    await page.waitForFunction(() => window.flowLab.run.step > 3);
    assert.ok(!/waiting/.test(await text(page, 'speed')));
    assert.deepEqual(await notesOf(page), []);
    await close();
  });
});

describe('the slider over training', () => {
  test('moved while a run begins lives on', async () => {
    const { page, close } = await openPage(used, ENDLESS);
    await waitForStep(page, 120);
    const slide = (value) =>
      page.evaluate((value) => {
        const input = document.getElementById('trained');
        input.value = value;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }, value);
    await page.evaluate(() => {
      const { run, lab } = window.flowLab;
      const input = document.getElementById('trained');
      const drag = () => {
        input.value = 3;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      };
      const dragging = setInterval(drag, 1);
      window.restarted = run
        .restart([...lab.changed.filter(([name]) => name !== 'width'), ['width', '24']])
        .then(() => {
          clearInterval(dragging);
        });
    });
    await page.evaluate(() => window.restarted);
    await page.evaluate(() => window.flowLab.run.play(true));
    await waitForStep(page, 120);
    await slide(0);
    await page.waitForFunction(() => window.flowLab.run.past === 0);
    await slide(1e6);
    await page.waitForFunction(() => window.flowLab.run.past === null);
    assert.deepEqual(await notesOf(page), []);
    await close();
  });
});

describe('what was refused', () => {
  test('reflow: a sentence, the button lives on, and so does the address', async () => {
    const { page, close } = await openPage(used, `${ENDLESS}&learningRate=0.01`);
    await waitForStep(page, 20);
    await openPanel(page);
    await page.evaluate(() => {
      const { lab } = window.flowLab;
      lab.reflow = () => Promise.reject(new Error('the points that were generated are not finite'));
    });
    await page.locator('#reflow').click();
    await waitForText(page, 'notes', /the points that were generated are not finite/);
    assert.equal(await page.locator('#reflow').isDisabled(), false);
    assert.doesNotMatch(await text(page, 'speed'), /making/);
    await page.locator('#target').selectOption('ring');
    await page.waitForFunction(() => /target=ring/.test(location.hash));
    await close();
  });

  test('a link: the run goes on, and its address comes back, without the points of the link', async () => {
    const { page, close } = await openPage(used, `${ENDLESS}&target=ring`);
    await waitForStep(page, 20);
    const before = await hashOf(page);
    await page.evaluate(() => (location.hash = '#target=points&targetData=r.1*2'));
    await page.waitForFunction(() => document.querySelectorAll('#notes .note').length > 0);
    await waitForHash(page, before);
    const step = await stepOf(page);
    await waitForStep(page, step + 5);
    await openPanel(page);
    await page.locator('#option-seed').fill('5');
    await page.locator('#option-seed').press('Enter');
    await waitForOption(page, 'seed', 5);
    await page.waitForFunction(() => /seed=5/.test(location.hash));
    assert.doesNotMatch(await hashOf(page), /Data/);
    await close();
  });

  test('a file: the run plays on', async () => {
    const { page, close } = await openPage(used, ENDLESS);
    await waitForStep(page, 20);
    await openPanel(page);
    await page
      .locator('#open')
      .setInputFiles({ name: 'no.safetensors', mimeType: '', buffer: Buffer.from('no model') });
    await page.waitForFunction(() => document.querySelectorAll('#notes .note').length > 0);
    assert.equal(await text(page, 'play'), 'Pause');
    const step = await stepOf(page);
    await waitForStep(page, step + 5);
    await close();
  });

  test('points with three columns, brought while pictures are drawn: no note of another kind', async () => {
    const { page, close } = await openPage(used, ENDLESS);
    await page.locator('#layers-toggle').click();
    for (const name of ['speed', 'grid', 'fineGrid']) await page.locator(`#layer-${name}`).check();
    await waitForStep(page, 30);
    await openPanel(page);
    await page.getByRole('button', { name: 'Make your own target' }).click();
    await page.getByLabel('Numbers', { exact: true }).check();
    await page.getByLabel('Rows of numbers').fill('0,1,2\n1,0,3\n2,2,2\n3,1,0');
    await page.getByRole('button', { name: 'Train with it' }).click();
    await waitForOption(page, 'dim', 3);
    await waitForStep(page, 20);
    for (const note of await notesOf(page)) assert.match(note, /standardised|centred|scaled|divided|coordinates/, note);
    assert.equal(await text(page, 'play'), 'Pause');
    await close();
  });
});

describe('a link', () => {
  test('with letters that are called reflow keeps them', async () => {
    const { page, close } = await openPage(used, '#target=text&text=reflow&width=16');
    assert.match(await hashOf(page), /text=reflow/);
    await close();
  });

  test('in the query opens as it was meant, and moves to the hash', async () => {
    const { page, close } = await openPage(used, '?target=ring&ref=mail');
    assert.equal(await optionOf(page, 'target'), 'ring');
    assert.equal(await page.evaluate(() => location.search + location.hash), '?ref=mail#target=ring');
    assert.deepEqual(await notesOf(page), []);
    await close();
  });

  test('followed while the page begins is followed', async () => {
    const { page, close } = await opened(`${ENDLESS}&target=ring`, (page) =>
      page.route('**/flow_lab_bg.wasm', async (route) => {
        await new Promise((done) => setTimeout(done, 600));
        await route.continue();
      }),
    );
    await page.evaluate(() => {
      location.hash = '#target=spiral&width=16';
      location.hash = '#target=pinwheel&width=16';
    });
    await waitForOption(page, 'target', 'pinwheel').catch(async () => page.waitForFunction(() => window.flowLab));
    await page.waitForFunction(() => window.flowLab?.lab.options.target === 'pinwheel');
    await page.waitForFunction(() => /target=pinwheel/.test(location.hash));
    await waitForStep(page, 5);
    await close();
  });

  test('with 37,000 letters is a short sentence', async () => {
    const { page, close } = await openPage(used, `#target=points&targetData=d.${'A'.repeat(37_000)}`);
    const [first] = await notesOf(page);
    assert.match(first, /^target: the points in the link are written in 37002 letters, at most 8000 are read/);
    await close();
  });

  test('a preset leaves seed and device as they were', async () => {
    const { page, close } = await openPage(used, `${SMALL}&device=cpu&seed=7`);
    await openPanel(page);
    await page.locator('#option-preset').selectOption('checkerboard');
    await waitForOption(page, 'target', 'checkerboard');
    assert.deepEqual([await optionOf(page, 'seed'), await optionOf(page, 'device')], [7, 'cpu']);
    await page.waitForFunction(() => /preset=checkerboard/.test(location.hash) && /seed=7/.test(location.hash));
    await close();
  });

  test('is copied where there is no clipboard, or says where it is', async () => {
    const { page, close } = await opened(SMALL, (page) =>
      page.addInitScript(() => {
        Object.defineProperty(navigator, 'clipboard', { value: undefined });
        document.execCommand = () => window.allowed;
      }),
    );
    await waitForStep(page, 5);
    await openPanel(page);
    await page.locator('#link').click();
    await waitForText(page, 'notes', /copy the link out of the address bar/);
    await page.evaluate(() => (window.allowed = true));
    await page.locator('#link').click();
    await waitForText(page, 'notes', /The link was copied/);
    await close();
  });
});

describe('without a network after the first load', () => {
  test('what loads later says so, and comes when the network does', { timeout: 120_000 }, async () => {
    const { page, close } = await openPage(used, ENDLESS);
    await waitForStep(page, 5);
    await page.context().setOffline(true);
    const told = async (click) => {
      await page.evaluate(() => document.getElementById('notes').replaceChildren());
      await click();
      await page.waitForFunction(() => document.querySelectorAll('#notes .note').length > 0);
      const notes = await notesOf(page);
      for (const note of notes) assert.match(note, /could not be loaded: is the network there\?/, note);
    };
    const strips = () => page.locator('#strips-toggle').click();
    const slow = () => page.locator('#slow').click();
    const draw = () => page.locator('#draw').click();
    await told(() => openPanel(page));
    await told(strips);
    await told(slow);
    await told(draw);
    await page.evaluate(() => scrollTo(0, 0));
    await page.context().setOffline(false);
    await page.locator('#panel-close').click();
    await openPanel(page);
    await page.locator('#loss .uplot').first().waitFor();
    await page.locator('#panel-close').click();
    await strips();
    await strips();
    await page.locator('#strips canvas').first().waitFor();
    await draw();
    await page.locator('canvas.pen').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await slow();
    await page.locator('#chapter-step').waitFor();
    await close();
  });
});

describe('exports of the past', () => {
  const download = async (page, button) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.locator(`#exports [value=${button}]`).click(),
    ]);
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
  };

  test('hold the past, under its name', async () => {
    const { page, close } = await openPage(used, `${SMALL}&steps=600&target=ring`);
    await waitForText(page, 'steps', /^trained/);
    await page.evaluate(() => {
      const input = document.getElementById('trained');
      input.value = 10;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await page.waitForFunction(() => window.flowLab.run.past !== null && window.flowLab.run.settled);
    const step = await page.evaluate(() => window.flowLab.run.past);
    await openPanel(page);
    await page.locator('#exports').evaluate((element) => element.closest('details')?.setAttribute('open', ''));
    const [csv, json, svg] = [await download(page, 'csv'), await download(page, 'json'), await download(page, 'svg')];
    for (const { name } of [csv, json, svg]) assert.match(name, new RegExp(`^flow-lab-ring-${step}\\.`));
    const rows = csv.text.trim().split('\n').slice(1);
    const seen = await page.evaluate(() => [...window.flowLab.stage.samples.positions.slice(-400)]);
    rows.forEach((row, k) =>
      row.split(',').forEach((x, d) => assert.ok(Math.abs(x - seen[2 * k + d]) < 1e-3, `${row} for ${seen[2 * k]}`)),
    );
    const record = JSON.parse(json.text);
    assert.deepEqual([record.step, record.losses.length, record.metrics], [step, step, null]);
    assert.match(svg.text, new RegExp(`step ${step},`));
    await close();
  });
});

describe('two kinds of columns', () => {
  test('784 columns are no pictures unless they are', async () => {
    const { page, close } = await openPage(used, '#width=8&depth=1&batch=16&count=20&solverSteps=2&steps=20');
    await page.evaluate(async () => {
      const { run } = window.flowLab;
      const values = Array.from({ length: 784 * 30 }, (_, k) => Math.sin(k * k));
      await run.restart([...run.lab.changed, ['target', 'points'], ['width', '8']], {
        target: { values, dim: 784 },
      });
    });
    await waitForText(page, 'steps', /^trained/);
    await page.locator('#strips-toggle').click();
    await page.waitForFunction(() => document.querySelectorAll('#strips button:not(:disabled)').length >= 6);
    assert.match(await page.locator('#sampling').textContent(), /Points have 784 coordinates/);
    await close();
  });
});
