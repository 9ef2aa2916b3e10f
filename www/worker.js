// The only JavaScript that knows the wasm module. It holds one run and answers one call at a time.

import { digitsPack, needsDigits } from './digits.js';
import { gate } from './gate.js';

/** Work between two looks at the clock, of the CPU and of a GPU; one slice grows until it takes about so long. */
const SLICE_MS = { cpu: 30, webgpu: 8 };
/** Slices that wait on a GPU, or as many as it takes to keep it busy until its next answer. */
const QUEUE_MIN = 2;
/** Of a GPU's time, at most a fifth passes while nothing is queued because an answer is awaited. */
const ANSWERS_APART = 4;
const NONE = new Float32Array();

let wasm; // the module's exports
let run; // the FlowLab in it
let kind; // of the device
let latency = 0; // ms that an idle GPU takes to answer: Firefox asks its own ten times a second
let slice = 1;

const methods = {
  gate: ({ choice }) => gate(choice),

  /** Fetches the module and checks the options; cheap, no device yet. */
  async fetch({ build }) {
    const url = new URL(`./wasm/${build}/flow_lab.js`, self.location.href).href;
    wasm = await import(url);
    await wasm.default();
  },

  check: ({ pairs }) => JSON.parse(wasm.check(JSON.stringify(pairs))),

  /** Starts a run; a second call replaces the first one on the same device. */
  async open({ pairs, reason, given = {} }) {
    await bringDigits(needsDigits(JSON.parse(wasm.check(JSON.stringify(pairs))).options));
    const opened = await wasm.FlowLab.create(JSON.stringify(pairs), reason, given.source, given.target);
    run?.free();
    run = opened;
    const device = JSON.parse(run.device());
    kind = device.kind;
    const start = performance.now();
    if (kind === 'webgpu') await run.weights();
    [latency, slice] = [kind === 'webgpu' ? performance.now() - start : 0, 1];
    return { device, ...JSON.parse(run.describe()), remarks: JSON.parse(run.remarks()) };
  },

  /** Takes so many steps, or as many as `ms` allow, but one at least. */
  async train({ steps, ms = Infinity }) {
    const start = performance.now();
    const first = run.steps();
    const until = start + Math.max(ms, ANSWERS_APART * latency);
    const queue = new Queue(Math.max(QUEUE_MIN, Math.ceil((2 * latency) / SLICE_MS.webgpu)));
    let fresh;
    do {
      const now = Math.min(slice, first + steps - run.steps());
      const sliceStart = performance.now();
      run.train(now);
      const done = run.done();
      if (done) await queue.add(done, now);
      else fresh = await run.losses(first); // also bounds what is queued where burn trains on a GPU
      const msPerStep = done ? queue.msPerStep : (performance.now() - sliceStart) / now;
      if (msPerStep && (done || now === slice)) slice = Math.max(1, Math.min(1024, 2 * slice, Math.round(SLICE_MS[kind] / msPerStep)));
    } while (run.steps() - first < steps && performance.now() < until);
    fresh = await run.losses(first);
    const loss = fresh.reduce((sum, value) => sum + value, 0) / fresh.length;
    const seconds = (performance.now() - start) / 1000;
    return { step: run.steps(), loss, stepsPerSecond: fresh.length / seconds };
  },

  recordStep: () => run.recordStep(),
  losses: () => run.losses(0),
  sample: ({ asked }) => run.sample(JSON.stringify(asked)),
  metrics: async ({ asked }) => camelCased(JSON.parse(await run.metrics(JSON.stringify(asked)))),
  // No weights are the present ones.
  carry: ({ points, asked, weights = NONE, first = 0 }) => run.carry(points, JSON.stringify(asked), weights, first),
  logDensity: ({ points, asked, weights = NONE }) => run.logDensity(points, JSON.stringify(asked), weights),
  velocity: ({ points, t, weights = NONE }) => run.velocity(points, t, weights),
  weights: async () => ({ step: run.steps(), values: await run.weights() }),
  batch: ({ step }) => run.batch(step),
  exactVelocity: ({ points, t }) => run.exactVelocity(points, t) ?? null,
  lossFloor: () => JSON.parse(run.lossFloor()),
  pairingMs: () => run.pairingMs() ?? null,
  peakFlops: () => wasm.peakFlops(),
  autodiffMs: ({ steps }) => run.autodiffMs(steps),
  reference: ({ end, count }) => run.reference(end, count),
  inside: ({ points }) => run.inside(points),
  save: () => run.save(),

  async load({ bytes }) {
    await bringDigits(wasm.savedNeedsDigits(bytes));
    run.load(bytes);
    return { step: run.steps(), ...JSON.parse(run.describe()) };
  },

  async reflow({ asked }) {
    await run.reflow(JSON.stringify(asked));
    return JSON.parse(run.describe());
  },
};

/** Slices that a GPU has been given and not yet done. */
class Queue {
  #waiting = [];
  #done = 0; // steps
  #start = performance.now();

  constructor(most) {
    this.most = most;
  }

  /** Of all since the beginning; undefined before the first slice is done. */
  get msPerStep() {
    return this.#done ? (performance.now() - this.#start) / this.#done : undefined;
  }

  /** Waits only where too many do. */
  async add(done, steps) {
    this.#waiting.push({ done, steps });
    if (this.#waiting.length <= this.most) return;
    const oldest = this.#waiting.shift();
    await oldest.done;
    this.#done += oldest.steps;
  }
}

/** Where they cannot be had, the run's notes say so. */
async function bringDigits(needed) {
  if (!needed || wasm.hasDigits()) return;
  const pack = await digitsPack((loaded, total) => self.postMessage({ progress: { loaded, total } }));
  if (pack) wasm.giveDigits(pack);
}

function camelCased(record) {
  const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [camel(name), value]));
}

let last = Promise.resolve();
self.onmessage = ({ data: { id, method, args } }) => {
  last = last.then(() => answer(id, method, args));
};

async function answer(id, method, args) {
  let reply;
  const start = performance.now();
  try {
    const result = await methods[method](args);
    reply = { id, result, ms: performance.now() - start };
  } catch (error) {
    // A trap leaves the wasm instance in pieces: only a new worker helps.
    const fatal = error instanceof WebAssembly.RuntimeError;
    reply = { id, error: error?.message ?? String(error), fatal };
  }
  const errors = !reply.fatal && wasm ? JSON.parse(wasm.takeErrors()) : [];
  if (errors.length) self.postMessage({ errors });
  self.postMessage(reply, buffersOf(reply.result));
}

function buffersOf(result) {
  const values = ArrayBuffer.isView(result) ? [result] : Object.values(result ?? {});
  return values.filter((value) => ArrayBuffer.isView(value)).map((view) => view.buffer);
}
