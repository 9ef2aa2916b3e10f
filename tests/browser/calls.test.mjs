// lab.js when things go wrong: whatever fails, a call is answered, the run goes on or says that it is lost, and the
// next one can begin.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startChromium, startServer } from './browsers.mjs';

let site;
const browsers = {};
before(async () => {
  site = await startServer();
  [browsers.cpu, browsers.gpu] = [await startChromium(), await startChromium({ webgpu: true })];
});
after(async () => {
  await browsers.cpu?.close();
  await browsers.gpu?.close();
  site?.server.close();
});

/**
 * Opens a page of ours without the lab and gives the result of `scenario(argument)` there.
 * @param {{ kind?: 'cpu' | 'gpu', said?: string, prepare?: (page) => unknown }} how `said` stands before the worker's
 *   script
 */
async function within(scenario, { kind = 'cpu', said = '', prepare = async () => {}, argument } = {}) {
  const context = await browsers[kind].newContext();
  const page = await context.newPage();
  if (said) {
    await page.route('**/worker.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: said + (await response.text()) });
    });
  }
  await page.addInitScript(() => {
    // Every worker that a lab has, to be ended as a developer's tool would, and how many were given back.
    window.workers = [];
    window.ended = 0;
    const { Worker } = window;
    window.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        window.workers.push(this);
      }
      terminate() {
        window.ended++;
        super.terminate();
      }
      vanish() {
        super.terminate();
      }
    };
    /** What a promise comes to: its value, or its error as a record. */
    window.outcome = (promise) =>
      promise.then(
        (value) => ({ value }),
        ({ message, code, option, value }) => ({ message, code, option, value }),
      );
    window.SMALL = { width: 8, depth: 1, batch: 32, device: 'cpu', steps: 100000 };
  });
  await prepare(page);
  await page.goto(`${site.address}options.json`);
  try {
    return await page.evaluate(scenario, argument);
  } finally {
    await context.close();
  }
}

describe('a lab that cannot begin', () => {
  const create = async () => {
    const { Lab } = await import('/lab.js');
    const found = await window.outcome(Lab.create(window.SMALL));
    return { ...found, workers: window.workers.length, ended: window.ended };
  };
  const WASM = '**/wasm/cpu/flow_lab_bg.wasm';
  const CASES = {
    'without the wasm file': [(page) => page.route(WASM, (route) => route.fulfill({ status: 404 })), 'missing'],
    'with the page in its place': [
      (page) => page.route(WASM, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })),
      'missing',
    ],
    'with the page in its place, sent as wasm': [
      (page) =>
        page.route(WASM, (route) => route.fulfill({ contentType: 'application/wasm', body: '<!doctype html>' })),
      'missing',
    ],
    'without a network': [(page) => page.route(WASM, (route) => route.abort()), 'missing'],
    'without the script beside the wasm': [
      (page) => page.route('**/wasm/cpu/flow_lab.js', (route) => route.fulfill({ status: 404 })),
      'missing',
    ],
    'without the worker’s script': [
      (page) => page.route('**/worker.js', (route) => route.fulfill({ status: 404 })),
      'missing',
    ],
    'without SIMD': [(page) => page.addInitScript(() => (WebAssembly.validate = () => false)), 'unsupported'],
    'with a module that does not validate': [
      (page) =>
        page.route(WASM, (route) =>
          route.fulfill({ contentType: 'application/wasm', body: Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 77]) }),
        ),
      'unsupported',
    ],
  };
  for (const [name, [prepare, code]] of Object.entries(CASES)) {
    test(`${name} says why, and gives its worker back`, async () => {
      const found = await within(create, { prepare });
      assert.equal(found.code, code, JSON.stringify(found));
      assert.ok(found.message.length < 250 && /[.?]$/.test(found.message), found.message);
      if (code === 'unsupported') assert.match(found.message, /Chrome and Edge from 91, Firefox from 114 and Safari/);
      assert.equal(found.ended, found.workers, 'workers left');
    });
  }

  test('with bad points or unknown settings gives its worker back, and names what is at fault', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const points = await window.outcome(Lab.create({ ...window.SMALL, target: 'points' }, { data: { target: 'x' } }));
      const none = await window.outcome(Lab.create({ ...window.SMALL, target: 'points' }, { data: { target: 3 } }));
      const setting = await window.outcome(Lab.create({ ...window.SMALL, target: 'points' }, { target: 'x,y\n0,1' }));
      const workers3 = await window.outcome(Lab.create(window.SMALL, { workers: 3 }));
      const file = await window.outcome(Lab.create(window.SMALL, { files: { wasm: '/x' } }));
      return { points, none, setting, workers3, file, workers: window.workers.length, ended: window.ended };
    });
    assert.deepEqual([found.points.code, found.points.option], ['input', 'target'], JSON.stringify(found));
    assert.deepEqual([found.none.code, found.none.option], ['input', 'target']);
    assert.match(found.setting.message, /no setting target; .*points are given as \{ data: \{ source, target \} \}/);
    assert.deepEqual([found.workers3.option, found.workers3.value], ['workers', 3]);
    assert.match(found.file.message, /files\.wasm: there is no such file/);
    assert.equal(found.ended, found.workers);
  });

  test('because its signal was aborted ends at once; aborted later, it is disposed of', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const reason = (promise) => promise.then(String, (error) => error.name);
      const before = await reason(Lab.create(window.SMALL, { signal: AbortSignal.abort() }));
      const meanwhile = new AbortController();
      const creation = reason(Lab.create(window.SMALL, { signal: meanwhile.signal }));
      meanwhile.abort();
      const later = new AbortController();
      const lab = await Lab.create(window.SMALL, { signal: later.signal });
      const train = window.outcome(lab.train(1e6));
      later.abort();
      return {
        before,
        meanwhile: await creation,
        train: await train,
        workers: window.workers.length,
        ended: window.ended,
      };
    });
    assert.deepEqual([found.before, found.meanwhile, found.train.code], ['AbortError', 'AbortError', 'stopped']);
    assert.equal(found.ended, found.workers);
  });
});

test('files may lie anywhere', async () => {
  const found = await within(
    async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(window.SMALL, {
        files: { worker: '/elsewhere/worker.js', cpu: '/elsewhere/cpu', digits: '/elsewhere/digits' },
      });
      const { step } = await lab.train(3);
      lab.dispose();
      return { step, asked: performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname) };
    },
    {
      prepare: (page) =>
        page.route('**/elsewhere/**', async (route) => {
          const path = route.request().url().replace('elsewhere/cpu', 'wasm/cpu').replace('elsewhere/', '');
          await route.fulfill({ response: await route.fetch({ url: path }) });
        }),
    },
  );
  assert.equal(found.step, 3);
  assert.ok(!found.asked.some((path) => path.startsWith('/wasm/')), `${found.asked}`);
});

test('a module is compiled once for all workers of all labs', async () => {
  const found = await within(async () => {
    const { Lab } = await import('/lab.js');
    const [one, two] = [await Lab.create(window.SMALL, { workers: 2 }), await Lab.create(window.SMALL)];
    await one.train(3);
    await two.exactVelocity([0, 0], 0.5);
    const asked = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.wasm')).length;
    one.dispose();
    two.dispose();
    return asked;
  });
  assert.equal(found, 1);
});

describe('a call that fails', () => {
  test('because its answer cannot be posted is an error, and those after it are answered', async () => {
    const found = await within(
      async () => {
        const { Lab } = await import('/lab.js');
        const lab = await Lab.create(window.SMALL);
        await lab.train(3);
        const [metrics, next] = await Promise.all([
          window.outcome(lab.metrics({ count: 50 })),
          window.outcome(lab.train(2)),
        ]);
        lab.dispose();
        return { metrics, step: next.value.step };
      },
      {
        said: `{ const post = self.postMessage.bind(self);
          self.postMessage = (message, ...rest) => {
            if (message.result?.w2 !== undefined) throw new DOMException('it could not be cloned', 'DataCloneError');
            post(message, ...rest);
          }; }`,
      },
    );
    assert.match(found.metrics.message, /could not be cloned/);
    assert.equal(found.step, 5);
  });

  test('because it cannot be sent is an error', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(window.SMALL);
      const bad = await window.outcome(lab.velocity([0, 0], () => 0.5));
      const { step } = await lab.train(1);
      lab.dispose();
      return { bad: bad.message, step };
    });
    assert.match(found.bad, /could not be cloned/);
    assert.equal(found.step, 1);
  });

  for (const [name, error] of [
    ['a trap', 'new WebAssembly.RuntimeError("unreachable")'],
    ['a stack that overflows', 'new RangeError("Maximum call stack size exceeded")'],
    ['a stack that overflows in Firefox', 'Object.assign(new Error("too much recursion"), { name: "InternalError" })'],
  ]) {
    test(`by ${name} loses the run, says so, and another one can begin`, async () => {
      const found = await within(
        async () => {
          const { Lab } = await import('/lab.js');
          const lab = await Lab.create(window.SMALL);
          await lab.train(3);
          const heard = [];
          lab.on('lost', ({ message, code }) => heard.push({ message, code }));
          const metrics = await window.outcome(lab.metrics({ count: 50 }));
          const next = await window.outcome(lab.train(1));
          const lost = lab.lost?.message;
          await lab.restart(lab.changed);
          const { step } = await lab.train(2);
          const after = lab.lost;
          lab.dispose();
          return { metrics, next, lost, heard, step, after, workers: window.workers.length, ended: window.ended };
        },
        {
          said: `{
            const { parse } = JSON;
            JSON.parse = (text) => { if (/"w2"/.test(text)) throw ${error}; return parse(text); };
          }`,
        },
      );
      assert.equal(found.metrics.code, 'worker');
      assert.match(found.metrics.message, /^The worker stopped \(.*\)\.$/);
      assert.deepEqual(found.heard, [{ message: found.lost, code: 'worker' }]);
      assert.equal(found.next.message, found.lost);
      assert.deepEqual([found.step, found.after], [2, null]);
      assert.equal(found.ended, found.workers);
    });
  }

  test('because its worker has vanished is answered all the same', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(window.SMALL);
      const train = window.outcome(lab.train(1e7));
      const lost = new Promise((done) => lab.on('lost', ({ message }) => done(message)));
      await new Promise((done) => setTimeout(done, 100));
      window.workers[0].vanish();
      const answer = await train;
      await lab.restart({ ...window.SMALL, seed: 2 });
      const { step } = await lab.train(2);
      lab.dispose();
      return { answer, lost: await lost, step };
    });
    assert.deepEqual([found.answer.code, found.answer.message], ['worker', found.lost]);
    assert.equal(found.step, 2);
  });
});

describe('a restart', () => {
  test('ends training early, of calls that wait as well; so does stop()', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(window.SMALL);
      const first = [lab.train(1e7), lab.train(1e7)];
      await new Promise((done) => setTimeout(done, 100));
      lab.stop();
      const stopped = (await Promise.all(first)).map(({ step }) => step);
      const { step: on } = await lab.train(5);
      const second = [lab.train(1e7), lab.train(1e7)];
      await lab.restart(window.SMALL);
      const steps = (await Promise.all(second)).map(({ step }) => step);
      const { step } = await lab.train(4);
      lab.dispose();
      return { stopped, on, steps, step };
    });
    assert.ok(found.stopped[0] > 0 && found.stopped[0] < 1e7, `${found.stopped}`);
    assert.equal(found.stopped[1], found.stopped[0], 'the second has not begun');
    assert.equal(found.on, found.stopped[0] + 5);
    assert.ok(found.steps.every((step) => step < 1e7));
    assert.equal(found.step, 4);
  });

  // A step that takes as long as the test.
  const HELD = `addEventListener('message', ({ data }) => {
    if (data.method !== 'train' || data.args.steps !== 7) return;
    for (const start = performance.now(); performance.now() - start < 300_000;);
  });`;

  test('does not wait for a long step, nor does check(); what was asked before it has no answer any more', async () => {
    const found = await within(
      async () => {
        const { Lab } = await import('/lab.js');
        const lab = await Lab.create(window.SMALL);
        const [long, behind] = [window.outcome(lab.train(7)), window.outcome(lab.sample({ count: 5 }))];
        const { options } = await lab.check({ width: 16 });
        const bad = await window.outcome(lab.restart({ ...window.SMALL, target: 'points' }, { data: { target: 'x' } }));
        await lab.restart({ ...window.SMALL, width: 16 });
        const { step } = await lab.train(2);
        const { width } = lab.options;
        lab.dispose();
        const codes = [(await long).code, (await behind).code, bad.code];
        return { checked: options.width, width, step, codes, workers: window.workers.length, ended: window.ended };
      },
      { said: HELD },
    );
    assert.deepEqual([found.checked, found.width, found.step], [16, 16, 2]);
    assert.deepEqual(found.codes, ['stopped', 'stopped', 'input']);
    assert.equal(found.ended, found.workers);
  });

  test('with bad data keeps the run, its options and its data', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({ ...window.SMALL, target: 'points' }, { data: { target: [0, 0, 1, 1, 2, 0] } });
      await lab.train(4);
      const bad = await window.outcome(
        lab.restart({ ...window.SMALL, target: 'points', width: 4 }, { data: { target: 'x' } }),
      );
      const { step } = await lab.train(1);
      const kept = [lab.options.width, lab.given.target.values.length];
      const none = await window.outcome(lab.restart({ ...window.SMALL, target: 'points' }, { data: { target: null } }));
      const { target } = lab.options;
      lab.dispose();
      return { bad, step, kept, target, none: none.message };
    });
    assert.equal(found.bad.code, 'input');
    assert.deepEqual([found.step, ...found.kept], [5, 8, 6]);
    assert.ok(found.none || found.target === 'moons', 'null forgets them');
  });
});

describe('the small print', () => {
  test('options are frozen; use() changes how points are generated, and refuses the rest with a sentence', async () => {
    const found = await within(async () => {
      'use strict';
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(window.SMALL);
      await lab.train(3);
      const writes = ['options', 'width'].map((name) => {
        try {
          if (name === 'options') lab.options = {};
          else lab.options.width = 3;
          return 'written';
        } catch (error) {
          return error.name;
        }
      });
      const used = await lab.use({ solver: 'heun', solverSteps: 3 });
      const { times } = await lab.sample({ count: 5 });
      const bad = [await window.outcome(lab.use({ solverSteps: 0 })), await window.outcome(lab.use({ width: 4 }))];
      const { step } = await lab.train(1);
      const { changed } = lab;
      lab.dispose();
      return {
        writes,
        used: [used.solver, used.solverSteps, lab.options.solverSteps],
        times: times.length,
        bad,
        step,
        changed,
      };
    });
    assert.deepEqual(found.writes, ['TypeError', 'TypeError']);
    assert.deepEqual([found.used, found.times, found.step], [['heun', 3, 3], 4, 4]);
    assert.deepEqual([found.bad[0].code, found.bad[0].option, found.bad[0].value], ['input', 'solverSteps', '0']);
    assert.match(found.bad[1].message, /^width = 4: is no sampling option; restart\(\) changes it/);
    assert.ok(found.changed.some(([name, text]) => name === 'solverSteps' && text === '3'));
  });

  test('listeners can leave, and events are known ones', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(window.SMALL);
      const heard = [];
      const [one, two] = [() => heard.push(1), () => heard.push(2)];
      const leave = lab.on('device', one);
      lab.on('device', two);
      await lab.restart({ ...window.SMALL, device: 'auto' });
      await lab.settled;
      const both = [...new Set(heard)].sort();
      heard.length = 0;
      leave();
      lab.off('device', two);
      await lab.restart(window.SMALL);
      let message = '';
      try {
        lab.on('devices', one);
      } catch (error) {
        ({ message } = error);
      }
      lab.dispose();
      return { both, after: heard, message };
    });
    assert.deepEqual([found.both, found.after], [[1, 2], []]);
    assert.match(found.message, /devices: there is no such event; there are device, errors, lost/);
  });

  test('what a call asks is settled when its turn comes', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(window.SMALL);
      lab.restart({ ...window.SMALL, source: 'gaussian', target: 'uniform', dim: 16 });
      const { count } = await lab.metrics();
      lab.dispose();
      return count;
    });
    assert.equal(found, 200);
  });

  test('losses come from any step on; the loss that is told is the mean of the last hundred steps', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({ ...window.SMALL, seed: 4 });
      const none = (await Promise.all([lab.train(1), lab.stop()]))[0];
      const told = [];
      for (const chunks of [[250], [100, 149, 1]]) {
        await lab.restart({ ...window.SMALL, seed: 4 });
        let progress;
        for (const steps of chunks) progress = await lab.train(steps);
        told.push(progress.loss);
      }
      const [all, last] = [await lab.losses(), await lab.losses({ from: 150 })];
      lab.dispose();
      return {
        none: none.step,
        told,
        all: all.length,
        last: [...last],
        same: last.every((x, k) => x === all[150 + k]),
      };
    });
    const mean = found.last.reduce((sum, x) => sum + x, 0) / 100;
    assert.deepEqual([found.all, found.last.length, found.same], [250, 100, true]);
    for (const loss of found.told) assert.ok(Math.abs(loss - mean) < 1e-12, `${loss} for ${mean}`);
  });

  test('a kept model answers as it did, until it is forgotten or the run is another one', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({ ...window.SMALL, source: 'gaussian' });
      await lab.train(20);
      const past = await lab.keep();
      const x = [0.3, -0.2, 1, 1];
      const ask = async (at) => [
        ...(await lab.velocity(x, 0.5, { at })),
        ...(await lab.carry(x, { at, steps: 4, ends: true })).positions,
        ...(await lab.logDensity(x, { at, steps: 4 })),
      ];
      const now = await ask();
      await lab.train(50);
      const [by, byId, later] = [await ask(past), await ask(past.id), await ask()];
      await lab.forget(past);
      const gone = await window.outcome(lab.velocity(x, 0.5, { at: past }));
      const other = await lab.keep();
      await lab.restart(window.SMALL);
      const replaced = await window.outcome(lab.velocity(x, 0.5, { at: other }));
      lab.dispose();
      return { past, now, by, byId, later, gone, replaced };
    });
    assert.equal(found.past.step, 20);
    assert.deepEqual([found.by, found.byId], [found.now, found.now]);
    assert.notDeepEqual(found.later, found.now);
    for (const { code, message } of [found.gone, found.replaced]) {
      assert.equal(code, 'input');
      assert.match(message, /no such model is kept/);
    }
  });

  test('a model that diverged is not saved', async () => {
    const found = await within(async () => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({ ...window.SMALL, learningRate: 1, predict: 'velocity', width: 64, depth: 4 });
      let loss = 0;
      for (let k = 0; k < 40 && Number.isFinite(loss); k++) ({ loss } = await lab.train(100));
      const bytes = await window.outcome(lab.save());
      lab.dispose();
      return { loss: String(loss), saved: bytes.value?.length, ...bytes, value: undefined };
    });
    if (found.loss !== 'NaN' && found.loss !== 'Infinity') return; // these options hold out here
    assert.equal(found.saved, undefined);
    assert.equal(found.code, 'diverged');
    assert.match(found.message, /Lower the learning rate, and train again/);
  });

  test('an exact field that could not be asked is asked again', async () => {
    let offline = true;
    const found = await within(
      async () => {
        const { Lab } = await import('/lab.js');
        const lab = await Lab.create(window.SMALL);
        const first = await window.outcome(lab.exactVelocity([0, 0], 0.5));
        await fetch('/back');
        const second = await window.outcome(lab.exactVelocity([0, 0], 0.5));
        lab.dispose();
        return { first, second: second.value?.length };
      },
      {
        prepare: (page) => {
          let asked = 0;
          const back = (route) => {
            offline = false;
            return route.fulfill({ body: 'yes' });
          };
          const worker = (route) => (asked++ && offline ? route.abort() : route.continue());
          return Promise.all([page.route('**/worker.js', worker), page.route('**/back', back)]);
        },
      },
    );
    assert.equal(found.first.code, 'missing');
    assert.equal(found.second, 2);
  });
});

describe('a GPU', () => {
  const TRAINED = { width: 8, depth: 1, batch: 32, steps: 100000, device: 'gpu' };

  test('adapter that never comes is waited for a while; one that is not there is asked for again', async () => {
    for (const [answer, sentence, times] of [
      ['silence', /the browser did not answer within 10 s when it was asked for a GPU adapter\.$/, 1],
      ['null', /the browser found no GPU adapter\.$/, 2],
    ]) {
      const found = await within(
        async (answer) => {
          let asked = 0;
          const requestAdapter = () => (asked++, answer === 'null' ? Promise.resolve(null) : new Promise(() => {}));
          Object.defineProperty(navigator, 'gpu', { value: { requestAdapter } });
          const { Lab } = await import('/lab.js');
          const lab = await Lab.create({ ...window.SMALL, device: 'auto' });
          const { step } = await lab.train(3);
          await lab.settled;
          const { reason } = lab.device;
          if (answer === 'null') {
            await lab.restart({ ...window.SMALL, device: 'auto' });
            await lab.settled;
          }
          lab.dispose();
          return { step, reason, asked };
        },
        { argument: answer },
      );
      assert.deepEqual([found.step, found.asked], [3, times]);
      assert.match(found.reason, sentence);
    }
  });

  test('device that never comes is waited for a while', { timeout: 120_000 }, async () => {
    const found = await within(
      async (options) => {
        const { Lab } = await import('/lab.js');
        const lab = await Lab.create(options);
        const { step } = await lab.train(3);
        await lab.settled;
        const { kind, reason } = lab.device;
        lab.dispose();
        return { kind, reason, step, workers: window.workers.length, ended: window.ended };
      },
      { kind: 'gpu', argument: TRAINED, said: 'GPUAdapter.prototype.requestDevice = () => new Promise(() => {});' },
    );
    assert.deepEqual([found.kind, found.step], ['cpu', 3]);
    assert.match(found.reason, /did not answer within 15 s when it was asked for a GPU device\.$/);
    assert.equal(found.ended, found.workers);
  });

  // The device is destroyed when somebody says so, as a driver may.
  const DESTROYED = `{
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await requestDevice.apply(this, args);
      new BroadcastChannel('destroy').onmessage = () => device.destroy();
      return device;
    };
  }`;

  test(
    'that is lost loses the run, which can begin again: on the CPU, and on the GPU',
    { timeout: 300_000 },
    async () => {
      const found = await within(
        async (options) => {
          const { Lab } = await import('/lab.js');
          const lab = await Lab.create(options);
          await lab.settled;
          const kinds = [lab.device.kind];
          await lab.train(5);
          const lost = new Promise((done) => lab.on('lost', done));
          new BroadcastChannel('destroy').postMessage('');
          const { code, message } = await lost;
          const next = await window.outcome(lab.train(1));
          await lab.restart(options);
          kinds.push(lab.device.kind);
          const { step } = await lab.train(2);
          await lab.settled;
          kinds.push(lab.device.kind);
          lab.dispose();
          return { kinds, code, message, next: next.message, step };
        },
        { kind: 'gpu', argument: TRAINED, said: DESTROYED },
      );
      assert.deepEqual(found.kinds, ['webgpu', 'cpu', 'webgpu']);
      assert.equal(found.code, 'device');
      assert.match(found.message, /^The GPU was lost \(/);
      assert.deepEqual([found.next, found.step], [found.message, 2]);
    },
  );

  test(
    'a refused restart leaves the run where it is, and the next one asks for the GPU',
    { timeout: 300_000 },
    async () => {
      const found = await within(
        async (options) => {
          const { Lab } = await import('/lab.js');
          const bad = { data: { target: 'x' } };
          const lab = await Lab.create({ ...options, device: 'cpu' });
          const toGpu = await window.outcome(lab.restart({ ...options, target: 'points' }, bad));
          await lab.restart(options);
          await lab.settled;
          const kinds = [lab.device.kind];
          await lab.train(3);
          const toCpu = await window.outcome(lab.restart({ ...options, device: 'cpu', target: 'points' }, bad));
          const { step } = await lab.train(1);
          kinds.push(lab.device.kind);
          const kept = await lab.keep();
          lab.dispose();
          return { toGpu: toGpu.code, toCpu: toCpu.code, kinds, step, kept: kept.step };
        },
        { kind: 'gpu', argument: TRAINED },
      );
      assert.deepEqual([found.toGpu, found.toCpu], ['input', 'input']);
      assert.deepEqual([found.kinds, found.step, found.kept], [['webgpu', 'webgpu'], 4, 4]);
    },
  );

  test(
    'that refuses the run leaves it on the CPU, with the reason; kept models move along',
    { timeout: 300_000 },
    async () => {
      const found = await within(
        async (options) => {
          const { Lab } = await import('/lab.js');
          const lab = await Lab.create(options);
          await lab.settled;
          const { kind, reason } = lab.device;
          const { step } = await lab.train(2);
          lab.dispose();
          return { kind, reason, step, workers: window.workers.length, ended: window.ended };
        },
        {
          kind: 'gpu',
          argument: TRAINED,
          said: `addEventListener('message', (event) => {
          if (event.data.method !== 'load') return;
          event.stopImmediatePropagation();
          postMessage({ id: event.data.id, error: { message: 'refused', code: 'failed' } });
        });`,
        },
      );
      assert.deepEqual([found.kind, found.step], ['cpu', 2]);
      assert.match(found.reason, /could not be opened \(refused\)/);
      assert.equal(found.ended, found.workers);

      const moved = await within(
        async (options) => {
          const { Lab } = await import('/lab.js');
          const lab = await Lab.create(options);
          await lab.train(5);
          const then = await lab.keep();
          const before = await lab.velocity([0.5, 0.5], 0.3);
          await lab.train(5);
          await lab.restart({ ...options, width: 16 }); // while the GPU opens
          await lab.train(5);
          const kept = await lab.keep();
          const now = await lab.velocity([0.5, 0.5], 0.3);
          const cpu = lab.device.kind;
          await lab.settled;
          const found = [lab.device.kind, lab.options.width];
          const after = await lab.velocity([0.5, 0.5], 0.3, { at: kept });
          const gone = await window.outcome(lab.velocity([0.5, 0.5], 0.3, { at: then }));
          lab.dispose();
          return { cpu, found, before: [...before], now: [...now], after: [...after], gone: gone.code };
        },
        { kind: 'gpu', argument: TRAINED },
      );
      assert.deepEqual(moved.found, ['webgpu', 16]);
      moved.after.forEach((v, k) => assert.ok(Math.abs(v - moved.now[k]) < 1e-3, `${v} for ${moved.now[k]}`));
      assert.equal(moved.gone, 'input');
    },
  );
});
