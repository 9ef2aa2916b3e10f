// Further workers that take a part of what a run computes on the CPU, each with a wasm module of its own:
// threads would need headers that most static hosts do not send. What they find is what one worker alone would
// have found, to the last bit.

/** @import { ModuleOf, Pair, Samples } from './types.js' */

import { LabError } from './errors.js';
import { WorkerClient } from './worker-client.js';

const WORKERS_MAX = 8;
/** Multiplications and additions of a sampling that is worth handing over: some ten milliseconds. */
const SAMPLE_WORK_MIN = 2e8;

/**
 * How many workers shall share the work: a power of two, since batches are halved. Half the cores often
 * are the other half's twins.
 */
function workersFor(cores = navigator.hardwareConcurrency || 1) {
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(WORKERS_MAX, cores / 2))));
}

export class Crew {
  /**
   * Workers with their module loaded.
   * @type {WorkerClient[]}
   */
  #ready = [];
  /** How many were started, loading ones included. */
  #started = 0;
  /** Raised by #dismiss(); a worker that finishes loading for an older one is closed. */
  #generation = 0;
  #workers = workersFor();
  /**
   * The CPU's module, as a worker's `fetch` takes it.
   * @type {ModuleOf | undefined}
   */
  #files;
  /**
   * The run that they help with, and how often its batches can be halved.
   * @type {{ pairs: Pair[], dim: number, halvings: number } | undefined}
   */
  #run;

  /**
   * What workers are started with.
   * @param {ModuleOf | undefined} files
   */
  set files(files) {
    this.#files = files;
  }

  /**
   * Lets so many workers share the work, the run's own among them; ends when they are there, or cannot be had.
   * @param {number} workers
   */
  async share(workers) {
    this.#dismiss();
    this.#workers = workers;
    await this.#start(workers - 1);
  }

  /**
   * From now on they help with this run.
   * @param {any} run the module's FlowLab
   * @param {Pair[]} pairs its options
   */
  begin(run, pairs) {
    this.#run = { pairs, dim: run.dim(), halvings: run.halvings() };
    for (const remote of this.#ready) this.#tell(remote);
  }

  /** How often a batch of the run is halved, when all workers are there. */
  get #wanted() {
    return Math.min(Math.log2(this.#workers), this.#run?.halvings ?? 0);
  }

  /** How often it is halved now. */
  get shared() {
    return Math.min(this.#wanted, Math.floor(Math.log2(this.#ready.length + 1)));
  }

  /** Starts the workers that a step can use; nobody waits for those that are on their way. */
  grow() {
    void this.#start(2 ** this.#wanted - 1);
  }

  /** Takes a training step together. */
  async step(run) {
    const { shared } = this;
    if (!shared) return run.train(1);
    const { parts, total } = run.divide(shared);
    const weights = run.packed();
    const answers = parts.map((part, k) =>
      this.#ready[k].call('work', { weights, part, total, shared }, [part.buffer]),
    );
    run.workFirst();
    const found = (await this.#all(answers)) ?? [];
    run.finish(
      Float64Array.from(found, ({ sum }) => sum),
      found.map(({ gradient }) => gradient),
    );
  }

  /** Carries points together, as `run.carry()` does alone. */
  async carry(run, points, asked, weights, first) {
    const dim = run.dim();
    const count = points.length / dim;
    const worth = Number.isInteger(count) && run.sampleWork(asked, count) >= SAMPLE_WORK_MIN;
    if (worth) void this.#start(this.#workers - 1);
    if (!worth || !this.#ready.length) return run.carry(points, asked, weights, first);
    const workers = this.#ready.length + 1;
    const starts = Array.from({ length: workers + 1 }, (_, k) => Math.round((k * count) / workers));
    const part = (k) => points.slice(starts[k] * dim, starts[k + 1] * dim);
    const packed = run.packedFlow(weights);
    const answers = this.#ready.map((remote, k) =>
      remote.call('carryPart', { weights: packed, points: part(k + 1), asked, first: first + starts[k + 1] }),
    );
    const others = this.#all(answers); // from here on nobody's failure goes unheard
    const own = await run.carry(part(0), asked, weights, first);
    const found = await others;
    return found ? together([own, ...found]) : run.carry(points, asked, weights, first);
  }

  /**
   * The answers; undefined where there are not all of them.
   * @template Answer
   * @param {Promise<Answer>[]} answers
   */
  async #all(answers) {
    try {
      return await Promise.all(answers);
    } catch (error) {
      if (this.#ready.some(({ closed }) => closed)) this.#giveUp(error);
    }
  }

  /**
   * Starts workers until there are so many.
   * @param {number} count
   */
  async #start(count) {
    if (this.#started >= count) return;
    const [generation, fresh] = [this.#generation, count - this.#started];
    this.#started = count;
    try {
      const remotes = Array.from({ length: fresh }, () => new WorkerClient(newWorker()));
      await Promise.all(remotes.map((remote) => remote.call('fetch', this.#files)));
      if (generation !== this.#generation) return remotes.forEach((remote) => remote.close(dismissed()));
      for (const remote of remotes) this.#tell(remote);
      this.#ready.push(...remotes);
    } catch (error) {
      if (generation === this.#generation) this.#giveUp(error);
    }
  }

  /** @param {WorkerClient} remote */
  #tell(remote) {
    if (this.#run) remote.call('help', this.#run).catch(() => {}); // who asks it hears of it
  }

  #giveUp(error) {
    console.warn(`The helpers failed (${error.message}): one worker goes on alone.`);
    this.#dismiss();
    this.#workers = 1;
  }

  #dismiss() {
    this.#ready.forEach((remote) => remote.close(dismissed()));
    this.#ready = [];
    this.#started = 0;
    this.#generation++;
  }
}

const dismissed = () => new LabError('The helper is not needed any more.', { code: 'stopped' });

// The script of the worker that this runs in, by whatever address it was loaded.
const newWorker = () => new Worker(self.location.href, { type: 'module' });

/**
 * Trajectories of several groups of points as those of all of them.
 * @param {Samples[]} parts
 * @returns {Samples}
 */
function together(parts) {
  const [{ times, dim, evaluations }] = parts;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const positions = new Float32Array(times.length * count * dim);
  let before = 0;
  for (const part of parts) {
    const row = part.count * dim;
    for (let k = 0; k < times.length; k++)
      positions.set(part.positions.subarray(k * row, (k + 1) * row), (k * count + before) * dim);
    before += part.count;
  }
  return { times, positions, count, dim, evaluations };
}
