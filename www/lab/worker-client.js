// The page's side of a worker that answers calls in order.

export class WorkerClient {
  /** How long the worker took for the last answer, without its way through a busy page. */
  worked_ms = 0;
  #worker;
  #pending = new Map();
  #next = 0;
  #dead = null;

  /**
   * @param {Worker} worker on worker.js, which ends with this
   * @param {(errors: string[]) => void} onErrors what the device reported, outside any call
   * @param {(progress: { loaded: number, total: number }) => void} onProgress bytes of the digits
   */
  constructor(worker, onErrors = () => {}, onProgress = () => {}) {
    this.#worker = worker;
    this.#worker.onmessage = ({ data }) => {
      if (data.errors) return onErrors(data.errors);
      if (data.progress) return onProgress(data.progress);
      const { resolve, reject } = this.#pending.get(data.id);
      this.#pending.delete(data.id);
      this.worked_ms = data.ms;
      if (data.error === undefined) return resolve(data.result);
      if (!data.fatal) return reject(new Error(data.error));
      this.close(`The worker stopped (${data.error}). Reload the page: its address keeps every choice.`);
      reject(new Error(this.#dead));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault(); // else a helper's end would be told to whom it helps as its own
      this.close(`The worker stopped: ${event.message || 'its script could not be loaded'}`);
    };
  }

  get closed() {
    return this.#dead;
  }

  call(method, args = {}, transfer = []) {
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(new Error(this.#dead));
      const id = this.#next++;
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, args }, transfer);
    });
  }

  /** Ends the worker; calls still under way are rejected with `why`. */
  close(why) {
    this.#dead ??= why;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(new Error(this.#dead));
    this.#pending.clear();
  }
}
