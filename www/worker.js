// The only JavaScript that knows the wasm module. It holds one run and answers one call at a time.

import { Crew } from './lab/crew.js';
import { digitsPack, needsDigits } from './lab/image-pack.js';
import { readFile } from './lab/ink.js';
import { Slices } from './lab/slices.js';

/** Slices that wait on a GPU, or as many as it takes to keep it busy until its next answer. */
const QUEUE_MIN = 2;
/** Of a GPU's time, at most a fifth passes while nothing is queued because an answer is awaited. */
const ANSWERS_APART = 4;
const NONE = new Float32Array();

let wasm; // the module's exports
let run; // the FlowLab in it
let helper; // the Helper in it, where another worker has the run
const crew = new Crew();
let slices;
let latency = 0; // ms that an idle GPU takes to answer: Firefox asks its own ten times a second

const methods = {
  /**
   * Fetches the module of a build (`cpu`, `gpu` or `burn`); a sentence, and no module, where its file is not there.
   * No device is opened yet.
   */
  async fetch({ build }) {
    const missing = build === 'cpu' ? '' : await whyMissing(build);
    if (missing) return missing;
    const url = new URL(`./wasm/${build}/flow_lab.js`, self.location.href).href;
    const module = await import(url);
    await module.default();
    wasm = module; // from here on it can be asked
    return '';
  },

  /** What a file or a picture holds, in the form that `open` takes. */
  read: ({ file }) => readFile(wasm, file),
  table: ({ csv }) => wasm.tableOf(csv),

  check: ({ pairs }) => JSON.parse(wasm.check(JSON.stringify(pairs))),

  /** Starts a run; a second call replaces the first one on the same device. */
  async open({ pairs, reason, given = {} }) {
    await bringDigits(needsDigits(JSON.parse(wasm.check(JSON.stringify(pairs))).options));
    const opened = await wasm.FlowLab.create(JSON.stringify(pairs), reason, given.source, given.target);
    run?.free();
    run = opened;
    const device = JSON.parse(run.device());
    slices = new Slices(device.kind);
    const start = performance.now();
    if (device.kind === 'webgpu') await run.weights();
    latency = device.kind === 'webgpu' ? performance.now() - start : 0;
    return { device, ...described(), remarks: JSON.parse(run.remarks()) };
  },

  /** Lets so many workers share the work on the CPU. */
  share: ({ workers }) => crew.share(workers),

  /** From now on this worker helps another one with a run. */
  help({ pairs, dim }) {
    helper?.free();
    helper = new wasm.Helper(JSON.stringify(pairs), dim);
  },

  work: ({ weights, part, total, shared }) => helper.work(weights, part, total, shared),
  carryPart: ({ weights, points, asked, first }) => helper.carry(weights, points, asked, first),

  /** Takes so many steps, or as many as `ms` allow, but one at least. */
  async train({ steps, ms = Infinity }) {
    const start = performance.now();
    const first = run.steps();
    const until = start + Math.max(ms, ANSWERS_APART * latency);
    const queue = new Queue(Math.max(QUEUE_MIN, Math.ceil((2 * latency) / slices.sliceMs)));
    do {
      const now = Math.min(slices.steps, first + steps - run.steps());
      const sliceStart = performance.now();
      if (crew.shared) await trainTogether(now);
      else run.train(now);
      const done = run.done();
      if (done) await queue.add(done, now);
      else {
        await run.losses(run.steps()); // none are wanted yet: it bounds what is queued where burn trains on a GPU
        if (now === slices.steps) slices.took(performance.now() - sliceStart, now);
      }
    } while (run.steps() - first < steps && performance.now() < until);
    const fresh = await run.losses(first);
    queue.end();
    const loss = fresh.reduce((sum, value) => sum + value, 0) / fresh.length;
    const seconds = (performance.now() - start) / 1000;
    return { step: run.steps(), loss, stepsPerSecond: fresh.length / seconds, workers: 2 ** crew.shared };
  },

  recordStep: () => run.recordStep(),
  losses: () => run.losses(0),
  sample({ asked }) {
    const text = JSON.stringify(asked);
    return run.sampleWork(text, run.count(text)) ? crew.carry(run, run.starts(text), text, NONE, 0) : run.sample(text);
  },
  metrics: async ({ asked }) => camelCased(JSON.parse(await run.metrics(JSON.stringify(asked)))),
  // No weights are the present ones.
  carry: ({ points, asked, weights = NONE, first = 0 }) =>
    crew.carry(run, points, JSON.stringify(asked), weights, first),
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
  units: ({ end }) => run.units(end),
  inside: ({ points }) => run.inside(points),
  save: ({ chosen = [] }) => run.save(JSON.stringify(chosen)),

  async load({ bytes }) {
    await bringDigits(wasm.savedNeedsDigits(bytes));
    await run.load(bytes);
    const given = { source: run.given('source'), target: run.given('target') };
    return { step: run.steps(), given, ...described() };
  },

  async reflow({ asked }) {
    await run.reflow(JSON.stringify(asked));
    return described();
  },
};

const FILES = { gpu: 'the file for the GPU', burn: 'the file with burn' };
const STATES = {
  building: 'is still being built: begin again in a few minutes',
  failed: 'could not be built on this server',
};

/** Why a build's file cannot be fetched; empty where it can. The builder writes down how far each of them is. */
async function whyMissing(build) {
  const answer = await fetch(new URL('./wasm/files.json', self.location.href), { cache: 'no-cache' });
  const state = answer.ok ? (await answer.json())[build] : undefined;
  return state === 'here' ? '' : `${FILES[build]} ${STATES[state] ?? 'is not on this server'}`;
}

/** The options of a run that has just become another one. */
function described() {
  const of = JSON.parse(run.describe());
  crew.begin(run, of.changed);
  return of;
}

async function trainTogether(steps) {
  for (let k = 0; k < steps; k++) await crew.step(run);
}

/** Slices that a GPU has been given and not yet done. */
class Queue {
  #waiting = [];
  #start = performance.now();
  #done = 0; // steps since then
  #size = slices.steps;

  constructor(most) {
    this.most = most;
  }

  /** Waits only where too many do. */
  async add(done, steps) {
    this.#waiting.push({ done, steps });
    if (this.#waiting.length <= this.most) return;
    const oldest = this.#waiting.shift();
    await oldest.done;
    // What was queued before the last change of size says nothing of this one.
    if (oldest.steps !== slices.steps) [this.#start, this.#done] = [performance.now(), 0];
    else this.#done += oldest.steps;
    if (this.#done > this.most * slices.steps) this.#tell();
  }

  /** All are done. */
  end() {
    const rest = this.#waiting.reduce((sum, { steps }) => sum + steps, 0);
    if (this.#size === slices.steps && rest % slices.steps === 0) {
      this.#done += rest;
      if (this.#done) this.#tell();
    }
  }

  #tell() {
    slices.took(performance.now() - this.#start, this.#done);
    [this.#start, this.#done, this.#size] = [performance.now(), 0, slices.steps];
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
