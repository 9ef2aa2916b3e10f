// Prints README's browser tables: time to first motion, what pairing costs, and Flow Lab beside its peers, in headless
// Chromium.
// `node bench.mjs results.json cpu` writes every single time as well, and leaves the contests on WebGPU out;
// `node bench.mjs results.json webgpu 64×3` runs those networks alone whose name has 64×3 in it.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../www/tools/serve.js';
import { dist, startChromium } from './browsers.mjs';
import { NETWORKS, contest } from './contest.mjs';

const LOADS = 9;
const BROWSERS = 15;
const ROUNDS = 7;
const CONTESTS = {
  cpu: { device: 'cpu', peers: ['jax-js wasm', 'TF.js wasm', 'plain JS'], browser: {}, blockMs: 400 },
  webgpu: {
    device: 'gpu',
    peers: ['jax-js webgpu', 'TF.js webgpu', 'TF.js webgl'],
    browser: { webgpu: true },
    blockMs: 1000,
  },
};
const COLUMNS = [
  'network',
  'who',
  'ms a step, the first 50',
  'warmed up: median (fastest – slowest)',
  'Flow Lab is faster by',
  'share of the peak',
  'dispatches a step',
  'ms for 10,000 points (200 of 784 numbers) × 100 Euler steps',
  'faster by',
];
const HEADER = `| ${COLUMNS.join(' | ')} |\n|${'---|'.repeat(COLUMNS.length)}`;
const results = [];

// The built site and the peers side by side, outside dist/, which is what gets published.
const folder = mkdtempSync(join(tmpdir(), 'flow-lab-bench-'));
cpSync(dist, folder, { recursive: true });
cpSync(process.env.FLOW_LAB_PEERS, join(folder, 'peers'), { recursive: true });
const counting = new URL('dispatches.js', import.meta.url);
writeFileSync(join(folder, 'worker.js'), readFileSync(counting) + readFileSync(join(dist, 'worker.js'), 'utf8'));
const site = await serve(folder);
const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];
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

/** Runs in the page: ms a step of the first fifty, of the same but for the very first, and of steps long after them. */
async function firstSteps(options) {
  const { Lab } = await import('/lab.js');
  const lab = await Lab.create({ ...options, device: 'cpu', steps: 100000 });
  const timed = async (count) => {
    const start = performance.now();
    await lab.train(count);
    return (performance.now() - start) / count;
  };
  const one = await timed(1);
  const rest = await timed(49);
  await timed(1000);
  const later = [];
  for (let k = 0; k < 5; k++) later.push(await timed(400));
  lab.dispose();
  return [(one + 49 * rest) / 50, rest, later.sort((a, b) => a - b)[2]];
}

const begun = [];
for (let k = 0; k < BROWSERS; k++) {
  const fresh = await startChromium();
  const page = await fresh.newPage();
  await page.goto(`${site.address}options.json`);
  const { name, ...options } = NETWORKS[0];
  begun.push(await page.evaluate(firstSteps, options));
  await fresh.close();
}
const [firsts, laters, ratios, without] = [
  ([first]) => first,
  ([, , later]) => later,
  ([first, , later]) => first / later,
  ([, rest, later]) => rest / later,
].map((of) => spread(begun.map(of)));
console.log(
  `\nThe first 50 steps of ${NETWORKS[0].name}, CPU build, ms a step: ${firsts}; later ones ${laters}; ` +
    `ratio ${ratios}, without the very first step ${without}; ${BROWSERS} fresh browsers\n`,
);

const cpu = await startChromium();
const loads = [];
for (let k = 0; k < LOADS; k++) loads.push(await firstMotion(cpu));
console.log(`\nPage load to first motion, CPU build, ms: ${spread(loads)}, ${LOADS} loads\n`);
const page = await cpu.newPage();
await page.goto(`${site.address}options.json`);
console.log('\n| pairs | ms of their exact transport, in the page: median of nine |\n|---|---|');
for (const batch of [64, 128, 256, 512]) {
  const ms = await page.evaluate(pairing, { source: 'gaussian', target: '8gaussians', coupling: 'ot', batch });
  console.log(`| ${batch} | ${spread(ms)} |`);
}
await cpu.close();

const [, , file, only, some = ''] = process.argv;
for (const [kind, { device, peers, browser, blockMs }] of Object.entries(CONTESTS)) {
  if (only && kind !== only) continue;
  console.log(`\n${HEADER}`);
  for (const network of NETWORKS.filter(({ name }) => name.includes(some))) {
    // A fresh browser each: what the last network left in memory shall not slow the next one.
    const started = await startChromium(browser);
    const page = await started.newPage();
    await page.addInitScript({ path: counting.pathname });
    await page.goto(`${site.address}options.json`);
    const asked = { network, device, peers, rounds: ROUNDS, blockMs, points: 10000, eulerSteps: 100 };
    const contenders = await page.evaluate(contest, asked);
    await started.close();
    const ours = contenders[0];
    for (const { name, device, first50, steps, share, dispatches, sampling, error } of contenders) {
      const row = { kind, network: network.name, name, device, first50, steps, share, dispatches, sampling, error };
      results.push(row);
      const times = (mine, theirs) =>
        theirs.length && mine.length ? `${(median(theirs) / median(mine)).toFixed(1)} ×` : '';
      const cells = error
        ? [error, '', '', '', '', '', '']
        : [
            first50.toFixed(2),
            spread(steps),
            times(ours.steps, steps),
            share ? `${(100 * share).toFixed(0)} %` : '',
            dispatches ? dispatches.toFixed(1) : '',
            sampling.length ? spread(sampling) : '',
            times(ours.sampling, sampling),
          ];
      console.log(`| ${[network.name, `${name}${device && ` (${device})`}`, ...cells].join(' | ')} |`);
    }
  }
}
site.server.close();
rmSync(folder, { recursive: true });
if (file) writeFileSync(file, JSON.stringify(results, null, 1));
