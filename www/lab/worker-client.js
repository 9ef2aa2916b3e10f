// The page's side of a worker that answers calls in order.

/** @import { Bytes, Methods } from './types.js' */

import { ended } from './alive.js';
import { LabError, errorOf } from './errors.js';
import { noWorker } from './files.js';

export class WorkerClient {
  /** How long the worker took for the last answer, without its way through a busy page. */
  worked_ms = 0;
  #worker;
  #hears;
  /**
   * By the calls' numbers, in the order of the calls.
   * @type {Map<number, { method: string, resolve: (result: any) => void, reject: (error: Error) => void }>}
   */
  #pending = new Map();
  #next = 0;
  /**
   * Why nothing is answered any more.
   * @type {Error | null}
   */
  #dead = null;
  #lives = new AbortController(); // aborted when it is closed
  #spoke = false;

  /**
   * @param {Worker} worker on worker.js, which ends with this
   * @param {{ errors?: (errors: string[]) => void, progress?: (progress: Bytes) => void, ended?: (error: LabError) =>
   *   void }} hears what the device reported outside any call, bytes of the digits, and
   *   that the worker or its device ended by itself
   */
  constructor(worker, hears = {}) {
    this.#worker = worker;
    this.#hears = hears;
    worker.onmessage = ({ data }) => this.#heard(data);
    worker.onmessageerror = () => this.#end(new LabError('The worker’s answer could not be read.', { code: 'worker' }));
    worker.onerror = (event) => {
      event.preventDefault(); // or the error of a nested worker bubbles up as its parent's
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

  /**
   * @template {keyof Methods} Name
   * @param {Name} method
   * @param {Parameters<Methods[Name]>[0]} [args]
   * @param {Transferable[]} [transfer]
   * @returns {Promise<ReturnType<Methods[Name]>>}
   */
  call(method, args, transfer = []) {
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      const id = this.#next++;
      this.#worker.postMessage({ id, method, args: args ?? {} }, transfer); // what cannot be posted rejects
      this.#pending.set(id, { method, resolve, reject });
    });
  }

  /**
   * Something that needs no answer, and waits for no call.
   * @param {{ stop: number }} message
   */
  tell(message) {
    if (!this.#dead) this.#worker.postMessage(message);
  }

  /**
   * Ends the worker; calls still under way are rejected with `why`.
   * @param {Error} why
   */
  close(why) {
    if (this.#dead) return;
    this.#dead = why;
    this.#lives.abort();
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(why);
    this.#pending.clear();
  }

  #heard(data) {
    this.#spoke = true;
    if (data.alive) return this.#watch(data.alive);
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

  #watch(lock) {
    const end = () => this.#end(new LabError('The worker was ended.', { code: 'worker' }));
    void ended(lock, this.#lives.signal).then(end);
  }

  // By itself, not by its owner.
  #end(error) {
    if (this.#dead) return;
    this.close(error);
    this.#hears.ended?.(error);
  }
}
