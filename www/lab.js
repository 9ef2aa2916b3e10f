// The public JavaScript API: one flow-matching run, trained in a worker.
//
//   const lab = await Lab.create({ target: 'moons', seed: 7 });
//   await lab.train(200);
//   const { positions } = await lab.sample({ count: 2000, steps: 50 });

import { Remote } from './remote.js';

export class Lab {
  #remote;
  #events = new EventTarget();
  #last = Promise.resolve();
  #disposed = false;
  #wanted = 'auto';
  #adapter = '';

  /** `{ kind: 'webgpu' | 'cpu', adapter, reason, selfCheck }` */
  device;
  /** The validated record of every option. */
  options;
  /** The options that differ from the defaults, as `[name, text]`: what a link must hold. */
  changed;
  /** What was corrected: `{ option, value, problem, used }` each. */
  notes;
  /** Resolves when the device is final: with `device: 'auto'` or `'gpu'` the CPU starts at once, and the GPU takes over when it is ready. */
  settled;

  /**
   * @param {Record<string, string | number> | [string, string][]} options any of options.json
   */
  static async create(options = {}) {
    const lab = new Lab();
    lab.#remote = lab.#newRemote();
    const pairs = toPairs(options);
    await lab.#remote.call('fetch', { build: 'cpu' });
    const { options: checked } = await lab.#remote.call('check', { pairs });
    lab.#wanted = checked.device;
    await lab.#openOnCpu(pairs);
    return lab;
  }

  /** Starts anew with other options: on the device that runs already, unless the option `device` says otherwise now. */
  restart(options = {}) {
    return this.#queue(async () => {
      const pairs = toPairs(options);
      const { options: checked } = await this.#remote.call('check', { pairs });
      const moved = checked.device !== this.#wanted;
      this.#wanted = checked.device;
      if (this.device.kind === 'webgpu' && checked.device === 'cpu') {
        this.#remote.close('The run moved to the CPU.');
        this.#remote = this.#newRemote();
        await this.#remote.call('fetch', { build: 'cpu' });
        await this.#openOnCpu(pairs);
      } else if (this.device.kind === 'cpu' && moved) {
        await this.#openOnCpu(pairs);
      } else {
        const reason = this.device.kind === 'cpu' ? this.device.reason : '';
        this.#take(await this.#remote.call('open', { pairs, reason }));
      }
    });
  }

  /** What these options come to, without starting anything: `{ options, changed, notes }`. */
  check(options) {
    return this.#queue(() => this.#remote.call('check', { pairs: toPairs(options) }));
  }

  /** Trains; resolves to `{ step, loss, lossFloor, stepsPerSecond }`, the loss being the mean over these steps. */
  train(steps) {
    if (!Number.isInteger(steps) || steps < 1) return Promise.reject(new Error(`steps = ${steps}: must be a whole number from 1`));
    return this.#queue(() => this.#remote.call('train', { steps }));
  }

  /** The loss of every step so far. @returns {Promise<Float32Array>} */
  losses() {
    return this.#queue(() => this.#remote.call('losses'));
  }

  /** Generated points with their trajectories: `{ times, positions, count, dim, evaluations }`. */
  sample({ count = this.options.count, steps = this.options.solverSteps, seed = 0, solver = 'euler' } = {}) {
    if (solver !== 'euler') return Promise.reject(new Error(`solver = ${solver}: must be one of euler`));
    return this.#queue(() => this.#remote.call('sample', { count, steps, seed }));
  }

  /** The learned velocity at `points` (n × 2 numbers), all at time `t`. @returns {Promise<Float32Array>} */
  velocity(points, t) {
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#remote.call('velocity', { points: copy, t }));
  }

  /** Fresh points of the `source` or the `target`. @returns {Promise<Float32Array>} */
  reference(end, count = 1000) {
    return this.#queue(() => this.#remote.call('reference', { end, count }));
  }

  /** Share of `points` inside the target's support. @returns {Promise<number>} */
  insideShare(points) {
    const copy = Float32Array.from(points);
    return this.#queue(() => this.#remote.call('inside', { points: copy }));
  }

  /** The whole run as a safetensors file. @returns {Promise<Uint8Array>} */
  save() {
    return this.#queue(() => this.#remote.call('save'));
  }

  /** Opens a saved run; a bad file is an error, and changes nothing. */
  load(bytes) {
    const copy = Uint8Array.from(bytes);
    return this.#queue(async () => {
      const { step, ...described } = await this.#remote.call('load', { bytes: copy });
      Object.assign(this, described);
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
  }

  // Calls run one after the other, so that a move between devices never splits one.
  #queue(work) {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  #newRemote() {
    return new Remote((errors) => this.#emit('errors', errors));
  }

  #take({ device, options, changed, notes }) {
    Object.assign(this, { device: this.#named(device), options, changed, notes });
  }

  #named(device) {
    return device.kind === 'webgpu' ? { ...device, adapter: this.#adapter } : device;
  }

  #emit(name, detail) {
    this.#events.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // Starts on the CPU at once; where a GPU is wanted and may be had, the run moves there later.
  async #openOnCpu(pairs) {
    const verdict = await this.#remote.call('gate', { choice: this.#wanted });
    this.#adapter = verdict.adapter ?? '';
    const reason = verdict.open ? 'The CPU runs while the GPU is made ready.' : verdict.reason;
    this.#take(await this.#remote.call('open', { pairs, reason }));
    this.settled = verdict.open ? this.#moveToGpu() : Promise.resolve();
    this.#emit('device', this.device);
  }

  // Opens the GPU beside the running CPU, then carries the run over whole: weights, moments, step.
  async #moveToGpu() {
    const remote = this.#newRemote();
    let device;
    try {
      await remote.call('fetch', { build: 'gpu' });
      ({ device } = await remote.call('open', { pairs: this.#pairsForGpu(), reason: '' }));
    } catch (error) {
      device = { kind: 'cpu', reason: `The CPU runs, because the GPU could not be opened (${error.message}).` };
    }
    await this.#queue(async () => {
      if (this.#disposed || this.#wanted === 'cpu' || device.kind !== 'webgpu') {
        remote.close('The GPU is not used.');
        if (device.kind !== 'webgpu') this.device = { ...this.device, reason: device.reason };
      } else {
        const bytes = await this.#remote.call('save');
        await remote.call('load', { bytes }, [bytes.buffer]);
        this.#remote.close('The run moved to the GPU.');
        this.#remote = remote;
        this.device = this.#named(device);
      }
      if (!this.#disposed) this.#emit('device', this.device);
    });
  }

  #pairsForGpu() {
    return [...this.changed.filter(([name]) => name !== 'device'), ['device', this.#wanted]];
  }
}

function toPairs(options) {
  const entries = Array.isArray(options) ? options : Object.entries(options);
  return entries.map(([name, value]) => [String(name), String(value)]);
}
