// What the page's main thread is kept busy with, without a GPU: by the thread's own clock, so that other programs do
// not count.
// Alone: it holds the longest task of the main thread to 50 ms.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, useChromium } from './pages.mjs';

const used = useChromium();
const LONG_MS = 50;

/** The longest tasks of the page's main thread while `work` is done and for some time after, in ms of CPU. */
async function tasksDuring(page, ms, work) {
  await used.browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  await work();
  await page.waitForTimeout(ms);
  const { traceEvents } = JSON.parse((await used.browser.stopTracing()).toString());
  const thread = ({ pid, tid }) => `${pid}:${tid}`;
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(thread),
  );
  const tasks = traceEvents.filter(
    (event) => event.ph === 'X' && event.name.endsWith('RunTask') && event.tdur && mains.has(thread(event)),
  );
  return tasks.map(({ tdur }) => tdur / 1000).sort((a, b) => b - a);
}

test(
  'with 10,000 points, while training, no task takes 50 ms: every layer, the strips, the board, the panel, the story',
  { timeout: 300_000 },
  async () => {
    const { page, heard, close } = await openPage(used, '#device=cpu&count=10000&steps=100000');
    const click = (id) => () => page.evaluate((id) => document.getElementById(id).click(), id);
    const phases = [
      ['training', 3000, async () => {}],
      ...['density', 'speed', 'likelihood', 'contours', 'grid', 'fineGrid', 'source', 'pairs', 'trajectories'].map(
        (name) => [name, 1500, click(`layer-${name}`)],
      ),
      ['strips', 2500, click('strips-toggle')],
      ['draw', 1000, click('draw')],
      ['panel', 1500, click('panel-toggle')],
      ['story', 2500, click('tell')],
    ];
    const longest = [];
    for (const [name, ms, work] of phases) {
      const tasks = await tasksDuring(page, ms, work);
      assert.ok(tasks.length > 10, `${name}: ${tasks.length} tasks were seen`);
      longest.push([name, tasks[0]]);
    }
    console.log(`longest task, ms of CPU: ${longest.map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(', ')}`);
    for (const [name, ms] of longest) assert.ok(ms < LONG_MS, `${name}: ${ms.toFixed(0)} ms`);
    assert.deepEqual(heard.complaints, []);
    await close();
  },
);

test('with 10,000 points, while training without a GPU, frames keep coming', async () => {
  const { page, heard, close } = await openPage(used, '#device=cpu&count=10000&steps=1000000');
  await page.waitForFunction(() => window.flowLab.run.step > 100);
  const [frames, drawn, steps] = await page.evaluate(async () => {
    const { run, stage } = window.flowLab;
    const [drawn, step] = [stage.framesDrawn, run.step];
    let frames = 0;
    const start = performance.now();
    while (performance.now() < start + 5000) {
      await new Promise(requestAnimationFrame);
      frames++;
    }
    const seconds = (performance.now() - start) / 1000;
    return [frames, stage.framesDrawn - drawn, run.step - step].map((count) => count / seconds);
  });
  console.log(
    `${frames.toFixed(0)} frames/s, ${drawn.toFixed(0)} of them drawn ` +
      `(nothing moves while the play head rests at either end), ${steps.toFixed(0)} steps/s`,
  );
  // 60 on a quiet machine of two cores; the tests' one does other work as well.
  assert.ok(frames > 20, `${frames} frames/s`);
  assert.ok(steps > 0);
  assert.deepEqual(heard.complaints, []);
  await close();
});
