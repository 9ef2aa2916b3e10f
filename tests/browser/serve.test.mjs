// `./build.sh serve` as a newcomer types it: the page first, the other files behind it, and an end that ends
// everything.
// Alone: it compiles.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startChromium } from './browsers.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache =
  process.env.FLOW_LAB_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME, '.cache'), 'flow-lab');
const folder = mkdtempSync(join(tmpdir(), 'flow-lab-serve-'));
const [clone, kept] = [join(folder, 'clone'), join(folder, 'cache')];
let browser;

before(async () => {
  // A clone whose cache has the small file alone.
  for (const name of execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(clone, name));
  }
  symlinkSync(join(root, 'www/node_modules'), join(clone, 'www/node_modules'));
  mkdirSync(join(kept, 'wasm'), { recursive: true });
  for (const name of readdirSync(join(cache, 'wasm')).filter((name) => name.startsWith('cpu-'))) {
    cpSync(join(cache, 'wasm', name), join(kept, 'wasm', name), { recursive: true, preserveTimestamps: true });
  }
  for (const name of ['mnist.digits', 'digits.gz', 'bindgen-target'])
    cpSync(join(cache, name), join(kept, name), { recursive: true, preserveTimestamps: true });
  browser = await startChromium({ webgpu: true });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Processes that have the clone's cache in their environment: all that the script started, as cargo and rustc. */
function running() {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.filter((id) => {
    try {
      return (
        readFileSync(`/proc/${id}/environ`, 'utf8').includes(kept) &&
        !readFileSync(`/proc/${id}/stat`, 'utf8').includes(') Z ')
      );
    } catch {
      return false; // it has ended
    }
  });
}

const states = () => JSON.parse(readFileSync(join(clone, 'dist/wasm/files.json'), 'utf8'));

async function until(condition, ms, what) {
  for (const start = performance.now(); performance.now() - start < ms;) {
    const found = await condition();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`not within ${ms / 1000} s: ${what}`);
}

test('serve gives the page at once, the GPU behind it, and Ctrl-C ends everything', async (t) => {
  const env = { CARGO_TARGET_DIR: join(cache, 'target'), ...process.env, FLOW_LAB_CACHE: kept };
  const script = spawn(join(clone, 'build.sh'), ['serve', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => script.kill('SIGINT'));
  let said = '';
  script.stdout.on('data', (data) => (said += data));
  script.stderr.on('data', (data) => (said += data));
  const ended = new Promise((done) => script.on('exit', done));
  const address = await until(
    () => said.match(/http:\/\/127\.0\.0\.1:\d+\//)?.[0],
    60_000,
    `an address; it said: ${said}`,
  );
  assert.deepEqual(states(), { cpu: 'here', gpu: 'building', burn: 'building' });
  assert.ok(!existsSync(join(clone, 'dist/wasm/gpu')));

  // The page that wants a GPU says that its file is to come, and trains meanwhile.
  const page = await browser.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`${address}#device=gpu&width=8&depth=1&steps=1000000`);
  await page.waitForFunction(() => /still being built/.test(window.flowLab?.lab.device.reason), null, {
    timeout: 30_000,
  });
  assert.match(
    await page.locator('#device').textContent(),
    /The CPU runs, because the file for the GPU is still being built: begin again in a few minutes\./,
  );
  await page.waitForFunction(() => window.flowLab.run.step > 20);
  await assert.rejects(
    page.evaluate(() => window.flowLab.lab.autodiffMs(1)),
    /burn cannot be asked, because the file with burn is still being built/,
  );

  // When it has come, it comes whole; the next run takes it.
  await until(() => states().gpu === 'here', 300_000, `the GPU's file; it said: ${said}`);
  assert.deepEqual(readdirSync(join(clone, 'dist/wasm/gpu')).sort(), [
    'flow_lab.js',
    'flow_lab_bg.wasm',
    'flow_lab_bg.wasm.br',
  ]);
  await until(() => /the gpu wasm has come/.test(said), 10_000, `that it says so; it said: ${said}`);
  await page.locator('#reset').click();
  await page.waitForFunction(() => window.flowLab.lab.device.kind === 'webgpu', null, { timeout: 120_000 });
  assert.deepEqual(complaints, []);
  await page.close();

  // The file with burn is being built now.
  assert.equal(states().burn, 'building');
  assert.ok(running().length > 2, 'a compiler runs');
  script.kill('SIGINT');
  assert.equal(await ended, 130);
  await until(() => running().length === 0, 5_000, `all processes end; there are ${running()}`);
  await assert.rejects(fetch(address));
});
