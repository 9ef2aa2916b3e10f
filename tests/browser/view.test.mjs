// A flow view under a root of its own: as many as one likes in a document, in a shadow tree, and gone without a trace.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countLiving } from './living.mjs';
import { openPage, useChromium, waitForStep } from './pages.mjs';

const used = useChromium();
const SMALL = { width: 8, depth: 1, batch: 16, count: 50, solverSteps: 3, steps: 100000, device: 'cpu' };
const HASH = `#${new URLSearchParams(SMALL)}`;

const open = (wishes) => openPage(used, HASH, undefined, { before: countLiving, ...wishes });

// The run's worker, and the one of the exact field, which begins a moment later.
const waitForWorkers = (page) => page.waitForFunction(() => window.living().workers === 2, null, { timeout: 60_000 });

describe('a flow view', () => {
  test('gives everything back: forty begun and ended leave the page as it was', async () => {
    const { page, heard, close } = await open({ gpu: true });
    await page.locator('#play').click();
    const { before, within, after, kind } = await page.evaluate(async (options) => {
      const FlowView = window.flowLab.view.constructor;
      const within = [];
      const one = async () => {
        const root = document.createElement('div');
        root.style.height = '12rem';
        document.body.append(root);
        const view = new FlowView(root);
        const run = await view.open(options);
        await run.begin();
        within.push(window.living());
        view.dispose();
        root.remove();
      };
      await one(); // what is made once for all is there from then on
      const before = window.living();
      for (let k = 0; k < 40; k++) await one();
      return { before, within: within.at(-1), after: window.living(), kind: window.flowLab.stage.kind };
    }, SMALL);
    assert.ok(within.listeners > before.listeners + 10, `${within.listeners} listeners while one is there`);
    assert.ok(
      within.contexts > before.contexts && within.workers > before.workers && within.observed > before.observed,
    );
    assert.deepEqual(after, before);
    assert.equal(kind, 'gpu', 'the page’s own stage keeps its context');
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('lives in a shadow tree beside others: its play heads move it alone, and the wheel zooms it', async () => {
    const { page, heard, close } = await open();
    await page.locator('#play').click();
    const found = await page.evaluate(async (options) => {
      const FlowView = window.flowLab.view.constructor;
      const host = document.createElement('div');
      const root = document.createElement('div');
      host.attachShadow({ mode: 'open' }).append(root);
      root.style.cssText = 'position: fixed; inset: 0 auto auto 0; width: 300px; height: 400px; background: white';
      document.body.append(host);
      const view = new FlowView(root);
      const run = await view.open({ ...options, steps: 200 });
      await run.begin();
      run.play(true);
      while (!run.finished) await new Promise((done) => setTimeout(done, 50));
      const time = view.part('time');
      time.value = 0.25;
      time.dispatchEvent(new Event('input'));
      const canvas = view.part('canvas');
      canvas.style.cssText = 'width: 300px; height: 300px';
      canvas.focus();
      canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -100, cancelable: true }));
      const found = {
        t: view.stage.t,
        other: window.flowLab.stage.t,
        shown: view.part('trained-value').textContent,
        extent: view.stage.camera.extent,
        ids: root.querySelectorAll('[id]').length,
      };
      view.dispose();
      return { ...found, left: root.childElementCount };
    }, SMALL);
    assert.equal(found.t, 0.25);
    assert.notEqual(found.other, 0.25);
    assert.equal(found.shown, '200');
    assert.ok(found.extent < 4, `${found.extent}`);
    assert.deepEqual([found.ids, found.left], [0, 0]);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('that is disposed of while it opens never begins', async () => {
    const { page, heard, close } = await open();
    await waitForWorkers(page);
    await page.locator('#play').click();
    const { name, before, after } = await page.evaluate(async (options) => {
      const FlowView = window.flowLab.view.constructor;
      const before = window.living().workers;
      const root = document.createElement('div');
      const end = new AbortController();
      const opening = new FlowView(root, { signal: end.signal }).open(options);
      end.abort();
      const { name } = await opening.catch((error) => error);
      return { name, before, after: window.living().workers };
    }, SMALL);
    assert.equal(name, 'AbortError');
    assert.equal(after, before);
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

test('the slider over training hears again after a step that could not be shown', async () => {
  const { page, close } = await open();
  await waitForStep(page, 60);
  const slide = (value) =>
    page.evaluate((value) => {
      const input = document.getElementById('trained');
      input.value = value;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }, value);
  await page.evaluate(() => {
    const { run } = window.flowLab;
    run.lookAt = async () => {
      delete run.lookAt;
      throw new Error('That step is gone.');
    };
  });
  await slide(0);
  await page.getByText('That step is gone.').waitFor();
  await slide(1);
  await page.waitForFunction(() => window.flowLab.run.past === 1);
  await close();
});

describe('forks', () => {
  const begin = async (page, option, value) => {
    await page.locator('#compare').click();
    await page.locator('#fork-option').selectOption(option);
    const field = page.locator('#fork-value');
    if (await field.evaluate((element) => element.localName === 'select')) await field.selectOption(value);
    else await field.fill(value);
  };
  const stages = (page) => page.locator('#stages .stage').count();

  test('forty begun and ended leave the page as it was, and the first stage its WebGL context', async () => {
    const { page, heard, close } = await open({ gpu: true });
    await waitForStep(page, 5);
    await page.locator('#play').click();
    await begin(page, 'solverSteps', '2');
    const { before, after, kind } = await page.evaluate(async () => {
      const until = async (true_) => {
        while (!true_()) await new Promise((done) => setTimeout(done, 5));
      };
      const one = async () => {
        document.getElementById('fork').requestSubmit();
        await until(() => window.flowLab.other);
        await until(() => document.getElementById('fork').hidden);
        document.getElementById('fork-end').click();
        document.getElementById('compare').click();
        document.getElementById('fork-value').value = '2';
        await until(() => window.flowLab.run.settled);
      };
      await one();
      const before = window.living();
      for (let k = 0; k < 40; k++) await one();
      return { before, after: window.living(), kind: window.flowLab.stage.kind };
    });
    assert.equal(await page.locator('#notes').textContent(), '');
    assert.deepEqual(after, before);
    assert.equal(kind, 'gpu');
    assert.equal(await stages(page), 1);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('asked for twice by a double click are one, and End leaves none', async () => {
    const { page, heard, close } = await open();
    await waitForStep(page, 5);
    await begin(page, 'coupling', 'ot');
    await page.getByRole('button', { name: 'Begin the fork' }).dblclick();
    await page.waitForFunction(() => window.flowLab.other);
    await page.waitForTimeout(500);
    assert.equal(await stages(page), 2);
    assert.equal(await page.evaluate(() => window.living().workers >= 2), true);
    await page.getByRole('button', { name: 'End the comparison' }).click();
    assert.equal(await stages(page), 1);
    assert.equal(await page.evaluate(() => document.body.classList.contains('comparing')), false);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('one asked for while another begins takes its place', async () => {
    const { page, heard, close } = await open();
    await waitForStep(page, 5);
    await page.evaluate(() => {
      const { comparison } = window.flowLab;
      return Promise.all([comparison.begin('coupling', 'ot'), comparison.begin('solverSteps', '2')]);
    });
    assert.equal(await stages(page), 2);
    assert.match(await page.locator('#stages h2').last().textContent(), /solver steps 2/);
    await page.getByRole('button', { name: 'End the comparison' }).click();
    assert.equal(await stages(page), 1);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('with points that were never given say so, and leave nothing behind', async () => {
    const { page, heard, close } = await open();
    await waitForStep(page, 5);
    await waitForWorkers(page);
    const before = await page.evaluate(() => window.living());
    await begin(page, 'target', 'points');
    await page.getByRole('button', { name: 'Begin the fork' }).click();
    await page.getByText(/target = points: /).waitFor();
    assert.equal(await stages(page), 1);
    assert.equal(await page.locator('#both').isVisible(), false);
    const after = await page.evaluate(() => window.living());
    assert.deepEqual(
      [after.contexts, after.observed, after.workers],
      [before.contexts, before.observed, before.workers],
    );
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('that cannot begin leave a sentence, and nothing else behind', async () => {
    const { page, heard, close } = await open();
    await waitForStep(page, 5);
    await waitForWorkers(page);
    await page.evaluate(() => {
      window.Worker = class {
        constructor() {
          throw new Error('No more workers here.');
        }
      };
    });
    await begin(page, 'coupling', 'ot');
    const before = await page.evaluate(() => window.living());
    await page.getByRole('button', { name: 'Begin the fork' }).click();
    await page.getByText('No more workers here.').waitFor();
    assert.equal(await stages(page), 1);
    assert.equal(await page.locator('#both').isVisible(), false);
    const after = await page.evaluate(() => window.living());
    assert.deepEqual(
      [after.observed, after.listeners - 1],
      [before.observed, before.listeners],
      'but the note’s button',
    );
    const step = await page.evaluate(() => window.flowLab.run.step);
    await waitForStep(page, step + 5);
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});
