// The only JavaScript that knows the wasm module. It holds one run and answers one call at a time.

/** @import { Answers, AskedOf, Methods, Weights } from './lab/types.js' */

import { live } from './lab/alive.js';
import { Crew } from './lab/crew.js';
import { LabError, recordOf } from './lab/errors.js';
import { silence, watchGpu } from './lab/gpu-watch.js';
import { digitsPack, needsDigits } from './lab/image-pack.js';
import { readFile } from './lab/ink.js';
import { Slices } from './lab/slices.js';

/** Slices in flight on a GPU, at least. */
const QUEUE_MIN = 2;
/** Train for at least this many round trips between reads, so that waiting for an answer costs at most 1/5. */
const ANSWERS_APART = 4;
/** Steps whose mean is the loss that is told: one step's scatters, and a slice's depends on how fast the machine is. */
const LOSS_OVER = 100;
const NONE = new Float32Array();

/**
 * The module's exports, its FlowLab, and its Helper where another worker has the run: wasm-bindgen's, without types.
 * @type {any}
 */
let wasm;
/** @type {any} */
let run;
/** @type {any} */
let helper;
const crew = new Crew();
/**
 * Models of the past, by their ids.
 * @type {Map<number, Weights>}
 */
const kept = new Map();
/** @type {Slices} */
let slices;
let latency = 0; // ms that an idle GPU takes to answer: Firefox asks its own ten times a second
let digits = ''; // the address of their pack
let stopped = 0; // calls of `train` up to this number end early

/** What asks no run, and waits for no call. */
const PURE = ['check', 'table'];

/** @type {Answers} */
const methods = {
  /**
   * Starts the module of a build (`cpu`, `gpu` or `burn`) whose files lie in `folder`, compiled or not; `helpers` is
   * the same for those that help this worker. No device is opened yet.
   */
  async fetch({ build, folder, module, digits: pack, helpers }) {
    digits = pack ?? '';
    crew.files = helpers;
    const script = `${folder}flow_lab.js`;
    let glue;
    try {
      glue = await import(script);
    } catch (error) {
      throw new LabError(`wasm/${build}/flow_lab.js could not be loaded (${error.message}).`, { code: 'missing' });
    }
    await glue.default(module && { module_or_path: module });
    wasm = glue; // from here on it can be asked
  },

  /** What a file or a picture holds, in the form that `open` takes. */
  read: ({ file }) => readFile(wasm, file),
  rows: ({ csv }) => wasm.tableOf(csv),
  table: () => JSON.parse(wasm.optionsJson()),
  check: ({ pairs }) => JSON.parse(wasm.check(JSON.stringify(pairs))),

  /** Starts a run; a second call replaces the first one on the same device. */
  async open({ pairs, reason, given }) {
    await bringDigits(needsDigits(JSON.parse(wasm.check(JSON.stringify(pairs))).options));
    const opened = await wasm.FlowLab.create(JSON.stringify(pairs), reason, given.source, given.target);
    run?.free();
    run = opened;
    kept.clear();
    const device = JSON.parse(run.device());
    const silent = device.kind !== 'webgpu' && reason === '' && silence !== '';
    if (silent) device.reason = `The CPU runs, because ${silence}.`;
    slices = new Slices(device.kind);
    const start = performance.now();
    if (device.kind === 'webgpu') await run.weights();
    latency = device.kind === 'webgpu' ? performance.now() - start : 0;
    return { device, silent, ...described(), remarks: JSON.parse(run.remarks()) };
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

  /** Takes so many steps, or as many as `ms` allow, one at least; fewer, or none, where call `number` was stopped. */
  async train({ steps, ms = Infinity, number = Infinity }) {
    const start = performance.now();
    const first = run.steps();
    const until = start + Math.max(ms, ANSWERS_APART * latency);
    const queue = new Queue(Math.max(QUEUE_MIN, Math.ceil((2 * latency) / slices.sliceMs)));
    while (number > stopped && run.steps() - first < steps && (run.steps() === first || performance.now() < until)) {
      const now = Math.min(slices.steps, first + steps - run.steps());
      const sliceStart = performance.now();
      crew.grow();
      if (crew.shared) await trainTogether(now);
      else run.train(now);
      const done = run.done();
      if (done) await queue.add(done, now);
      else {
        await run.losses(run.steps()); // none are wanted yet: it bounds what is queued where burn trains on a GPU
        if (now === slices.steps) slices.took(performance.now() - sliceStart, now);
      }
      await messages();
    }
    const last = await run.losses(Math.max(0, run.steps() - LOSS_OVER));
    queue.end();
    const loss = last.length ? last.reduce((sum, value) => sum + value, 0) / last.length : null;
    const seconds = (performance.now() - start) / 1000;
    const taken = run.steps() - first;
    return { step: run.steps(), loss, stepsPerSecond: taken / seconds, workers: 2 ** crew.shared };
  },

  recordStep: () => run.recordStep(),
  losses: ({ from }) => run.losses(from),
  sample({ asked }) {
    const text = JSON.stringify(asked);
    return run.sampleWork(text, run.count(text)) ? crew.carry(run, run.starts(text), text, NONE, 0) : run.sample(text);
  },
  metrics: async ({ asked }) => camelCased(JSON.parse(await run.metrics(JSON.stringify(asked)))),
  carry: ({ points, asked, first = 0, ...model }) =>
    crew.carry(run, points, JSON.stringify(asked), weightsOf(model), first),
  logDensity: ({ points, asked, ...model }) => run.logDensity(points, JSON.stringify(asked), weightsOf(model)),
  velocity: ({ points, t, ...model }) => run.velocity(points, t, weightsOf(model)),
  weights: async () => ({ step: run.steps(), values: await run.weights() }),

  /** Models of the past stay here: they are too large to come and go with every piece of a picture. */
  async keep({ id }) {
    const [step, values] = [run.steps(), await run.weights()];
    kept.set(id, { step, values });
    return { id, step, numbers: values.length };
  },
  forget: ({ at = -1 }) => void kept.delete(at),
  /** All of them, for a worker on another device. */
  kept: () => Object.fromEntries(kept),
  bring({ kept: models }) {
    for (const [id, model] of Object.entries(models)) kept.set(Number(id), model);
  },

  batch: ({ step }) => run.batch(step),
  exactVelocity: ({ points, t }) => run.exactVelocity(points, t) ?? null,
  lossFloor: () => JSON.parse(run.lossFloor()),
  pairingMs: () => run.pairingMs() ?? null,
  peakFlops: () => wasm.peakFlops(),
  autodiffMs: ({ steps }) => run.autodiffMs(steps),
  reference: ({ end, count }) => run.reference(end, count),
  units: ({ end }) => run.units(end),
  inside: ({ points }) => run.inside(points),
  async save({ chosen = [] }) {
    if (!(await run.weights()).every(Number.isFinite))
      throw new LabError(
        'Training diverged: the weights are no finite numbers any more, and no program could open such a file. ' +
          'Lower the learning rate, and train again.',
        { code: 'diverged' },
      );
    return run.save(JSON.stringify(chosen));
  },

  async load({ bytes }) {
    await bringDigits(wasm.savedNeedsDigits(bytes));
    await run.load(bytes);
    kept.clear();
    const given = { source: run.given('source'), target: run.given('target') };
    return { step: run.steps(), given, ...described() };
  },

  async reflow({ asked }) {
    await run.reflow(JSON.stringify(asked));
    kept.clear();
    return described();
  },
};

/**
 * The weights of a model of the past; none are the present ones.
 * @param {Pick<AskedOf, 'at' | 'weights'>} model
 */
function weightsOf({ at, weights }) {
  if (at === undefined) return weights ?? NONE;
  const model = kept.get(at);
  if (model) return model.values;
  throw new LabError(`at = ${at}: no such model is kept; it was forgotten, or is of another run`, { code: 'input' });
}

/** Lets messages come in: one may end the training. */
const { port1, port2 } = new MessageChannel();
const messages = () =>
  new Promise((done) => {
    port1.onmessage = done;
    port2.postMessage(null);
  });

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
  /** @type {{ done: Promise<unknown>, steps: number }[]} */
  #waiting = [];
  #start = performance.now();
  #done = 0; // steps since then
  #size = slices.steps;

  /** @param {number} most may wait */
  constructor(most) {
    this.most = most;
  }

  /**
   * Waits only where too many do.
   * @param {Promise<unknown>} done
   * @param {number} steps
   */
  async add(done, steps) {
    this.#waiting.push({ done, steps });
    const oldest = this.#waiting.length > this.most && this.#waiting.shift();
    if (!oldest) return;
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
  const pack = await digitsPack(digits, (loaded, total) => self.postMessage({ progress: { loaded, total } }));
  if (pack) wasm.giveDigits(pack);
}

function camelCased(record) {
  const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [camel(name), value]));
}

let last = Promise.resolve();
self.onmessage = ({ data }) => {
  if (data.stop !== undefined) stopped = data.stop;
  else if (PURE.includes(data.method) && wasm) void answer(data);
  else last = last.then(() => answer(data));
};
live((alive) => self.postMessage({ alive }));
watchGpu((lost) => self.postMessage({ lost }));

/**
 * Answers, whatever happens: a call without an answer would hold up all that come after it.
 * @param {{ id: number, method: keyof Methods, args: any }} call
 */
async function answer({ id, method, args }) {
  const start = performance.now();
  let reply;
  try {
    const work = /** @type {(args: any) => any} */ (methods[method]);
    reply = { id, result: await work(args), ms: performance.now() - start };
  } catch (error) {
    reply = { id, error: recordOf(error), fatal: isFatal(error) };
  }
  try {
    tellErrors(reply);
    self.postMessage(reply, { transfer: buffersOf(reply.result) });
  } catch (error) {
    self.postMessage({ id, error: recordOf(error), fatal: isFatal(error) });
  }
}

function tellErrors({ fatal }) {
  const errors = !fatal && wasm ? JSON.parse(wasm.takeErrors()) : [];
  if (errors.length) self.postMessage({ errors });
}

/**
 * A trap, and a stack that overflows (RangeError, InternalError in Firefox), leave the wasm instance in pieces: only a
 * new worker helps.
 */
function isFatal(error) {
  return (
    error instanceof WebAssembly.RuntimeError ||
    error instanceof RangeError ||
    error?.name === 'InternalError' ||
    /recursive use of an object|null pointer passed to rust/.test(error?.message)
  );
}

/** @returns {ArrayBuffer[]} */
function buffersOf(result) {
  const values = ArrayBuffer.isView(result) ? [result] : Object.values(result ?? {});
  const buffers = values
    .filter((value) => ArrayBuffer.isView(value))
    .map((view) => /** @type {ArrayBuffer} */ (view.buffer));
  return [...new Set(buffers)]; // one that is named twice cannot be posted
}
