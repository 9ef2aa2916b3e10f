// Who reads the page, and how: axe in both themes, the keyboard alone, less motion, without scripts, a small download.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dist } from './browsers.mjs';
import { openPage, openPanel, stepOf, text, useChromium, waitForStep, waitForText } from './pages.mjs';

const require = createRequire(new URL('../../www/package.json', import.meta.url));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const used = useChromium();
const SMALL = '#width=16&depth=2&batch=64&count=200&solverSteps=10&steps=100000';

const open = (hash = SMALL, viewport, wishes) => openPage(used, hash, viewport, wishes);

/** What axe complains of, as short sentences. */
async function complaints(page) {
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), tags);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

describe('axe has nothing to say', () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const [name, width, height] of [
      ['a desktop', 1280, 800],
      ['a phone', 360, 740],
    ]) {
      test(`on ${name}, ${colorScheme}, folded and unfolded, with a note and a picked point`, async () => {
        const { page, close } = await open(`${SMALL}&target=mons`, { width, height }, { colorScheme });
        await page.locator('#play').click();
        assert.deepEqual(await complaints(page), []);
        await page.locator('#layers-toggle').click();
        await page.locator('#compare').click();
        await page.locator('#layer-density').check();
        await page.locator('#stage').focus();
        await page.keyboard.press('Enter');
        await openPanel(page);
        assert.deepEqual(await complaints(page), []);
        await page.locator('#panel-close').click();
        await page.locator('#strips-toggle').click();
        await page.locator('#draw').click();
        await page.locator('canvas.pen').waitFor();
        await page.waitForFunction(() => document.querySelectorAll('#strips button:not(:disabled)').length > 6);
        assert.deepEqual(await complaints(page), []);
        await close();
      });
    }
  }
});

describe('by keyboard', () => {
  test('the stage zooms, moves, fits, and picks points one after the other', async () => {
    const { page, close } = await open();
    await page.locator('#stage').focus();
    const camera = () =>
      page.evaluate(() => (({ extent, centreX, centreY }) => [extent, centreX, centreY])(window.flowLab.stage.camera));
    await page.keyboard.press('+');
    const [extent] = await camera();
    assert.ok(extent < 4);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    const [, x, y] = await camera();
    assert.ok(x > 0 && y > 0, `${x}, ${y}`);
    await page.keyboard.press('0');
    assert.deepEqual(await camera(), [4, 0, 0]);
    await page.keyboard.press('Enter');
    assert.match(await text(page, 'spot'), /^Point 1 at t = \d\.\d\d: .* velocity .* speed \d/);
    await page.keyboard.press('Enter');
    await waitForText(page, 'spot', /^Point 2 /);
    await page.keyboard.press('Escape');
    await page.locator('#spot').waitFor({ state: 'hidden' });
    await close();
  });

  test('everything that can be clicked can be reached, in the order of the page, and shows its focus', async () => {
    const { page, close } = await open();
    await page.evaluate(() => document.activeElement.blur());
    const reached = [];
    for (let k = 0; k < 40; k++) {
      await page.keyboard.press('Tab');
      const here = await page.evaluate(() => {
        const element = document.activeElement;
        return element === document.body
          ? null
          : {
              id: element.id || element.getAttribute('aria-label'),
              outlined: getComputedStyle(element).outlineStyle !== 'none',
            };
      });
      if (!here || reached.some(({ id }) => id === here.id)) break;
      reached.push(here);
    }
    const ids = reached.map(({ id }) => id);
    assert.deepEqual(ids.slice(0, 4), ['target', 'solver-steps', 'play', 'reset']);
    for (const id of [
      'panel-toggle',
      'layers-toggle',
      'strips-toggle',
      'draw',
      'compare',
      'stage',
      'Zoom in',
      'Zoom out',
      'flow',
      'time',
      'step',
      'trained',
    ])
      assert.ok(ids.includes(id), `${id} in ${ids}`);
    assert.ok(reached.every(({ outlined }) => outlined));
    await close();
  });

  test('the panel unfolds, and Escape folds it and gives the focus back', async () => {
    const { page, close } = await open();
    await page.locator('#panel-toggle').focus();
    await page.keyboard.press('Enter');
    await page.locator('#option-width').focus();
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#panel').isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'panel-toggle');
    await close();
  });
});

describe('gestures', () => {
  test('a drag moves, Ctrl and the wheel, or the wheel with the focus, zooms; a double click fits', async () => {
    const { page, close } = await open();
    const at = (point) => page.evaluate(([x, y]) => window.flowLab.stage.camera.point(x, y), point);
    const { x, y } = await page.locator('#stage').boundingBox();
    await page.mouse.move(x + 300, y + 300);
    await page.mouse.wheel(0, -100);
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => window.flowLab.stage.camera.extent), 4);
    const before = await at([300, 300]);
    await page.mouse.down();
    await page.mouse.move(x + 340, y + 320, { steps: 4 });
    await page.mouse.up();
    const dragged = await at([340, 320]);
    assert.ok(Math.hypot(dragged[0] - before[0], dragged[1] - before[1]) < 0.02, 'the point stays under the finger');
    await page.mouse.wheel(0, -200);
    await page.waitForFunction(() => window.flowLab.stage.camera.extent < 4);
    const extent = await page.evaluate(() => window.flowLab.stage.camera.extent);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -40);
    await page.keyboard.up('Control');
    await page.waitForFunction((extent) => window.flowLab.stage.camera.extent < extent, extent);
    const zoomed = await at([340, 320]);
    assert.ok(Math.hypot(zoomed[0] - dragged[0], zoomed[1] - dragged[1]) < 0.02, 'the point stays under the pointer');
    await page.mouse.dblclick(x + 200, y + 500);
    await page.waitForFunction(() => window.flowLab.stage.camera.atHome);
    await close();
  });

  test('a tap on a point holds it, and says its velocity, past and future', async () => {
    const { page, close } = await open();
    await page.locator('#play').click();
    await page.locator('#flow').click();
    await page.waitForTimeout(400);
    const { x, y } = await page.locator('#stage').boundingBox();
    const [px, py] = await page.evaluate(() => {
      const { camera, drawn } = window.flowLab.stage;
      return [camera.x(drawn[10]), camera.y(drawn[11])];
    });
    await page.mouse.click(x + px, y + py);
    await page.mouse.move(x + 5, y + 5);
    const facts = await page.evaluate(() => window.flowLab.stage.picked.facts);
    assert.ok(facts.held);
    const { samples, t } = await page.evaluate(() => ({
      samples: {
        ...window.flowLab.stage.samples,
        positions: [...window.flowLab.stage.samples.positions],
        times: [...window.flowLab.stage.samples.times],
      },
      t: window.flowLab.stage.t,
    }));
    const last = samples.times.length - 1;
    const of = (k) =>
      samples.positions.slice(2 * (k * samples.count + facts.index), 2 * (k * samples.count + facts.index) + 2);
    assert.deepEqual([facts.from, facts.to], [of(0), of(last)]);
    const k = Math.min(Math.floor(t * last), last - 1);
    const velocity = [0, 1].map((axis) => (of(k + 1)[axis] - of(k)[axis]) * last);
    assert.ok(
      Math.hypot(velocity[0] - facts.velocity[0], velocity[1] - facts.velocity[1]) <
        0.1 * (1 + Math.hypot(...velocity)),
      `${facts.velocity} for ${velocity}`,
    );
    assert.match(await text(page, 'spot'), /It came from \(.*\) and will end at \(.*\)\.$/);
    await close();
  });
});

describe('on the stage', () => {
  test('a held point that the next run has not lets the pointer pick others', async () => {
    const { page, close } = await open();
    await page.locator('#play').click();
    await page.locator('#stage').focus();
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Shift+Enter');
    await waitForText(page, 'spot', /^Point 200 /);
    await openPanel(page);
    await page.locator('#option-count').fill('100');
    await page.locator('#option-count').press('Enter');
    await page.waitForFunction(() => window.flowLab.stage.samples.count === 100);
    await page.locator('#panel-close').click();
    await page.locator('#flow').click();
    await page.waitForTimeout(600);
    const { x, y } = await page.locator('#stage').boundingBox();
    const [px, py] = await page.evaluate(() => {
      const { camera, drawn } = window.flowLab.stage;
      return [camera.x(drawn[10]), camera.y(drawn[11])];
    });
    await page.mouse.move(x + px, y + py, { steps: 3 });
    await page.locator('#spot').waitFor();
    assert.match(await text(page, 'spot'), /^Point \d+ at/);
    await close();
  });

  test('that came back into view within a busy moment frames go on', async () => {
    const before = () => {
      window.watched = new Map();
      window.IntersectionObserver = class extends IntersectionObserver {
        constructor(callback, how) {
          super(callback, how);
          this.heard = callback;
        }
        observe(element) {
          super.observe(element);
          window.watched.set(element, this.heard);
        }
      };
    };
    const { page, close } = await openPage(used, SMALL, undefined, { before });
    const drawn = await page.evaluate(() => {
      window.watched.get(window.flowLab.stage.canvas)([{ isIntersecting: false }, { isIntersecting: true }]);
      return window.flowLab.stage.framesDrawn;
    });
    await page.waitForFunction((drawn) => window.flowLab.stage.framesDrawn > drawn + 3, drawn, { timeout: 5000 });
    await close();
  });

  test('a notch of the wheel with Ctrl comes a little closer, not three times', async () => {
    const { page, close } = await open();
    const { x, y } = await page.locator('#stage').boundingBox();
    await page.mouse.move(x + 300, y + 300);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await page.waitForFunction(() => window.flowLab.stage.camera.extent < 4);
    const extent = await page.evaluate(() => window.flowLab.stage.camera.extent);
    assert.ok(extent > 2.5, `${extent}`);
    await close();
  });
});

describe('less motion', () => {
  test('nothing plays by itself; played, time jumps by quarters', async () => {
    const { page, close } = await open(SMALL, undefined, { reducedMotion: 'reduce' });
    await page.waitForTimeout(500);
    assert.equal(await stepOf(page), 0);
    assert.equal(await page.evaluate(() => window.flowLab.stage.t), 1);
    assert.equal(await text(page, 'play'), 'Play');
    await page.locator('#play').click();
    await waitForStep(page, 5);
    await page.locator('#flow').click();
    const seen = await page.evaluate(async () => {
      const seen = new Set();
      const stop = window.flowLab.stage.on('time', (t) => seen.add(t));
      await new Promise((done) => setTimeout(done, 4000));
      stop();
      return [...seen];
    });
    assert.ok(seen.length >= 2 && seen.every((t) => [0, 0.25, 0.5, 0.75, 1].includes(t)), `${seen}`);
    await close();
  });
});

test('the live region speaks at milestones only', async () => {
  const { page, close } = await open(SMALL.replace('100000', '400'));
  const said = await page.evaluate(async () => {
    const said = [document.getElementById('said').textContent];
    new MutationObserver(() => said.push(document.getElementById('said').textContent)).observe(
      document.getElementById('said'),
      { childList: true },
    );
    while (!window.flowLab.run.finished) await new Promise((done) => setTimeout(done, 50));
    await new Promise((done) => setTimeout(done, 300));
    return said;
  });
  assert.match(said.at(-1), /^Training is done: 400 steps, loss \d/);
  assert.ok(said.length <= 6, said.join(' / '));
  await close();
});

test('a screen reader hears nothing of what changes many times a second', async () => {
  const { page, close } = await open();
  await waitForStep(page, 20);
  const said = await page.evaluate(async () => {
    const live = 'output, [role=status], [role=alert], [role=log], [aria-live=polite], [aria-live=assertive]';
    const said = [];
    new MutationObserver((records) => {
      for (const { target } of records) {
        const region = (target.closest ? target : target.parentElement).closest(`${live}, [aria-live=off]`);
        if (region && region.ariaLive !== 'off') said.push(`${region.id || region.localName}: ${region.textContent}`);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    await new Promise((done) => setTimeout(done, 3000));
    return said;
  });
  assert.ok(said.length <= 2, said.join(' / '));
  await close();
});

test('a point that is picked by key is said; one that the pointer passes is not', async () => {
  const { page, close } = await open();
  await page.locator('#play').click();
  await page.locator('#stage').focus();
  await page.keyboard.press('Enter');
  await waitForText(page, 'said', /^Point 1 at t = /);
  await page.keyboard.press('Enter');
  await waitForText(page, 'said', /^Point 2 at t = /);
  await page.keyboard.press('Escape');
  const { x, y } = await page.locator('#stage').boundingBox();
  const [px, py] = await page.evaluate(() => {
    const { camera, drawn } = window.flowLab.stage;
    return [camera.x(drawn[20]), camera.y(drawn[21])];
  });
  await page.mouse.move(x + px, y + py);
  await page.locator('#spot').waitFor();
  assert.match(await text(page, 'said'), /^Point 2 at/);
  await close();
});

describe('chapter links', () => {
  test('the open one is told to be it, in a word that counts', async () => {
    const { page, close } = await open();
    await page.locator('#tell').click();
    await page.locator('.contents a').first().click();
    await page.waitForFunction(() => document.querySelectorAll('.contents [aria-current=true]').length === 1);
    assert.equal(await page.locator('.contents [aria-current=""]').count(), 0);
    await close();
  });

  test('go to another tab with Ctrl or the middle button, and take the run along', async () => {
    const { page, close } = await open();
    await page.locator('#tell').click();
    const link = page.locator('.contents a').nth(1);
    await link.waitFor();
    const hash = await page.evaluate(() => location.hash);
    assert.ok(hash.length > 5);
    for (const wishes of [{ modifiers: ['Control'] }, { button: 'middle' }]) {
      const opening = page.context().waitForEvent('page', { timeout: 5000 });
      await link.click(wishes);
      const other = await opening;
      await other.waitForURL(/chapter=/);
      const { search, hash: taken } = new URL(other.url());
      assert.match(search, /^\?chapter=\w+/);
      assert.equal(taken, hash);
      await other.close();
    }
    await close();
  });
});

test('a file that is dropped beside the board leaves the page where it is, and onto the dialog is taken', async () => {
  const { page, close } = await open();
  const drop = (selector) =>
    page.evaluate((selector) => {
      const files = new DataTransfer();
      files.items.add(new File(['x,y\n1,2\n'], 'x.csv', { type: 'text/csv' }));
      const element = document.querySelector(selector);
      const fire = (name) => {
        const event = new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: files });
        element.dispatchEvent(event);
        return event.defaultPrevented;
      };
      return [fire('dragover'), fire('drop')];
    }, selector);
  assert.deepEqual(await drop('#stage'), [true, true]);
  assert.deepEqual(await drop('body'), [true, true]);
  assert.deepEqual(await drop('#open'), [false, false], 'a file field takes it by itself');
  await openPanel(page);
  await page.locator('#points-target').click();
  await page.locator('#editor-target').waitFor();
  assert.deepEqual(await drop('#editor-target'), [true, true]);
  await page.getByText('x.csv is ready.').waitFor();
  await close();
});

test('where the address is no safe one, the device line says that WebGPU wants https', async () => {
  const { page, close } = await openPage(used, SMALL, undefined, {
    before: () => {
      Object.defineProperty(window, 'isSecureContext', { value: false });
      Object.defineProperty(navigator, 'gpu', { value: undefined });
    },
  });
  await waitForText(page, 'device', /WebGPU over https and on localhost alone/);
  await close();
  const safe = await open();
  assert.doesNotMatch(await text(safe.page, 'device'), /https/);
  await safe.close();
});

test('the panel that opens has the focus, so that Tab goes on inside it', async () => {
  const { page, close } = await open();
  await page.locator('#panel-toggle').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('aside')?.id), 'panel');
  await close();
});

test('without scripts there is a poster of real points, and a sentence', async () => {
  const context = await used.browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(used.site.address);
  const box = await page.locator('#poster').boundingBox();
  assert.ok(box.width > 250 && box.y + box.height < 740, JSON.stringify(box));
  assert.ok((readFileSync(`${dist}/index.html`, 'utf8').match(/M-?[\d.]+ -?[\d.]+h0/g) ?? []).length >= 600, 'points');
  assert.match(await page.locator('#first noscript').innerText(), /needs JavaScript and WebAssembly/);
  await context.close();
});

test('the first load asks for at most 60 kB of gzipped scripts beside the wasm', async () => {
  const { page, heard, close } = await open();
  await waitForStep(page, 20);
  const scripts = [...new Set(heard.requests)]
    .map((url) => url.slice(used.site.address.length))
    .filter((path) => /^[\w-]+\.js$/.test(path));
  const named = [...readFileSync(`${dist}/index.html`, 'utf8').matchAll(/modulepreload" href="([^"]+)"/g)].map(
    ([, path]) => path,
  );
  // None waits for another one to be read.
  assert.deepEqual(scripts.filter((path) => path !== 'worker.js').sort(), named.sort());
  assert.ok(named.includes('page.js'), `${named}`);
  const sizes = [...new Set([...scripts, 'worker.js'])].map((path) => [
    path,
    gzipSync(readFileSync(`${dist}/${path}`), { level: 9 }).length,
  ]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(`${sizes.map(([path, size]) => `${path} ${size}`).join(', ')}, together ${total} bytes`);
  assert.ok(total <= 60 * 1024, `${total}`);
  await close();
});
