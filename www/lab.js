// The public JavaScript API: one flow-matching run, trained in a worker.
//
//   const lab = await Lab.create({ target: 'moons', seed: 7 });
//   await lab.train(200);
//   const { positions } = await lab.sample({ count: 2000, steps: 50 });

import { findAdapter } from './lab/adapter.js';
import { openBurn } from './lab/burn.js';
import { ExactWorker } from './lab/exact-worker.js';
import { needsDigits } from './lab/image-pack.js';
import { readPoints } from './lab/points-in.js';
import { WorkerClient } from './lab/worker-client.js';

/** Options that say how points are generated, and change nothing of what is learned. */
export const SAMPLING_OPTIONS = ['solver', 'solverSteps', 'tolerance', 'count', 'label', 'guidance'];

export class Lab {
  #remote;
  #events = new EventTarget();
  #last = Promise.resolve();
  #disposed = false;
  #wanted = 'auto';
  #build = 'cpu'; // that the run's worker has
  #awaited = false; // is the GPU's file still to come?
  #burn = null; // a worker with burn, for the bench
  #adapter = '';
  #oracle = null;
  #floor = null;
  #workers = null;
  #onProgress = () => {};

  /** `{ kind: 'webgpu' | 'cpu', adapter, reason, selfCheck: 'passed' | 'failed: …' | 'not needed' }` */
  device;
  /** The validated record of every option. */
  options;
  /** The options that differ from the defaults, as `[name, text]`: what a link must hold. */
  changed;
  /** What was corrected: `{ option, value, problem, used }` each. */
  notes;
  /** What was done to the given points: a sentence each. */
  remarks = [];
  /** What was given for the shape `points`: `{ source, target }`, kept for every restart. */
  given = {};
  /**
   * Resolves when the device is final: with `device: 'auto'` or `'gpu'` the CPU starts at once, and the GPU
   * takes over when it is ready.
   */
  settled;

  /**
   * @param {Record<string, string | number> | [string, string][]} options any of options.json
   * @param {{ source?: unknown, target?: unknown }} data for the shape `points`: CSV text, numbers (two a point),
   *   `{ values, dim, inPlace }`, a picture (ImageData, ImageBitmap), or a Blob of a picture or of CSV
   * @param {(progress: { loaded: number, total: number }) => void} onProgress hears bytes while the digits are fetched
   */
  static async create(options = {}, data = {}, onProgress = () => {}) {
    const lab = new Lab();
    lab.#onProgress = onProgress;
    lab.#remote = lab.#newRemote();
    const pairs = toPairs(options);
    await lab.#fetchCpu();
    lab.given = await lab.#merged(data);
    const { options: checked } = await lab.#remote.call('check', { pairs });
    lab.#wanted = checked.device;
    await lab.#openOnCpu(pairs, lab.given);
    return lab;
  }

  /**
   * Starts anew with other options, on the device that runs already, unless the option `device` says otherwise now.
   * Data given before are kept. Bad data are an error, and the run goes on as it was.
   */
  restart(options = {}, data = {}) {
    return this.#queue(async () => {
      const pairs = toPairs(options);
      const given = await this.#merged(data);
      const { options: checked } = await this.#remote.call('check', { pairs });
      const moved = checked.device !== this.#wanted;
      this.#wanted = checked.device;
      if (this.#build === 'gpu' && checked.device === 'cpu') {
        this.#remote.close('The run moved to the CPU.');
        this.#remote = this.#newRemote();
        await this.#fetchCpu();
        await this.#openOnCpu(pairs, given);
      } else if (this.#build === 'cpu' && (moved || this.#awaited)) {
        await this.#openOnCpu(pairs, given);
      } else {
        const reason = this.#build === 'cpu' ? this.device.reason : '';
        this.#take(await this.#remote.call('open', { pairs, given, reason }));
      }
      this.given = given;
    });
  }

  /** What these options come to, without starting anything: `{ options, changed, notes }`. */
  check(options) {
    return this.#queue(() => this.#remote.call('check', { pairs: toPairs(options) }));
  }

  /**
   * Trains so many steps, or fewer when `ms` have passed; resolves to `{ step, loss, lossFloor, stepsPerSecond, workers
   * }`, the loss being the mean over these steps, its floor null until `lossFloor()` has found it.
   */
  train(steps, ms) {
    if (!Number.isInteger(steps) || steps < 1)
      return Promise.reject(new Error(`steps = ${steps}: must be a whole number from 1`));
    return this.#queue(async () => {
      const progress = await this.#remote.call('train', { steps, ms });
      return { ...progress, lossFloor: this.#floor };
    });
  }

  /**
   * Takes one training step, which counts like any other, and tells what happened in it: `{ step, x0, x1,
   * t, xt, ut, before, after, loss, dim }`, where `before` and `after` are the network's answers at (xt, t)
   * on both sides of the step.
   */
  recordStep() {
    return this.#queue(() => this.#remote.call('recordStep'));
  }

  /**
   * Lets so many workers share what the CPU computes: 1, 2, 4 or 8. They find the same numbers as one; without this
   * call there are half as many as the machine has cores.
   */
  share(workers) {
    if (![1, 2, 4, 8].includes(workers)) return Promise.reject(new Error(`workers = ${workers}: must be 1, 2, 4 or 8`));
    this.#workers = workers;
    return this.#queue(() => this.#remote.call('share', { workers }));
  }

  /** The loss of every step so far. @returns {Promise<Float32Array>} */
  losses() {
    return this.#queue(() => this.#remote.call('losses'));
  }

  /**
   * Generated points with their trajectories: `{ times, positions, count, dim, evaluations }`. What is not named of `{
   * count, steps, solver, tolerance, label, guidance }` is the run's own. With `ends: true` only their first and their
   * last positions come, at `times` 0 and 1, which for many numbers is much faster than all of them.
   */
  sample(asked = {}) {
    return this.#queue(() => this.#remote.call('sample', { asked: this.#request(asked) }));
  }

  /**
   * Generates points and measures them against fresh ones: `{ count, evaluations, insideShare, insideShareTarget,
   * worstMode, worstModeTarget, w2, w2Floor, w2Count, slicedW2, slicedW2Floor, npe, pathEnergy, straightness,
   * classAccuracy, classAccuracyTarget }`.
   */
  metrics({ count = this.options.dim > 8 ? 200 : 2000, ...asked } = {}) {
    return this.#queue(() => this.#remote.call('metrics', { asked: this.#request({ count, ...asked }) }));
  }

  /**
   * The trajectories of `points` (n × dim numbers at t = 0), as `sample()` gives them. With `weights`, out of
   * `weights()`, the model is as it was then; so it is for `logDensity()` and `velocity()`. Where all classes are
   * generated in turn, `first` is the number of the first point.
   */
  carry(points, { weights, first, ...asked } = {}) {
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#remote.call('carry', { points: copy, asked: this.#request(asked), weights, first }));
  }

  /** ln p₁ of the learned flow at `points` (n × dim numbers), in nats. @returns {Promise<Float32Array>} */
  logDensity(points, { weights, ...asked } = {}) {
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#remote.call('logDensity', { points: copy, asked: this.#request(asked), weights }));
  }

  /** The learned velocity at `points` (n × dim numbers), all at time `t`. @returns {Promise<Float32Array>} */
  velocity(points, t, { weights } = {}) {
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#remote.call('velocity', { points: copy, t, weights }));
  }

  /** The model as it is now: `{ step, values }`, to be shown again when training has gone on. */
  weights() {
    return this.#queue(() => this.#remote.call('weights'));
  }

  /** What training step number `step` sees, at the points of its batch: `{ x0, x1, t, xt, ut }`. */
  batch(step = 0) {
    return this.#queue(() => this.#remote.call('batch', { step }));
  }

  /**
   * The exact velocity at `points`, all at time `t`; null where there is no closed form.
   * @returns {Promise<Float32Array | null>}
   */
  exactVelocity(points, t) {
    return this.#askOracle('exactVelocity', { points: Float32Array.from(points), t });
  }

  /**
   * The lowest loss that any network can reach: `{ loss, standardError, exactness }`, or null where it is not known;
   * `exactness` is `'exact'`, `{ quadrature: n }` or `{ estimate: n }`.
   */
  lossFloor() {
    return this.#askOracle('lossFloor', {}, (found) => (this.#floor = found?.loss ?? null));
  }

  /**
   * How long pairing one batch takes on the CPU, in ms; null where pairs are not sought.
   * @returns {Promise<number | null>}
   */
  pairingMs() {
    return this.#askOracle('pairingMs');
  }

  /**
   * Float32 multiplications and additions a second that the CPU's thread can do at best: what the bench compares with.
   * @returns {Promise<number>}
   */
  peakFlops() {
    return this.#queue(() => this.#remote.call('peakFlops'));
  }

  /**
   * How long a training step takes here when burn differentiates by itself, in ms: what the bench compares with.
   * @returns {Promise<number>}
   */
  autodiffMs(steps = 10) {
    return this.#queue(async () => {
      const reason = this.device.kind === 'cpu' ? this.device.reason : '';
      this.#burn ??= await openBurn(this.#newRemote(), { pairs: this.#pairsForGpu(), given: this.given, reason });
      return this.#burn.call('autodiffMs', { steps });
    });
  }

  /**
   * Trains on from here with the model's own pairs: `count` generated points, each with the point that it started from.
   * Steps and losses begin again at 0.
   */
  reflow({ count = 10_000, ...asked } = {}) {
    return this.#queue(async () => {
      const described = await this.#remote.call('reflow', { asked: this.#request({ count, ...asked }) });
      this.#forget('The run was rectified.');
      Object.assign(this, described);
    });
  }

  /** Fresh points of the `source` or the `target`. @returns {Promise<Float32Array>} */
  reference(end, count = 1000) {
    return this.#queue(() => this.#remote.call('reference', { end, count }));
  }

  /**
   * The units of the data at the `source` or the `target`: `{ mean, std, places }`. The model's points are
   * standardised: `mean[axis] + std * x` is a coordinate in the units of the data, of which `places` decimal
   * places hold all digits (null where the model's units are the data's: mean 0, std 1).
   */
  units(end = 'target') {
    return this.#queue(() => this.#remote.call('units', { end }));
  }

  /** The numbers of CSV text as they stand there, `{ values: Float64Array, dim }`; rejects with a sentence. */
  table(csv) {
    return this.#queue(() => this.#remote.call('table', { csv }));
  }

  /** Share of `points` inside the target's support. @returns {Promise<number>} */
  insideShare(points) {
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#remote.call('inside', { points: copy }));
  }

  /**
   * The whole run as a safetensors file, with the sampling options that `options` has now.
   * @returns {Promise<Uint8Array>}
   */
  save() {
    return this.#queue(() =>
      this.#remote.call('save', { chosen: toPairs(SAMPLING_OPTIONS.map((name) => [name, this.options[name]])) }),
    );
  }

  /** Opens a saved run; a bad file is an error, and changes nothing. */
  load(bytes) {
    const copy = Uint8Array.from(bytes);
    return this.#queue(async () => {
      const { step, given: saved, ...described } = await this.#remote.call('load', { bytes: copy });
      this.#forget('Another run was opened.');
      const given = { source: saved.source ?? this.given.source, target: saved.target ?? this.given.target };
      Object.assign(this, described, { given, notes: [], remarks: [] });
      return { step };
    });
  }

  /** Hears `device` (another device runs now) and `errors` (the device reported something). */
  on(event, listener) {
    this.#events.addEventListener(event, ({ detail }) => listener(detail));
  }

  dispose() {
    this.#disposed = true;
    this.#remote.close('The lab was disposed of.');
    this.#forget('The lab was disposed of.');
  }

  // What was given before, and what is given now in its place.
  async #merged({ source, target } = {}) {
    const read = (file) => this.#remote.call('read', { file });
    const now = { source: await readPoints('source', source, read), target: await readPoints('target', target, read) };
    return { source: now.source ?? this.given.source, target: now.target ?? this.given.target };
  }

  // Calls run one after the other, so that a move between devices never splits one.
  #queue(work) {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** How long the last answer took where it was worked out, in ms: a busy page hears of it later. */
  get worked_ms() {
    return this.#remote.worked_ms;
  }

  #newRemote() {
    return new WorkerClient(
      newWorker(),
      (errors) => this.#emit('errors', errors),
      (progress) => this.#onProgress(progress),
    );
  }

  #take({ device, options, changed, notes, remarks }) {
    this.#forget('The run was replaced.');
    Object.assign(this, { device: this.#named(device), options, changed, notes, remarks });
  }

  // What was known of the run before.
  #forget(why) {
    this.#oracle?.close(why);
    this.#burn?.close(why);
    this.#oracle = this.#floor = this.#burn = null;
  }

  // Waits until the calls before it have settled which run is meant, but holds up none after it.
  async #askOracle(method, args, keep) {
    const oracle = await this.#queue(() => {
      if (this.#disposed) throw new Error('The lab was disposed of.');
      // Its pairs are the network's own: nothing exact is known of them.
      if (this.options.coupling === 'reflow') return null;
      if (needsDigits(this.options)) return null; // nothing is known of them, and they are many to fetch
      this.#oracle ??= new ExactWorker(newWorker(), this.changed, this.given);
      return this.#oracle;
    });
    const answer = oracle && (await oracle.ask(method, args).catch((error) => this.#unlessReplaced(oracle, error)));
    if (oracle === this.#oracle) keep?.(answer);
    return answer;
  }

  // What was asked of a run that another one has replaced needs no answer.
  #unlessReplaced(oracle, error) {
    if (oracle === this.#oracle || this.#disposed) throw error;
    return null;
  }

  // The sampling options as the module reads them, `[name, text]`.
  #request({ count = this.options.count, steps = this.options.solverSteps, ...named }) {
    const { solver = this.options.solver, tolerance = this.options.tolerance, seed = 0 } = named;
    const { label = this.options.label, guidance = this.options.guidance } = named;
    return toPairs({
      count,
      solverSteps: steps,
      solver,
      tolerance,
      label,
      guidance,
      seed,
      ...(named.ends && { ends: true }),
    });
  }

  #named(device) {
    return device.kind === 'webgpu' ? { ...device, adapter: this.#adapter } : device;
  }

  #emit(name, detail) {
    this.#events.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async #fetchCpu() {
    await this.#remote.call('fetch', { build: 'cpu' });
    this.#build = 'cpu';
    if (this.#workers) await this.#remote.call('share', { workers: this.#workers });
  }

  // Starts on the CPU at once; where a GPU is wanted and can be had, the run moves there later.
  async #openOnCpu(pairs, given) {
    const wanted = this.#wanted !== 'cpu';
    const reason = wanted ? 'The CPU runs while a GPU is looked for.' : 'The CPU was asked for.';
    this.#take(await this.#remote.call('open', { pairs, given, reason }));
    this.#awaited = false;
    this.settled = wanted ? this.#moveToGpu(given) : Promise.resolve();
    this.#emit('device', this.device);
  }

  // Opens the GPU beside the running CPU, then carries the run over whole: weights, moments, step, points.
  async #moveToGpu(given) {
    const verdict = await findAdapter(this.#wanted);
    if (!verdict.open) return this.#stayOnCpu(verdict.reason);
    this.#adapter = verdict.adapter;
    const remote = this.#newRemote();
    let device;
    try {
      const missing = await remote.call('fetch', { build: 'gpu' });
      this.#awaited = Boolean(missing);
      if (missing) device = { kind: 'cpu', reason: `The CPU runs, because ${missing}.` };
      else ({ device } = await remote.call('open', { pairs: this.#pairsForGpu(), given, reason: '' }));
    } catch (error) {
      device = { kind: 'cpu', reason: `The CPU runs, because the GPU could not be opened (${error.message}).` };
    }
    await this.#queue(async () => {
      if (this.#disposed || this.#wanted === 'cpu' || device.kind !== 'webgpu') {
        remote.close('The GPU is not used.');
        if (device.kind !== 'webgpu') this.#stayOnCpu(device.reason);
        return;
      }
      const bytes = await this.#remote.call('save');
      await remote.call('load', { bytes }, [bytes.buffer]);
      this.#remote.close('The run moved to the GPU.');
      [this.#remote, this.#build] = [remote, 'gpu'];
      this.device = this.#named(device);
      this.#emit('device', this.device);
    });
  }

  #stayOnCpu(reason) {
    if (this.#disposed || this.#wanted === 'cpu' || this.#build === 'gpu') return;
    this.device = { ...this.device, reason };
    this.#emit('device', this.device);
  }

  #pairsForGpu() {
    return [...this.changed.filter(([name]) => name !== 'device'), ['device', this.#wanted]];
  }
}

// Written out here and nowhere else: bundlers look for these very words, and for one worker.
const newWorker = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

function toPairs(options) {
  const entries = Array.isArray(options) ? options : Object.entries(options);
  return entries.map(([name, value]) => [String(name), String(value)]);
}
