// Further workers that take a part of what a run computes on the CPU, each with a wasm module of its own:
// threads would need headers that most static hosts do not send. What they find is what one worker alone would
// have found, to the last bit.

import { LabError } from './errors.js';
import { WorkerClient } from './worker-client.js';

const WORKERS_MAX = 8;
/** Multiplications and additions of a sampling that is worth handing over: some ten milliseconds. */
const SAMPLE_WORK_MIN = 2e8;

/**
 * How many workers shall share the work: a power of two, since batches are halved. Half the cores often
 * are the other half's twins.
 */
export function workersFor(cores = navigator.hardwareConcurrency || 1) {
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(WORKERS_MAX, cores / 2))));
}

export class Crew {
  #remotes = []; // those that have their module; what they are told comes before what they are asked
  #started = 0; // and those that will have it
  #era = 0; // of those that were started before the last dismissal nobody wants to hear
  #workers = workersFor();
  #files = null; // where their module is, and itself, as the worker's `fetch` takes them
  #run; // what they were told of: { pairs, dim }, and how often its batches can be halved

  /** What helpers are started with: `{ build, folder, module }` of the CPU's build. */
  set files(files) {
    this.#files = files;
  }

  /** Lets so many workers share the work, the run's own among them; ends when they are there, or cannot be had. */
  async share(workers) {
    this.#dismiss();
    this.#workers = workers;
    await this.#start(workers - 1);
  }

  /** From now on it is this run that they help. */
  begin(run, pairs) {
    this.#run = { pairs, dim: run.dim(), halvings: run.halvings() };
    this.#remotes.forEach((remote) => this.#tell(remote));
  }

  /** How often a batch of the run is divided now. Nobody waits for helpers that are on their way. */
  get shared() {
    const wanted = Math.min(Math.log2(this.#workers), this.#run.halvings);
    this.#start(2 ** wanted - 1);
    return Math.min(wanted, Math.floor(Math.log2(this.#remotes.length + 1)));
  }

  /** Takes a training step together. */
  async step(run) {
    const { shared } = this;
    if (!shared) return run.train(1);
    const { parts, total } = run.divide(shared);
    const weights = run.packed();
    const answers = parts.map((part, k) =>
      this.#remotes[k].call('work', { weights, part, total, shared }, [part.buffer]),
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
    const { dim } = this.#run;
    const count = points.length / dim;
    const worth = Number.isInteger(count) && run.sampleWork(asked, count) >= SAMPLE_WORK_MIN;
    if (worth) this.#start(this.#workers - 1);
    if (!worth || !this.#remotes.length) return run.carry(points, asked, weights, first);
    const workers = this.#remotes.length + 1;
    const starts = Array.from({ length: workers + 1 }, (_, k) => Math.round((k * count) / workers));
    const part = (k) => points.slice(starts[k] * dim, starts[k + 1] * dim);
    const packed = run.packedFlow(weights);
    const answers = this.#remotes.map((remote, k) =>
      remote.call('carryPart', { weights: packed, points: part(k + 1), asked, first: first + starts[k + 1] }),
    );
    const others = this.#all(answers); // from here on nobody's failure goes unheard
    const own = await run.carry(part(0), asked, weights, first);
    const found = await others;
    return found ? together([own, ...found]) : run.carry(points, asked, weights, first);
  }

  /** The answers; undefined where there are not all of them. */
  async #all(answers) {
    try {
      return await Promise.all(answers);
    } catch (error) {
      if (this.#remotes.some(({ closed }) => closed)) this.#giveUp(error);
    }
  }

  /** Starts helpers until there are so many. */
  async #start(count) {
    if (this.#started >= count) return;
    const [era, fresh] = [this.#era, count - this.#started];
    this.#started = count;
    try {
      const remotes = Array.from({ length: fresh }, () => new WorkerClient(newWorker()));
      await Promise.all(remotes.map((remote) => remote.call('fetch', this.#files)));
      if (era !== this.#era) return remotes.forEach((remote) => remote.close(dismissed()));
      if (this.#run) remotes.forEach((remote) => this.#tell(remote));
      this.#remotes.push(...remotes);
    } catch (error) {
      if (era === this.#era) this.#giveUp(error);
    }
  }

  #tell(remote) {
    remote.call('help', this.#run).catch(() => {}); // who asks it hears of it
  }

  #giveUp(error) {
    console.warn(`The helpers failed (${error.message}): one worker goes on alone.`);
    this.#dismiss();
    this.#workers = 1;
  }

  #dismiss() {
    this.#remotes.forEach((remote) => remote.close(dismissed()));
    [this.#remotes, this.#started] = [[], 0];
    this.#era++;
  }
}

const dismissed = () => new LabError('The helper is not needed any more.', { code: 'stopped' });

// The script of the worker that this runs in, by whatever address it was loaded.
const newWorker = () => new Worker(self.location.href, { type: 'module' });

/** Trajectories of several groups of points as those of all of them. */
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
