// The public JavaScript API: one flow-matching run, trained in a worker.
//
//   const lab = await Lab.create({ target: 'moons', seed: 7 });
//   await lab.train(200);
//   const { positions } = await lab.sample({ count: 2000, steps: 50 });

/** @import { Build, Checked, Data, DataRead, Device, End, Kept, LabEvents, Methods } from './lab/types.js' */
/** @import { Note, OfModel, Opened, Options, OptionsGiven, Pair } from './lab/types.js' */
/** @import { ReadableFile, Sampling, Settings } from './lab/types.js' */

import { findAdapter } from './lab/adapter.js';
import { openBurn } from './lab/burn.js';
import { LabError } from './lab/errors.js';
import { ExactWorker } from './lab/exact-worker.js';
import { Files, noWorker } from './lab/files.js';
import { needsDigits } from './lab/image-pack.js';
import { readPoints } from './lab/points-in.js';
import { within } from './lab/within.js';
import { WorkerClient } from './lab/worker-client.js';

export { LabError };

/** Options that say how points are generated, and change nothing of what is learned. */
/** @type {(keyof Options)[]} */
export const SAMPLING_OPTIONS = ['solver', 'solverSteps', 'tolerance', 'count', 'label', 'guidance'];

const WORKERS = [1, 2, 4, 8];
/** @type {(keyof LabEvents)[]} */
const EVENTS = ['device', 'errors', 'lost'];
const SETTINGS = ['data', 'onProgress', 'signal', 'files', 'workers'];
/** How long a worker may be held up, by one step of a large network, before another one takes the next run. */
const PATIENCE_MS = 1500;
/** What a worker is not taken away from: it ends by itself, and the next run needs what comes of it. */
const WAITED_FOR = ['fetch', 'open', 'load'];
/** A GPU that is lost so often is asked no more. */
const LOSSES_MAX = 2;
const LOOKING = 'The CPU runs while a GPU is looked for.';

export class Lab {
  /**
   * Of the worker that has the run.
   * @type {WorkerClient}
   */
  #client;
  /**
   * Of all workers that live.
   * @type {Set<WorkerClient>}
   */
  #clients = new Set();
  /**
   * One that has its module and no run, for when the run's own is held up.
   * @type {Promise<WorkerClient> | null}
   */
  #spare = null;
  #files;
  /** @type {Map<string, Set<(detail: any) => void>>} */
  #listeners = new Map(EVENTS.map((event) => [event, new Set()]));
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #era = 0; // counts restarts
  #abandoned = 0; // calls of an earlier era belong to a run that was not waited for
  #trains = 0; // counts calls of train()
  #kept = 0; // and of keep()
  /**
   * Why, once it is.
   * @type {Error | null}
   */
  #disposed = null;
  /** @type {Options['device']} */
  #wanted = 'auto';
  /**
   * Of the module that the run's worker has.
   * @type {Build}
   */
  #build = 'cpu';
  #search = 0; // counts looks for a GPU: the last one alone is meant
  #again = false; // may the GPU be there at another time?
  #losses = 0; // of the GPU
  /**
   * A worker with burn, for the bench.
   * @type {Promise<WorkerClient> | null}
   */
  #burn = null;
  #adapter = '';
  /** @type {ExactWorker | null} */
  #oracle = null;
  /** @type {number | null} */
  #floor = null;
  /** @type {number | null} */
  #workers = null;
  /** @type {Options} */
  #options;
  #onProgress;

  /** @type {Device} */
  device;
  /**
   * The options that differ from the defaults: what a link must hold.
   * @type {Pair[]}
   */
  changed;
  /**
   * What was corrected.
   * @type {Note[]}
   */
  notes;
  /**
   * What was done to the given points: a sentence each.
   * @type {string[]}
   */
  remarks = [];
  /**
   * What was given for the shape `points`, kept for every restart.
   * @type {DataRead}
   */
  given = {};
  /**
   * Resolves when the device is final: with `device: 'auto'` or `'gpu'` the CPU starts at once, and the GPU
   * takes over when it is ready. It never rejects: where there is no GPU, `device.reason` says why.
   */
  settled = Promise.resolve();

  /**
   * @param {OptionsGiven} [options] any of options.json
   * @param {Settings} [settings] `data` is for the shape `points`: CSV text, numbers (two a point), `{ values, dim,
   *   inPlace }`, a picture (ImageData, ImageBitmap), or a Blob of a picture or of CSV; `onProgress` hears bytes while
   *   the digits are fetched; an aborted `signal` ends the creation, or later disposes of the lab; `files` are
   *   addresses of the worker's script, of the pack of digits and of each build's folder, where they do not lie beside
   *   this script; `workers` as for `share()`
   */
  static async create(options = {}, settings = {}) {
    const { data, onProgress, signal, files, workers } = named(settings, SETTINGS, 'Lab.create');
    const lab = new Lab(new Files(import.meta.url, files), onProgress);
    if (workers !== undefined) lab.#workers = checkedWorkers(workers);
    const stop = () => lab.dispose(new LabError('The lab was aborted.', { code: 'stopped' }));
    signal?.addEventListener('abort', stop);
    try {
      signal?.throwIfAborted();
      const client = (lab.#client = await lab.#start('cpu'));
      const given = await merged({}, data, client);
      const pairs = toPairs(options);
      const { options: checked } = await client.call('check', { pairs });
      await lab.#shared(client);
      const wanted = checked.device;
      const opened = await client.call('open', { pairs, given, reason: reasonFor(wanted) });
      [lab.#wanted, lab.given] = [wanted, given];
      lab.#take(opened);
      lab.#look(wanted !== 'cpu');
      return lab;
    } catch (error) {
      signal?.removeEventListener('abort', stop);
      lab.dispose();
      throw signal?.aborted ? signal.reason : error;
    }
  }

  /**
   * The table of all options, as options.json has it, out of the module itself.
   * @param {Pick<Settings, 'files'>} [settings]
   */
  static async table({ files } = {}) {
    const lab = new Lab(new Files(import.meta.url, files));
    try {
      return await (await lab.#start('cpu')).call('table');
    } finally {
      lab.dispose();
    }
  }

  /**
   * Rather `Lab.create()`.
   * @param {Files} files
   * @param {Settings['onProgress']} [onProgress]
   */
  constructor(files, onProgress = () => {}) {
    this.#files = files;
    this.#onProgress = onProgress;
  }

  /** The validated record of every option; frozen: `use()` and `restart()` change it. */
  get options() {
    return this.#options;
  }

  /** Why the run is lost, its worker or its GPU having ended; null while it lives. `restart()` begins another. */
  get lost() {
    return this.#client?.closed ?? null;
  }

  /**
   * Starts anew with other options, on the device that runs already, unless the option `device` says otherwise now.
   * Data given before are kept; null forgets them. Bad options or data are an error, and the run goes on as it was.
   * Training under way ends early; a worker that is held up by one long step is left to end without the run.
   * @param {OptionsGiven} [options]
   * @param {{ data?: Data }} [settings]
   */
  restart(options = {}, settings = {}) {
    const before = this.#last;
    const era = ++this.#era;
    const result = this.#restart(options, settings, before, era);
    this.#last = result.catch(() => before); // refused, it leaves the worker as busy as it was
    return result;
  }

  /**
   * @param {OptionsGiven} options
   * @param {{ data?: Data }} settings
   * @param {Promise<unknown>} before the calls before
   * @param {number} era
   */
  async #restart(options, settings, before, era) {
    const { data } = named(settings, ['data'], 'restart');
    const pairs = toPairs(options);
    this.stop();
    const free = await this.#free(before);
    this.#mustLive();
    const reader = async () => (free && !this.lost ? this.#client : this.#spareClient());
    const given = data ? await merged(this.given, data, await reader()) : this.given;
    const { options: checked } = await this.#check(pairs);
    const wanted = checked.device;
    const moved = wanted !== this.#wanted;
    const stays = free && !this.lost && !(this.#build === 'gpu' && wanted === 'cpu');
    const client = stays ? this.#client : await this.#takeSpare();
    const build = stays ? this.#build : 'cpu';
    if (moved) this.#losses = 0;
    const looks = build === 'cpu' && wanted !== 'cpu' && (!stays || moved || this.#again) && this.#losses < LOSSES_MAX;
    const reason = build === 'gpu' ? '' : looks || wanted === 'cpu' ? reasonFor(wanted) : this.#reasonStays();
    let opened;
    try {
      opened = await client.call('open', { pairs, given, reason });
      this.#mustLive();
    } catch (error) {
      if (!stays) this.#close(client, error);
      throw error;
    }
    if (stays) this.#dropSpare();
    else {
      const old = this.#client;
      if (!free) this.#abandoned = era;
      [this.#client, this.#build] = [client, 'cpu'];
      this.#close(old, replaced());
    }
    this.#wanted = wanted;
    this.given = given;
    this.#take(opened);
    if (build === 'cpu' && (looks || moved || !stays)) this.#look(looks);
  }

  /** Ends all training that was asked for after the slice under way: `train()` resolves with what it got to. */
  stop() {
    this.#client?.tell({ stop: this.#trains });
  }

  /**
   * Changes how points are generated, and nothing that was learned: any of SAMPLING_OPTIONS. A bad value is an error,
   * and all stays as it was. Resolves to the options.
   * @param {OptionsGiven} chosen
   */
  use(chosen) {
    return this.#queue(async () => {
      const pairs = toPairs(chosen);
      const names = pairs.map(([name]) => name);
      const other = pairs.find((pair) => !isSampling(pair));
      if (other)
        throw new LabError(`${other[0]} = ${other[1]}: is no sampling option; restart() changes it`, {
          code: 'input',
          option: other[0],
          value: other[1],
        });
      const { options, changed, notes } = await this.#check([
        ...this.changed.filter(([name]) => !names.includes(name)),
        ...pairs,
      ]);
      const bad = notes.find(({ option }) => names.includes(option));
      if (bad)
        throw new LabError(`${bad.option} = ${bad.value}: ${bad.problem}`, {
          code: 'input',
          option: bad.option,
          value: bad.value,
        });
      this.#options = Object.freeze({
        ...this.#options,
        ...Object.fromEntries(names.map((name) => [name, options[name]])),
      });
      this.changed = [...this.changed.filter((pair) => !isSampling(pair)), ...changed.filter(isSampling)];
      return this.#options;
    });
  }

  /**
   * What these options come to, without starting anything. It waits for no call.
   * @param {OptionsGiven} options
   */
  async check(options) {
    this.#mustLive();
    return this.#check(toPairs(options));
  }

  /**
   * Trains so many steps, or fewer when `ms` have passed or somebody stops it; resolves to `{ step, loss, lossFloor,
   * stepsPerSecond, workers }`, the loss being the mean over the last 100 steps of the run, null before the first, its
   * floor null until `lossFloor()` has found it.
   * @param {number} steps
   * @param {number} [ms]
   */
  train(steps, ms) {
    if (!Number.isInteger(steps) || steps < 1)
      return Promise.reject(
        new LabError(`steps = ${steps}: must be a whole number from 1`, {
          code: 'input',
          option: 'steps',
          value: steps,
        }),
      );
    const number = ++this.#trains;
    return this.#queue(async () => {
      const progress = await this.#client.call('train', { steps, ms, number });
      return { ...progress, lossFloor: this.#floor };
    });
  }

  /**
   * Takes one training step, which counts like any other, and tells what happened in it: `{ step, x0, x1,
   * t, xt, ut, before, after, loss, dim }`, where `before` and `after` are the network's answers at (xt, t)
   * on both sides of the step.
   */
  recordStep() {
    return this.#queue(() => this.#client.call('recordStep'));
  }

  /**
   * Lets so many workers share what the CPU computes: 1, 2, 4 or 8. They find the same numbers as one; without this
   * call there are half as many as the machine has cores.
   * @param {number} workers
   */
  async share(workers) {
    this.#workers = checkedWorkers(workers);
    await this.#queue(() => this.#shared(this.#client));
  }

  /** The loss of every step so far, from number `from` on. */
  losses({ from = 0 } = {}) {
    return this.#queue(() => this.#client.call('losses', { from }));
  }

  /**
   * Generated points with their trajectories: `{ times, positions, count, dim, evaluations }`. What is not named of `{
   * count, steps, solver, tolerance, label, guidance }` is the run's own. With `ends: true` only their first and their
   * last positions come, at `times` 0 and 1, which for many numbers is much faster than all of them.
   * @param {Sampling} [asked]
   */
  sample(asked = {}) {
    return this.#queue(() => this.#client.call('sample', { asked: this.#request(asked) }));
  }

  /**
   * Generates points and measures them against fresh ones: `{ count, evaluations, insideShare, insideShareTarget,
   * worstMode, worstModeTarget, w2, w2Floor, w2Count, slicedW2, slicedW2Floor, npe, pathEnergy, straightness,
   * classAccuracy, classAccuracyTarget }`.
   * @param {Sampling} [asked]
   */
  metrics(asked = {}) {
    return this.#queue(() => {
      const count = this.options.dim > 8 ? 200 : 2000;
      return this.#client.call('metrics', { asked: this.#request({ count, ...asked }) });
    });
  }

  /**
   * The trajectories of `points` (n × dim numbers at t = 0), as `sample()` gives them. With `at`, out of `keep()`, or
   * `weights`, out of `weights()`, the model is as it was then; so it is for `logDensity()` and `velocity()`. Where all
   * classes are generated in turn, `first` is the number of the first point.
   * @param {ArrayLike<number>} points
   * @param {Sampling & OfModel & { first?: number }} [how]
   */
  carry(points, { at, weights, first, ...asked } = {}) {
    const model = modelOf(at, weights);
    const copy = Float32Array.from(points);
    return this.#queue(() =>
      this.#client.call('carry', { points: copy, asked: this.#request(asked), ...model, first }),
    );
  }

  /**
   * ln p₁ of the learned flow at `points` (n × dim numbers), in nats.
   * @param {ArrayLike<number>} points
   * @param {Sampling & OfModel} [how]
   */
  logDensity(points, { at, weights, ...asked } = {}) {
    const model = modelOf(at, weights);
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#client.call('logDensity', { points: copy, asked: this.#request(asked), ...model }));
  }

  /**
   * The learned velocity at `points` (n × dim numbers), all at time `t`.
   * @param {ArrayLike<number>} points
   * @param {number} t
   * @param {OfModel} [model]
   */
  velocity(points, t, { at, weights } = {}) {
    const model = modelOf(at, weights);
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#client.call('velocity', { points: copy, t, ...model }));
  }

  /**
   * Keeps the model as it is now in the worker, to be shown again by `{ at }` when training has gone on: `{ id, step,
   * numbers }`, `at` taking that or its `id`. It is kept until it is forgotten or the run becomes another one.
   */
  keep() {
    const id = ++this.#kept;
    return this.#queue(() => this.#client.call('keep', { id }));
  }

  /**
   * Lets go what `keep()` gave.
   * @param {Kept | number} kept
   */
  forget(kept) {
    const { at } = modelOf(kept);
    return this.#queue(() => this.#client.call('forget', { at }));
  }

  /** The weights of the model as it is now, out of the worker: `{ step, values }`. */
  weights() {
    return this.#queue(() => this.#client.call('weights'));
  }

  /** What training step number `step` sees, at the points of its batch: `{ x0, x1, t, xt, ut }`. */
  batch(step = 0) {
    return this.#queue(() => this.#client.call('batch', { step }));
  }

  /**
   * The exact velocity at `points`, all at time `t`; null where there is no closed form.
   * @param {ArrayLike<number>} points
   * @param {number} t
   */
  exactVelocity(points, t) {
    return this.#askOracle('exactVelocity', { points: Float32Array.from(points), t });
  }

  /**
   * The lowest loss that any network can reach: `{ loss, standardError, exactness }`, or null where it is not known;
   * `exactness` is `'exact'`, `{ quadrature: n }` or `{ estimate: n }`.
   */
  lossFloor() {
    return this.#askOracle('lossFloor', undefined, (found) => (this.#floor = found?.loss ?? null));
  }

  /** How long pairing one batch takes on the CPU, in ms; null where pairs are not sought. */
  pairingMs() {
    return this.#askOracle('pairingMs');
  }

  /** Float32 multiplications and additions a second that the CPU's thread can do at best: the bench's yardstick. */
  peakFlops() {
    return this.#queue(() => this.#client.call('peakFlops'));
  }

  /**
   * How long a training step takes here when burn differentiates by itself, in ms: what the bench compares with.
   * @param {number} [steps]
   */
  autodiffMs(steps = 10) {
    return this.#queue(async () => {
      const reason = this.device.kind === 'cpu' ? this.device.reason : '';
      const run = { pairs: this.#pairsForGpu(), given: this.given, reason };
      this.#burn ??= openBurn(this.#files, (build) => this.#start(build), run);
      const burn = await this.#burn.catch((error) => {
        this.#burn = null;
        throw error;
      });
      return burn.call('autodiffMs', { steps });
    });
  }

  /**
   * Trains on from here with the model's own pairs: `count` generated points, each with the point that it started from.
   * Steps and losses begin again at 0.
   * @param {Sampling} [asked]
   */
  reflow({ count = 10_000, ...asked } = {}) {
    return this.#queue(async () => {
      const described = await this.#client.call('reflow', { asked: this.#request({ count, ...asked }) });
      this.#forget(new LabError('The run was rectified.', { code: 'stopped' }));
      this.#describe(described);
    });
  }

  /**
   * Fresh points of the `source` or the `target`.
   * @param {End} end
   * @param {number} [count]
   */
  reference(end, count = 1000) {
    return this.#queue(() => this.#client.call('reference', { end, count }));
  }

  /**
   * The units of the data at the `source` or the `target`: `{ mean, std, places }`. The model's points are
   * standardised: `mean[axis] + std * x` is a coordinate in the units of the data, of which `places` decimal
   * places hold all digits (null where the model's units are the data's: mean 0, std 1).
   * @param {End} [end]
   */
  units(end = 'target') {
    return this.#queue(() => this.#client.call('units', { end }));
  }

  /**
   * The numbers of CSV text as they stand there; rejects with a sentence.
   * @param {string} csv
   */
  table(csv) {
    return this.#queue(() => this.#client.call('rows', { csv }));
  }

  /**
   * Share of `points` inside the target's support.
   * @param {ArrayLike<number>} points
   */
  insideShare(points) {
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#client.call('inside', { points: copy }));
  }

  /**
   * The whole run as a safetensors file, with the sampling options that `options` has now. A model that diverged is
   * refused.
   */
  save() {
    return this.#queue(() => {
      const chosen = Object.fromEntries(SAMPLING_OPTIONS.map((name) => [name, this.options[name]]));
      return this.#client.call('save', { chosen: toPairs(chosen) });
    });
  }

  /**
   * Opens a saved run; a bad file is an error, and changes nothing.
   * @param {ArrayLike<number>} bytes
   */
  load(bytes) {
    const copy = Uint8Array.from(bytes);
    return this.#queue(async () => {
      const { step, given: saved, ...described } = await this.#client.call('load', { bytes: copy });
      this.#forget(new LabError('Another run was opened.', { code: 'stopped' }));
      this.given = { source: saved.source ?? this.given.source, target: saved.target ?? this.given.target };
      this.#describe({ ...described, notes: [], remarks: [] });
      return { step };
    });
  }

  /**
   * Hears `device` (another device runs now), `errors` (the device reported something) and `lost` (the worker or its
   * GPU ended, and the run with it: `restart()` begins another). Gives a function that ends it, as `off` does.
   * @template {keyof LabEvents} Name
   * @param {Name} event
   * @param {(detail: LabEvents[Name]) => void} listener
   */
  on(event, listener) {
    this.#listenersOf(event).add(listener);
    return () => this.off(event, listener);
  }

  /**
   * @template {keyof LabEvents} Name
   * @param {Name} event
   * @param {(detail: LabEvents[Name]) => void} listener
   */
  off(event, listener) {
    this.#listenersOf(event).delete(listener);
  }

  dispose(why = new LabError('The lab was disposed of.', { code: 'disposed' })) {
    if (this.#disposed) return;
    this.#disposed = why;
    this.#forget(why);
    for (const client of [...this.#clients]) this.#close(client, why);
  }

  #mustLive() {
    if (this.#disposed) throw this.#disposed;
  }

  /**
   * Calls run one after the other, so that a move between devices never splits one.
   * @template Result
   * @param {() => Result | Promise<Result>} work
   * @returns {Promise<Result>}
   */
  #queue(work) {
    const era = this.#era;
    const result = this.#last.then(() => {
      this.#mustLive();
      if (era < this.#abandoned) throw replaced();
      return work();
    });
    this.#last = result.catch(() => {});
    return result;
  }

  /** How long the last answer took where it was worked out, in ms: a busy page hears of it later. */
  get worked_ms() {
    return this.#client.worked_ms;
  }

  // --- Workers ---------------------------------------------------------------------------------

  /**
   * A worker with the module of a build.
   * @param {Build} build
   */
  async #start(build) {
    const client = this.#newClient();
    try {
      const of = async (/** @type {Build} */ build) => ({
        build,
        folder: this.#files.folder(build),
        module: await this.#files.module(build),
      });
      // Its script loads meanwhile; helpers have the CPU's module, whatever this one has.
      const [files, helpers] = await Promise.all([of(build), of('cpu')]);
      await client.call('fetch', { ...files, digits: this.#files.digits, helpers });
      return client;
    } catch (error) {
      this.#close(client, error);
      throw error;
    }
  }

  #newClient() {
    this.#mustLive();
    let worker;
    try {
      worker = newWorker(this.#files.given.worker);
    } catch (error) {
      throw noWorker(error.message);
    }
    const client = new WorkerClient(worker, {
      errors: (errors) => this.#emit('errors', errors),
      progress: (progress) => this.#onProgress(progress),
      ended: (error) => this.#ended(client, error),
    });
    this.#clients.add(client);
    return client;
  }

  /**
   * @param {WorkerClient} client
   * @param {Error} why
   */
  #close(client, why) {
    this.#clients.delete(client);
    client.close(why);
  }

  /**
   * By itself: a trap, a lost device, a developer's tool.
   * @param {WorkerClient} client
   * @param {LabError} error
   */
  #ended(client, error) {
    this.#clients.delete(client);
    this.#spare?.then((spare) => spare === client && (this.#spare = null)).catch(() => {});
    if (client !== this.#client || !this.#options) return; // whoever asked it hears of it
    if (error.code === 'device') this.#losses++;
    this.#emit('lost', error);
  }

  #spareClient() {
    if (!this.#spare) {
      const spare = this.#start('cpu');
      this.#spare = spare;
      spare.catch(() => this.#spare === spare && (this.#spare = null));
    }
    return this.#spare;
  }

  async #takeSpare() {
    const client = await this.#spareClient();
    this.#spare = null;
    await this.#shared(client);
    return client;
  }

  // The run's own worker is no longer held up.
  #dropSpare() {
    this.#spare?.then((spare) => this.#close(spare, replaced())).catch(() => {});
    this.#spare = null;
  }

  /** @param {WorkerClient} client */
  async #shared(client) {
    if (this.#workers) await client.call('share', { workers: this.#workers });
  }

  /**
   * Waits for the calls before; says false where the worker is held up by one of them for so long that the next run
   * goes to another worker.
   * @param {Promise<unknown>} before
   */
  async #free(before) {
    for (;;) {
      const { busy } = this.#client;
      try {
        await within(PATIENCE_MS, before);
        return true;
      } catch {
        if (busy && busy === this.#client.busy && !WAITED_FOR.includes(busy.method)) return false;
      }
    }
  }

  /**
   * Any worker with the module can tell; the run's own does between two slices, if it is not held up.
   * @param {Pair[]} pairs
   * @returns {Promise<Checked>}
   */
  async #check(pairs) {
    try {
      return await within(PATIENCE_MS, this.#client.call('check', { pairs }));
    } catch (error) {
      if (!error.late && !this.lost) throw error;
      this.#mustLive();
      return (await this.#spareClient()).call('check', { pairs });
    }
  }

  // --- What is known of the run ----------------------------------------------------------------

  /** @param {Opened} opened */
  #take({ device, remarks, ...described }) {
    this.#forget(replaced());
    this.device = this.#named(device);
    this.#describe({ ...described, remarks });
  }

  /** @param {Checked & { remarks?: string[] }} run */
  #describe({ options, ...described }) {
    this.#options = Object.freeze(options);
    Object.assign(this, described);
  }

  /**
   * What was known of the run before.
   * @param {Error} why
   */
  #forget(why) {
    this.#oracle?.close(why);
    this.#burn?.then(
      (burn) => this.#close(burn, why),
      () => {},
    );
    this.#oracle = this.#floor = this.#burn = null;
  }

  /**
   * Runs outside the queue: it joins only to learn which run is current. Null where nothing exact is known.
   * @template {keyof Methods} Name
   * @param {Name} method
   * @param {Parameters<Methods[Name]>[0]} [args]
   * @param {(answer: ReturnType<Methods[Name]> | null) => void} [keep]
   * @returns {Promise<ReturnType<Methods[Name]> | null>}
   */
  async #askOracle(method, args, keep) {
    const oracle = await this.#queue(() => {
      // Its pairs are the network's own: nothing exact is known of them.
      if (this.options.coupling === 'reflow') return null;
      if (needsDigits(this.options)) return null; // nothing is known of them, and they are many to fetch
      if (this.#oracle?.failed) this.#oracle = null; // the network may be there again
      this.#oracle ??= new ExactWorker(this.#start('cpu'), this.changed, this.given);
      return this.#oracle;
    });
    const answer = oracle && (await oracle.ask(method, args).catch((error) => this.#unlessReplaced(oracle, error)));
    if (oracle === this.#oracle) keep?.(answer);
    return answer;
  }

  /**
   * What was asked of a run that another one has replaced needs no answer.
   * @param {ExactWorker} oracle
   * @param {Error} error
   */
  #unlessReplaced(oracle, error) {
    if (oracle === this.#oracle || this.#disposed) throw error;
    return null;
  }

  /**
   * The sampling options as the module reads them.
   * @param {Sampling} asked
   */
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

  /** @param {Device} device */
  #named(device) {
    return device.kind === 'webgpu' ? { ...device, adapter: this.#adapter } : device;
  }

  /** @param {string} event */
  #listenersOf(event) {
    const listeners = this.#listeners.get(event);
    if (listeners) return listeners;
    throw new LabError(`${event}: there is no such event; there are ${EVENTS.join(', ')}`, { code: 'input' });
  }

  /**
   * @template {keyof LabEvents} Name
   * @param {Name} event
   * @param {LabEvents[Name]} detail
   */
  #emit(event, detail) {
    for (const listener of [...this.#listenersOf(event)]) listener(detail);
  }

  // --- The GPU ---------------------------------------------------------------------------------

  // The run has begun on the CPU; where a GPU is wanted and can be had, it moves there later.
  #look(wanted) {
    const search = ++this.#search;
    this.#again = false;
    this.settled = wanted ? this.#moveToGpu(search) : Promise.resolve();
    this.#emit('device', this.device);
  }

  /**
   * Opens the GPU beside the running CPU, then carries the run over whole: weights, moments, step, points.
   * @param {number} search
   */
  async #moveToGpu(search) {
    const stale = () => this.#disposed || search !== this.#search;
    /** @type {WorkerClient | null} */
    let client = null;
    try {
      const verdict = await findAdapter(this.#wanted);
      if (stale()) return;
      if (!verdict.open) return this.#stayOnCpu(verdict);
      const missing = await this.#files.whyMissing('gpu');
      if (stale()) return;
      if (missing) return this.#stayOnCpu({ reason: `The CPU runs, because ${missing}.`, again: true });
      const fresh = await this.#start('gpu');
      client = fresh;
      if (stale()) return;
      const opened = await fresh.call('open', { pairs: this.#pairsForGpu(), given: this.given, reason: '' });
      if (stale()) return;
      await this.#queue(async () => {
        if (stale() || this.lost) return;
        const { device, silent } = opened;
        if (device.kind !== 'webgpu') return this.#stayOnCpu({ reason: device.reason, again: silent });
        const [bytes, kept] = [await this.#client.call('save'), await this.#client.call('kept')];
        await fresh.call('load', { bytes }, [bytes.buffer]);
        const models = Object.values(kept).map(({ values }) => /** @type {ArrayBuffer} */ (values.buffer));
        await fresh.call('bring', { kept }, models);
        if (stale()) return;
        const old = this.#client;
        [this.#client, this.#build, this.#adapter] = [fresh, 'gpu', verdict.adapter ?? ''];
        client = null;
        this.#close(old, new LabError('The run moved to the GPU.', { code: 'stopped' }));
        this.device = this.#named(device);
        this.#emit('device', this.device);
      });
    } catch (error) {
      if (!stale() && this.#build === 'cpu')
        this.#stayOnCpu({ reason: `The CPU runs, because the GPU could not be opened (${error.message}).` });
    } finally {
      if (client) this.#close(client, new LabError('The GPU is not used.', { code: 'stopped' }));
    }
  }

  #stayOnCpu({ reason, again = false }) {
    this.#again = again;
    this.device = { ...this.device, reason };
    this.#emit('device', this.device);
  }

  #reasonStays() {
    return this.#losses < LOSSES_MAX ? this.device.reason : 'The CPU runs, because the GPU was lost more than once.';
  }

  /** @returns {Pair[]} */
  #pairsForGpu() {
    return [...this.changed.filter(([name]) => name !== 'device'), ['device', this.#wanted]];
  }
}

/** @param {Pair} pair */
const isSampling = ([name]) => SAMPLING_OPTIONS.some((known) => known === name);
const reasonFor = (wanted) => (wanted === 'cpu' ? 'The CPU was asked for.' : LOOKING);
const replaced = () => new LabError('The run was replaced.', { code: 'stopped' });

// Written out here and nowhere else: bundlers look for these very words, and for one worker.
const newWorker = (address) =>
  address
    ? new Worker(address, { type: 'module' })
    : new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

/**
 * What was given before, and what is given now in its place, files as the worker reads them; null takes it away.
 * @param {DataRead} before
 * @param {Data | undefined} now
 * @param {WorkerClient} client
 * @returns {Promise<DataRead>}
 */
async function merged(before, { source, target } = {}, client) {
  const read = (/** @type {ReadableFile} */ file) => client.call('read', { file });
  const now = { source: await readPoints('source', source, read), target: await readPoints('target', target, read) };
  const one = (end, given) => (given === null ? undefined : (now[end] ?? before[end]));
  return { source: one('source', source), target: one('target', target) };
}

/**
 * @param {Record<string, unknown> | [string, unknown][]} options
 * @returns {Pair[]}
 */
function toPairs(options) {
  const entries = Array.isArray(options) ? options : Object.entries(options);
  return entries.map(([name, value]) => [String(name), String(value)]);
}

/**
 * Settings by name: a name that is none is a mistake, points beside their `data` above all.
 * @template {object} Given
 * @param {Given} settings
 * @param {string[]} names
 * @param {string} where
 * @returns {Given}
 */
function named(settings, names, where) {
  const unknown = Object.keys(settings).find((name) => !names.includes(name));
  if (unknown)
    throw new LabError(
      `${where}: there is no setting ${unknown}; there are ${names.join(', ')}, and points are given as ` +
        '{ data: { source, target } }',
      { code: 'input', option: unknown },
    );
  return settings;
}

/** @param {number} workers */
function checkedWorkers(workers) {
  if (WORKERS.includes(workers)) return workers;
  throw new LabError(`workers = ${workers}: must be 1, 2, 4 or 8`, {
    code: 'input',
    option: 'workers',
    value: workers,
  });
}

/**
 * Which model a picture is of: a kept one, or one whose weights are given; the present one without either.
 * @param {OfModel['at']} at
 * @param {Float32Array} [weights]
 */
const modelOf = (at, weights) => ({ at: typeof at === 'object' && at !== null ? at.id : at, weights });
