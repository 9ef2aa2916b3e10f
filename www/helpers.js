// Further workers that take a part of what a run computes on the CPU, each with a wasm module of its own: threads would need
// headers that most static hosts do not send. What they find is what one worker alone would have found, to the last bit.

import { Remote } from './remote.js';

const WORKERS_MAX = 8;
/** Multiplications and additions of a sampling that is worth handing over: some ten milliseconds. */
const SAMPLE_WORK_MIN = 2e8;

/** How many workers shall share the work: a power of two, since batches are halved. Half the cores often are the other half's twins. */
export function workersFor(cores = navigator.hardwareConcurrency || 1) {
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(WORKERS_MAX, cores / 2))));
}

export class Helpers {
  #remotes = [];
  #workers = workersFor();
  #run; // what they were told of: { pairs, dim }, and how often its batches can be halved
  #told = Promise.resolve();

  /** Lets so many workers share the work, the run's own among them. */
  set workers(count) {
    this.#workers = count;
    this.#dismiss();
  }

  get workers() {
    return this.#workers;
  }

  /** From now on it is this run that they help. */
  begin(run, pairs) {
    this.#run = { pairs, dim: run.dim(), halvings: run.halvings() };
    this.#tell();
  }

  /** How often a batch of the run is divided. */
  get shared() {
    return Math.min(Math.log2(this.#workers), this.#run.halvings);
  }

  /** Takes a training step together. */
  async step(run) {
    const { shared } = this;
    await this.#gather(2 ** shared - 1);
    const { parts, total } = run.divide(shared);
    const weights = run.packed();
    const helping = this.#remotes.slice(0, parts.length);
    const answers = helping.map((remote, k) => remote.call('work', { weights, part: parts[k], total, shared }, [parts[k].buffer]));
    run.workFirst();
    const found = (await this.#all(answers)) ?? [];
    run.finish(Float64Array.from(found, ({ sum }) => sum), found.map(({ gradient }) => gradient));
  }

  /** Carries points together, as `run.carry()` does alone. */
  async carry(run, points, asked, weights, first) {
    const { dim } = this.#run;
    const count = points.length / dim;
    const worth = Number.isInteger(count) && run.sampleWork(asked, count) >= SAMPLE_WORK_MIN;
    if (worth) await this.#gather(this.#workers - 1);
    const workers = this.#workers;
    if (!worth || workers === 1) return run.carry(points, asked, weights, first);
    const starts = Array.from({ length: workers + 1 }, (_, k) => Math.round((k * count) / workers));
    const part = (k) => points.slice(starts[k] * dim, starts[k + 1] * dim);
    const packed = run.packedFlow(weights);
    const answers = Array.from({ length: workers - 1 }, (_, k) =>
      this.#remotes[k].call('carryPart', { weights: packed, points: part(k + 1), asked, first: first + starts[k + 1] }),
    );
    const own = await run.carry(part(0), asked, weights, first);
    const found = await this.#all(answers);
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

  #giveUp(error) {
    console.warn(`The helpers failed (${error.message}): one worker goes on alone.`);
    this.workers = 1;
  }

  /** Starts helpers until there are so many that know the run; where they cannot be had there are none. */
  async #gather(count) {
    if (this.#remotes.length >= count) return this.#told;
    try {
      const fresh = Array.from({ length: count - this.#remotes.length }, () => new Remote(() => {}));
      this.#remotes.push(...fresh);
      await Promise.all(fresh.map((remote) => remote.call('fetch', { build: 'cpu' })));
      this.#tell();
      await this.#told;
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #tell() {
    this.#told = Promise.all(this.#remotes.map((remote) => remote.call('help', this.#run)));
    this.#told.catch(() => {}); // who works with them hears of it
  }

  #dismiss() {
    this.#remotes.forEach((remote) => remote.close('The helper is not needed any more.'));
    this.#remotes = [];
    this.#told = Promise.resolve();
  }
}

/** Trajectories of several groups of points as those of all of them. */
function together(parts) {
  const [{ times, dim, evaluations }] = parts;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const positions = new Float32Array(times.length * count * dim);
  let before = 0;
  for (const part of parts) {
    const row = part.count * dim;
    for (let k = 0; k < times.length; k++) positions.set(part.positions.subarray(k * row, (k + 1) * row), (k * count + before) * dim);
    before += part.count;
  }
  return { times, positions, count, dim, evaluations };
}
