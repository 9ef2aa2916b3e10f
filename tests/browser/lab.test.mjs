// The public JavaScript API (www/lab.js) on every device, against the native program's numbers.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { listen, startChromium, startFirefox, startServer } from './browsers.mjs';

const STEPS = 40;
const OPTIONS = { target: 'checkerboard', width: 24, depth: 2, batch: 64, seed: 5, time: 'mlp', activation: 'gelu' };
const FLAGS = Object.entries(OPTIONS).flatMap(([name, value]) => [`--${name}`, String(value)]);

let site;
let native; // { losses, samples }: what the native program gives

before(async () => {
  site = await startServer();
  const program = join(process.env.CARGO_TARGET_DIR, 'release', 'flow-lab');
  const folder = mkdtempSync(join(tmpdir(), 'flow-lab-'));
  const model = join(folder, 'model.safetensors');
  const run = (...line) => execFileSync(program, line, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const log = run('train', ...FLAGS, '--steps', String(STEPS), '--device', 'cpu', '--log-every', '1', '--save', model);
  const csv = run('sample', '--model', model, '--count', '100', '--solver-steps', '8', '--device', 'cpu');
  native = {
    losses: log
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ')[1])),
    samples: csv
      .trim()
      .split('\n')
      .slice(1)
      .flatMap((line) => line.split(',').map(Number)),
    model: [...readFileSync(model)],
  };
  assert.equal(native.losses.length, STEPS);
  assert.equal(native.samples.length, 200);
});

after(() => site?.server.close());

/** Runs in the page: trains, samples, saves, opens. */
async function scenario({ options, steps, model }) {
  const { Lab } = await import('/lab.js');
  const lab = await Lab.create(options);
  await lab.settled;
  const progress = await lab.train(steps);
  const last = ({ positions, count, dim }) => [...positions.subarray(positions.length - count * dim)];
  const request = { count: 100, steps: 8, seed: 0 };
  const result = {
    device: lab.device,
    options: lab.options,
    notes: lab.notes,
    progress,
    losses: [...(await lab.losses())],
    samples: last(await lab.sample(request)),
  };
  const ends = await lab.sample({ ...request, ends: true });
  result.ends = { times: [...ends.times], positions: [...ends.positions] };
  const saved = await lab.save();
  result.velocity = [...(await lab.velocity([0.5, -0.5, 1, 1], 0.25))];
  await lab.train(3);
  await lab.load(saved);
  result.samplesAfterLoad = last(await lab.sample(request));
  result.lossesAfterLoad = (await lab.losses()).length;
  await lab.load(Uint8Array.from(model));
  result.samplesOfNativeModel = last(await lab.sample(request));
  const sentence = (promise) =>
    promise.then(
      () => 'no error',
      (error) => error.message,
    );
  result.errors = [
    await sentence(lab.load(saved.subarray(0, saved.length / 2))),
    await sentence(lab.load(new TextEncoder().encode('{"foreign": true}'))),
    await sentence(lab.sample({ count: 0 })),
    await sentence(lab.sample({ count: 1e9 })),
    await sentence(lab.velocity([1, 2, 3], 0.5)),
    await sentence(lab.velocity([1, NaN], 0.5)),
    await sentence(lab.train(0)),
    await sentence(lab.train(1.5)),
  ];
  result.samplesAfterErrors = last(await lab.sample(request));
  lab.dispose();
  result.errors.push(await sentence(lab.train(1)));
  return result;
}

const close = (found, expected, tolerance, what) => {
  assert.equal(found.length, expected.length, what);
  found.forEach((value, i) => {
    assert.ok(
      Math.abs(value - expected[i]) <= tolerance * (1 + Math.abs(expected[i])),
      `${what}[${i}]: ${value} for ${expected[i]}`,
    );
  });
};

function check(result, { kind, tolerance }) {
  console.log(`${result.device.adapter}: ${result.device.reason} Self-check ${result.device.selfCheck}.`);
  assert.equal(result.device.kind, kind, result.device.reason);
  assert.equal(result.device.selfCheck, kind === 'webgpu' ? 'passed' : 'not needed');
  assert.deepEqual(result.notes, []);
  assert.equal(result.options.target, 'checkerboard');
  assert.equal(result.options.width, 24);
  assert.equal(result.progress.step, STEPS);
  assert.ok(result.progress.stepsPerSecond > 0);
  // 4 digits are printed.
  close(result.losses, native.losses, Math.max(tolerance, 1e-4), 'losses');
  close(result.samples, native.samples, tolerance, 'samples');
  assert.deepEqual(result.ends.times, [0, 1]);
  assert.equal(result.ends.positions.length, 2 * 200);
  assert.deepEqual(result.ends.positions.slice(200), result.samples, 'their ends alone');
  close(result.samplesOfNativeModel, native.samples, tolerance, 'samples of the native model');
  close(result.samplesAfterLoad, result.samples, 1e-5, 'samples after load');
  assert.equal(result.lossesAfterLoad, STEPS);
  assert.equal(result.velocity.length, 4);
  assert.deepEqual(result.samplesAfterErrors, result.samplesOfNativeModel);
  const expected = [
    /not a whole safetensors file/,
    /not a whole safetensors file/,
    /count = 0: must be a whole number from 1/,
    /count = 1000000000: must be/,
    /3 numbers do not make whole points/,
    /must be finite numbers/,
    /steps = 0: must be/,
    /steps = 1.5: must be/,
    /disposed/,
  ];
  result.errors.forEach((sentence, i) => assert.match(sentence, expected[i]));
}

async function inChromium(settings, options) {
  const browser = await startChromium(settings);
  try {
    const page = await browser.newPage();
    const heard = listen(page);
    await page.goto(`${site.address}options.json`);
    const result = await page.evaluate(scenario, { options, steps: STEPS, model: native.model });
    assert.deepEqual(heard.complaints, []);
    return result;
  } finally {
    await browser.close();
  }
}

describe('lab.js', () => {
  test('agrees with the native program on the CPU in Chromium, to 2e-4', async () => {
    check(await inChromium({}, OPTIONS), { kind: 'cpu', tolerance: 2e-4 });
  });

  test('prefers the CPU to a software adapter, and says so', async () => {
    const result = await inChromium({ webgpu: true }, OPTIONS);
    assert.equal(result.device.kind, 'cpu');
    assert.match(result.device.reason, /the only GPU adapter is a software one/);
  });

  test(
    'agrees with the native program on WebGPU in Chromium, to 5e-3, after moving there from the CPU',
    { timeout: 600_000 },
    async () => {
      check(await inChromium({ webgpu: true }, { ...OPTIONS, device: 'gpu' }), { kind: 'webgpu', tolerance: 5e-3 });
    },
  );

  test('moves to the GPU and back when the option says so, and keeps training', { timeout: 600_000 }, async () => {
    const browser = await startChromium({ webgpu: true });
    try {
      const page = await browser.newPage();
      const heard = listen(page);
      await page.goto(`${site.address}options.json`);
      const seen = await page.evaluate(async (options) => {
        const { Lab } = await import('/lab.js');
        const lab = await Lab.create({ ...options, device: 'cpu' });
        const kinds = [lab.device.kind];
        await lab.restart({ ...options, device: 'gpu' });
        await lab.train(4);
        await lab.settled;
        kinds.push(lab.device.kind);
        const kept = (await lab.losses()).length;
        await lab.train(2);
        await lab.restart({ ...options, device: 'cpu' });
        kinds.push(lab.device.kind);
        const { step } = await lab.train(3);
        lab.dispose();
        return { kinds, kept, step };
      }, OPTIONS);
      assert.deepEqual(seen, { kinds: ['cpu', 'webgpu', 'cpu'], kept: 4, step: 3 });
      assert.deepEqual(heard.complaints, []);
    } finally {
      await browser.close();
    }
  });

  test(
    'trains on while a GPU takes a tenth of a second to answer, as Firefox lets it',
    { timeout: 600_000 },
    async (t) => {
      // Every answer waits for a beat of 100 ms.
      const slow = `{
      const beat = () => new Promise((done) => setTimeout(done, 100 - (performance.now() % 100)));
      const answers = [[self.GPUBuffer?.prototype, 'mapAsync'], [self.GPUQueue?.prototype, 'onSubmittedWorkDone']];
      for (const [prototype, name] of answers) {
        const ask = prototype?.[name];
        if (ask) prototype[name] = function (...args) { return ask.apply(this, args).then(beat); };
      }
    }`;
      const rate = async (prefix) => {
        const browser = await startChromium({ webgpu: true });
        try {
          const page = await browser.newPage();
          await page.route('**/worker.js', async (route) => {
            const response = await route.fetch();
            await route.fulfill({ response, body: prefix + (await response.text()) });
          });
          await page.goto(`${site.address}options.json`);
          return await page.evaluate(async () => {
            const { Lab } = await import('/lab.js');
            const lab = await Lab.create({ width: 8, depth: 2, batch: 32, device: 'gpu', steps: 100000 });
            await lab.settled;
            let latency = performance.now();
            await lab.weights();
            latency = performance.now() - latency;
            await lab.train(2000, 1500);
            const { stepsPerSecond } = await lab.train(100000, 2000);
            const { length } = await lab.losses();
            const { step } = await lab.train(1);
            lab.dispose();
            return { kind: lab.device.kind, latency, stepsPerSecond, lost: step - 1 - length };
          });
        } finally {
          await browser.close();
        }
      };
      const [prompt, late] = [await rate(''), await rate(slow)];
      t.diagnostic(
        `${prompt.stepsPerSecond.toFixed(0)} steps/s, with answers every 100 ms ${late.stepsPerSecond.toFixed(0)}`,
      );
      assert.deepEqual([prompt.kind, late.kind, prompt.lost, late.lost], ['webgpu', 'webgpu', 0, 0]);
      assert.ok(late.latency > 20, `answers take ${late.latency} ms`);
      assert.ok(
        late.stepsPerSecond > 0.3 * prompt.stepsPerSecond,
        `${late.stepsPerSecond} steps/s, ${prompt.stepsPerSecond} with prompt answers`,
      );
    },
  );

  test('asked for a GPU where there is none, runs on the CPU and says why', async () => {
    const result = await inChromium({}, { ...OPTIONS, device: 'gpu' });
    assert.equal(result.device.kind, 'cpu');
    assert.match(result.device.reason, /^The CPU runs, because/);
  });

  test(
    'agrees with the native program on the CPU in Firefox, to 2e-4; the page opens there without a complaint',
    { timeout: 300_000 },
    async () => {
      const browser = await startFirefox();
      try {
        const page = await browser.newPage();
        const heard = listen(page);
        await page.goto(`${site.address}options.json`);
        check(await page.evaluate(scenario, { options: OPTIONS, steps: STEPS, model: native.model }), {
          kind: 'cpu',
          tolerance: 2e-4,
        });

        await page.goto(site.address);
        await page.waitForFunction(
          () => Number(document.getElementById('steps').textContent.replace(/,/g, '').match(/\d+/)?.[0]) >= 100,
          { timeout: 60_000 },
        );
        assert.match(
          await page.$eval('#device', (element) => element.textContent),
          /^CPU · wasm simd128\. The CPU runs, because/,
        );
        await page.goto(`${site.address}#width=0`);
        await page.waitForFunction(() =>
          document.getElementById('notes').textContent.includes('width = 0: must be a whole number'),
        );
        assert.deepEqual(heard.complaints, []);
        assert.deepEqual(
          heard.requests.filter((url) => !url.startsWith(site.address) && !url.startsWith('data:')),
          [],
        );
      } finally {
        await browser.close();
      }
    },
  );
});
