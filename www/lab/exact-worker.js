// A worker for what needs no network, only the options and the given points: the exact velocity, the loss floor, the
// cost of pairing. Some of it takes seconds, and training goes on meanwhile.

/** @import { Methods, Pair, DataRead, RunOf } from './types.js' */
/** @import { WorkerClient } from './worker-client.js' */

export class ExactWorker {
  /** Whether it could not be started, or has ended: another one must be asked. */
  failed = false;
  /** @type {WorkerClient | null} */
  #client = null;
  #ready;
  /** @type {Error | null} */
  #closed = null;

  /**
   * @param {Promise<WorkerClient>} client with its module
   * @param {Pair[]} pairs
   * @param {DataRead} given
   */
  constructor(client, pairs, given) {
    // The network is not asked: it is made as small as it can be.
    /** @type {Pair[]} */
    const small = [...pairs.filter(([name]) => name !== 'device'), ['device', 'cpu'], ['width', '1'], ['depth', '1']];
    this.#ready = this.#open(client, { pairs: small, given, reason: 'The exact field is worked out on the CPU.' });
    this.#ready.catch(() => (this.failed = true)); // each question hears of it
  }

  /**
   * @param {Promise<WorkerClient>} start
   * @param {RunOf} run
   */
  async #open(start, run) {
    const client = await start;
    this.#client = client;
    if (this.#closed) client.close(this.#closed);
    await client.call('open', run);
    return client;
  }

  /**
   * @template {keyof Methods} Name
   * @param {Name} method
   * @param {Parameters<Methods[Name]>[0]} [args]
   */
  async ask(method, args) {
    const client = await this.#ready;
    try {
      return await client.call(method, args);
    } finally {
      this.failed ||= Boolean(client.closed);
    }
  }

  /** @param {Error} why */
  close(why) {
    this.#closed ??= why;
    this.#client?.close(why);
  }
}
