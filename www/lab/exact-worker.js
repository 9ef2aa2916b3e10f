// A worker for what needs no network, only the options and the given points: the exact velocity, the loss floor, the
// cost of pairing. Some of it takes seconds, and training goes on meanwhile.

export class ExactWorker {
  /** Whether it could not be started, or has ended: another one must be asked. */
  failed = false;
  #client = null;
  #ready;
  #closed = null;

  /** @param {Promise<import('./worker-client.js').WorkerClient>} client with its module */
  constructor(client, pairs, given) {
    // The network is not asked: it is made as small as it can be.
    const small = [...pairs.filter(([name]) => name !== 'device'), ['device', 'cpu'], ['width', '1'], ['depth', '1']];
    this.#ready = this.#open(client, { pairs: small, given, reason: 'The exact field is worked out on the CPU.' });
    this.#ready.catch(() => (this.failed = true)); // each question hears of it
  }

  async #open(client, run) {
    this.#client = await client;
    if (this.#closed) this.#client.close(this.#closed);
    await this.#client.call('open', run);
  }

  async ask(method, args) {
    await this.#ready;
    try {
      return await this.#client.call(method, args);
    } finally {
      this.failed ||= Boolean(this.#client.closed);
    }
  }

  close(why) {
    this.#closed ??= why;
    this.#client?.close(why);
  }
}
