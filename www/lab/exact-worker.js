// A worker for what needs no network, only the options and the given points: the exact velocity, the loss floor, the
// cost of pairing. Some of it takes seconds, and training goes on meanwhile.

import { WorkerClient } from './worker-client.js';

export class ExactWorker {
  #remote;
  #ready;

  constructor(worker, pairs, given) {
    this.#remote = new WorkerClient(worker);
    // The network is not asked: it is made as small as it can be.
    const small = [...pairs.filter(([name]) => name !== 'device'), ['device', 'cpu'], ['width', '1'], ['depth', '1']];
    this.#ready = this.#remote
      .call('fetch', { build: 'cpu' })
      .then(() =>
        this.#remote.call('open', { pairs: small, given, reason: 'The exact field is worked out on the CPU.' }),
      );
    this.#ready.catch(() => {}); // each question hears of it
  }

  async ask(method, args) {
    await this.#ready;
    return this.#remote.call(method, args);
  }

  close(why) {
    this.#remote.close(why);
  }
}
