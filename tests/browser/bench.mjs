// Prints README's browser table: time to first motion, and milliseconds a training step, in headless Chromium.

import { startChromium, startServer } from './browsers.mjs';

const LOADS = 9;
const ROWS = [
  ['MLP 64×3, batch 256, SELU', { activation: 'selu' }, 300],
  ['MLP 128×4, batch 1,000, ReLU (ring)', { preset: 'ring' }, 60],
  ['MLP 128×4, batch 4,096, GELU (checkerboard)', { preset: 'checkerboard' }, 12],
];

const site = await startServer();
const spread = (times) => {
  const sorted = [...times].sort((a, b) => a - b);
  const round = (ms) => (ms < 100 ? ms.toFixed(2) : ms.toFixed(0));
  return `${round(sorted[sorted.length >> 1])} (${round(sorted[0])} – ${round(sorted.at(-1))})`;
};

/** From navigation to the first frame that shows points in motion. */
async function firstMotion(browser) {
  const page = await browser.newPage();
  await page.goto(site.address);
  await page.waitForFunction(() => window.flowLab?.stage.framesDrawn > 1);
  const ms = await page.evaluate(() => window.flowLab.stage.firstMotion_ms);
  await page.close();
  return ms;
}

/** Runs in the page: seven blocks of steps, after a warm-up. */
async function stepTimes({ options, block }) {
  const { Lab } = await import('/lab.js');
  const lab = await Lab.create(options);
  await lab.settled;
  const first = 1000 / (await lab.train(Math.min(50, block))).stepsPerSecond;
  await lab.train(2 * block);
  const times = [];
  for (let k = 0; k < 7; k++) times.push(1000 / (await lab.train(block)).stepsPerSecond);
  const { kind, adapter } = lab.device;
  lab.dispose();
  return { first, times, device: `${kind}, ${adapter}` };
}

/** Runs in the page: what pairing a batch takes, nine times, each after a warm-up. */
async function pairing(options) {
  const { Lab } = await import('/lab.js');
  const lab = await Lab.create({ ...options, device: 'cpu' });
  for (let k = 0; k < 20; k++) await lab.pairingMs();
  const times = [];
  for (let k = 0; k < 9; k++) times.push(await lab.pairingMs());
  lab.dispose();
  return times;
}

const cpu = await startChromium();
const loads = [];
for (let k = 0; k < LOADS; k++) loads.push(await firstMotion(cpu));
console.log(`\nPage load to first motion, CPU build, ms: ${spread(loads)}, ${LOADS} loads\n`);
console.log('| network | device | ms of the first steps of a fresh page | ms a step, warmed up: median (fastest – slowest) |\n|---|---|---|---|');
const page = await cpu.newPage();
await page.goto(`${site.address}options.json`);
for (const [name, options, block] of ROWS) {
  const { first, times, device } = await page.evaluate(stepTimes, { options: { ...options, device: 'cpu' }, block });
  console.log(`| ${name} | ${device} | ${first.toFixed(1)} | ${spread(times)} |`);
}
console.log('\n| pairs | ms of their exact transport, in the page: median of nine |\n|---|---|');
for (const batch of [64, 128, 256, 512]) {
  const ms = await page.evaluate(pairing, { source: 'gaussian', target: '8gaussians', coupling: 'ot', batch });
  console.log(`| ${batch} | ${spread(ms)} |`);
}
await cpu.close();

const gpu = await startChromium({ webgpu: true });
const gpuPage = await gpu.newPage();
await gpuPage.goto(`${site.address}options.json`);
const [name, options] = ROWS[0];
const { first, times, device } = await gpuPage.evaluate(stepTimes, { options: { ...options, device: 'gpu' }, block: 4 });
console.log(`| ${name} | ${device} | ${first.toFixed(0)} | ${spread(times)} |`);
await gpu.close();
site.server.close();
