// The three wasm files in the page: which of them is fetched when, what the GPU's asks of an adapter, and what is said
// where one is missing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { dist, listen, startChromium, startServer } from './browsers.mjs';

// What every WebGPU device has: https://www.w3.org/TR/webgpu/#limits
const PROMISED = {
  maxBindGroups: 4,
  maxBindingsPerBindGroup: 1000,
  maxDynamicUniformBuffersPerPipelineLayout: 8,
  maxStorageBuffersPerShaderStage: 8,
  maxUniformBuffersPerShaderStage: 12,
  maxUniformBufferBindingSize: 65536,
  maxStorageBufferBindingSize: 134217728,
  maxBufferSize: 268435456,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65535,
};

let site;
let browser;
before(async () => {
  site = await startServer();
  browser = await startChromium({ webgpu: true });
});
after(async () => {
  await browser?.close();
  site?.server.close();
});

/** Opens a page of ours without the lab, hears it, and runs `scenario` there. */
async function within(scenario, argument, prepare = async () => {}) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const heard = listen(page);
  await prepare(page);
  await page.goto(`${site.address}options.json`);
  const result = await page.evaluate(scenario, argument);
  assert.deepEqual(heard.complaints, []);
  await context.close();
  const files = heard.requests.map((address) => address.match(/wasm\/(\w+)\/.*\.wasm$/)?.[1]).filter(Boolean);
  return { result, files };
}

describe('files', () => {
  test('a run on the CPU fetches the small file alone, whatever it is asked', async () => {
    const { result, files } = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({ device: 'cpu', width: 8, depth: 1 });
      await lab.settled;
      await lab.train(5);
      await lab.sample({ count: 20, solver: 'dopri5' });
      const nats = await lab.logDensity([0, 0]);
      const recorded = await lab.recordStep();
      lab.dispose();
      return { nats: nats[0], after: recorded.after.length };
    });
    assert.ok(Number.isFinite(result.nats) && result.after === 512);
    assert.deepEqual([...new Set(files)], ['cpu']);
  });

  test('burn is fetched when it is asked, on the CPU and on the GPU', async () => {
    for (const device of ['cpu', 'gpu']) {
      const { result, files } = await within(async (device) => {
        const { Lab } = await import('/lab.js');
        const lab = await Lab.create({ device, width: 8, depth: 1, batch: 16 });
        await lab.settled;
        const kind = lab.device.kind;
        const ms = [await lab.autodiffMs(1), await lab.autodiffMs(2)];
        const { step } = await lab.train(1);
        lab.dispose();
        return { kind, ms, step };
      }, device);
      assert.equal(result.kind, device === 'cpu' ? 'cpu' : 'webgpu');
      assert.ok(
        result.ms.every((ms) => ms > 0),
        `${result.ms}`,
      );
      assert.equal(result.step, 1, 'the run itself took no step');
      assert.equal(files.filter((name) => name === 'burn').length, 1, `${files}`);
      assert.equal(files.includes('gpu'), device === 'gpu');
    }
  });

  test('a file that is missing is a sentence, and the run goes on', async () => {
    for (const [state, sentence] of [
      [{ cpu: 'here', gpu: 'failed' }, 'The CPU runs, because the file for the GPU could not be built on this server.'],
      [{ cpu: 'here' }, 'The CPU runs, because the file for the GPU is not on this server.'],
    ]) {
      const { result } = await within(
        async () => {
          const { Lab } = await import('/lab.js');
          const lab = await Lab.create({ device: 'gpu', width: 8, depth: 1 });
          await lab.settled;
          const { step } = await lab.train(3);
          const failed = await lab.autodiffMs(1).catch((error) => error.message);
          return { device: lab.device, step, failed };
        },
        null,
        (page) => page.route('**/wasm/files.json', (route) => route.fulfill({ json: state })),
      );
      assert.deepEqual([result.device.kind, result.device.reason, result.step], ['cpu', sentence, 3]);
      assert.equal(result.failed, 'burn cannot be asked, because the file with burn is not on this server.');
    }
  });
});

test('the GPU is asked for no feature, and for no limit above what WebGPU promises', async () => {
  const spy = `{
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = function (asked = {}) {
      const channel = new BroadcastChannel('asked');
      channel.postMessage({ features: [...(asked.requiredFeatures ?? [])], limits: { ...asked.requiredLimits } });
      return requestDevice.call(this, asked);
    };
  }\n`;
  const script = spy + readFileSync(join(dist, 'worker.js'), 'utf8');
  const { result } = await within(
    async () => {
      const asked = new Promise((done) => (new BroadcastChannel('asked').onmessage = ({ data }) => done(data)));
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({ device: 'gpu', width: 8, depth: 1 });
      await lab.settled;
      const { kind } = lab.device;
      lab.dispose();
      return { kind, asked: await asked };
    },
    null,
    (page) => page.route('**/worker.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script })),
  );
  assert.equal(result.kind, 'webgpu');
  assert.deepEqual(result.asked.features, []);
  for (const [name, promised] of Object.entries(PROMISED)) {
    if (name in result.asked.limits)
      assert.ok(result.asked.limits[name] <= promised, `${name}: ${result.asked.limits[name]}`);
  }
  assert.ok(result.asked.limits.maxStorageBuffersPerShaderStage >= 6);
});
