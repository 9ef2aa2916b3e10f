// The page's side of a worker that answers calls in order.

import { ended } from './alive.js';
import { LabError, errorOf } from './errors.js';
import { noWorker } from './files.js';

export class WorkerClient {
  /** How long the worker took for the last answer, without its way through a busy page. */
  worked_ms = 0;
  #worker;
  #hears;
  #pending = new Map(); // id ↦ { method, resolve, reject }, in the order of the calls
  #next = 0;
  #dead = null; // why nothing is answered any more
  #lives = new AbortController(); // aborted when it is closed
  #spoke = false;

  /**
   * @param {Worker} worker on worker.js, which ends with this
   * @param {{ errors?: (errors: string[]) => void, progress?: (progress: { loaded: number, total: number }) => void,
   *   ended?: (error: LabError) => void }} hears what the device reported outside any call, bytes of the digits, and
   *   that the worker or its device ended by itself
   */
  constructor(worker, hears = {}) {
    [this.#worker, this.#hears] = [worker, hears];
    worker.onmessage = ({ data }) => this.#heard(data);
    worker.onmessageerror = () => this.#end(new LabError('The worker’s answer could not be read.', { code: 'worker' }));
    worker.onerror = (event) => {
      event.preventDefault(); // else a helper's end would be told to whom it helps as its own
      if (!this.#spoke) return this.#end(noWorker(event.message || 'it could not be loaded'));
      this.#end(new LabError(`The worker stopped (${event.message || 'it does not say why'}).`, { code: 'worker' }));
    };
  }

  /** The error that ended it; null while it lives. */
  get closed() {
    return this.#dead;
  }

  /** The call that it is at, `{ method }`, or undefined: the same object as long as it is the same call. */
  get busy() {
    return this.#pending.values().next().value;
  }

  call(method, args = {}, transfer = []) {
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      const id = this.#next++;
      this.#worker.postMessage({ id, method, args }, transfer); // what cannot be posted rejects
      this.#pending.set(id, { method, resolve, reject });
    });
  }

  /** Something that needs no answer, and waits for no call. */
  tell(message) {
    if (!this.#dead) this.#worker.postMessage(message);
  }

  /** Ends the worker; calls still under way are rejected with `why`. */
  close(why) {
    if (this.#dead) return;
    this.#dead = why;
    this.#lives.abort();
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(this.#dead);
    this.#pending.clear();
  }

  #heard(data) {
    this.#spoke = true;
    if (data.alive) return void this.#watch(data.alive);
    if (data.errors) return this.#hears.errors?.(data.errors);
    if (data.progress) return this.#hears.progress?.(data.progress);
    if (data.lost) return this.#end(new LabError(`The GPU was lost (${data.lost}).`, { code: 'device' }));
    const call = this.#pending.get(data.id);
    if (!call) return;
    if (data.fatal) return this.#end(new LabError(`The worker stopped (${data.error.message}).`, { code: 'worker' }));
    this.#pending.delete(data.id);
    this.worked_ms = data.ms;
    if (data.error) call.reject(errorOf(data.error));
    else call.resolve(data.result);
  }

  async #watch(lock) {
    await ended(lock, this.#lives.signal);
    this.#end(new LabError('The worker was ended.', { code: 'worker' }));
  }

  // By itself, not by its owner.
  #end(error) {
    if (this.#dead) return;
    this.close(error);
    this.#hears.ended?.(error);
  }
}
