// Where the worker, the wasm of each build and the digits lie, and what is said where one of them does not. A module is
// compiled once, and posted to every worker that wants it.

import { LabError } from './errors.js';

const BROWSERS = 'Chrome and Edge from 91, Firefox from 114 and Safari from 16.4 can';
const MAGIC = [0, 97, 115, 109]; // '\0asm'
/** A function that makes one vector of 128 bits: valid where there is SIMD. */
const SIMD = Uint8Array.of(
  ...[...MAGIC, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);
const WORDS = { gpu: 'the file for the GPU', burn: 'the file with burn' };
const STATES = {
  building: 'is still being built: begin again in a few minutes',
  failed: 'could not be built on this server',
};

/**
 * By their addresses.
 * @type {Map<string, Promise<WebAssembly.Module>>}
 */
const compiled = new Map();

export class Files {
  /**
   * @param {string} base the address that they lie beside
   * @param {{ worker?: string, digits?: string, cpu?: string, gpu?: string, burn?: string }} given other addresses: of
   *   the script, of the pack, and of the folder of each build
   */
  constructor(base, given = {}) {
    const unknown = Object.keys(given).find((name) => !['worker', 'digits', 'cpu', 'gpu', 'burn'].includes(name));
    if (unknown)
      throw new LabError(`files.${unknown}: there is no such file; there are worker, cpu, gpu, burn and digits`, {
        code: 'input',
      });
    this.base = base;
    this.given = given;
  }

  get digits() {
    return this.#at(this.given.digits ?? 'digits.gz');
  }

  folder(build) {
    return this.#at(`${this.given[build] ?? `wasm/${build}`}/`.replace(/\/+$/, '/'));
  }

  /** @returns {Promise<WebAssembly.Module>} */
  module(build) {
    const address = `${this.folder(build)}flow_lab_bg.wasm`;
    const known = compiled.get(address);
    if (known) return known;
    const module = compile(address);
    compiled.set(address, module);
    module.catch(() => compiled.delete(address)); // the next who asks tries again
    return module;
  }

  /** Why a build's file cannot be had; empty where it can. The builder writes down how far each of them is. */
  async whyMissing(build) {
    if (build === 'cpu' || this.given[build]) return '';
    let states;
    try {
      const answer = await fetch(this.#at('wasm/files.json'), { cache: 'no-cache' });
      states = answer.ok ? await answer.json() : {};
    } catch {
      states = {};
    }
    return states[build] === 'here' ? '' : `${WORDS[build]} ${STATES[states[build]] ?? 'is not on this server'}`;
  }

  #at(path) {
    return new URL(path, this.base).href;
  }
}

async function compile(address) {
  const name = address.split('/').slice(-3).join('/');
  const missing = (why) => new LabError(`${name} ${why}`, { code: 'missing' });
  const unsupported = (why) => new LabError(`${why} ${BROWSERS}.`, { code: 'unsupported' });
  if (typeof WebAssembly === 'undefined') throw unsupported('This browser cannot run WebAssembly.');
  if (!WebAssembly.validate(SIMD)) throw unsupported('This browser’s WebAssembly has no SIMD, which trains here.');
  let answer;
  try {
    answer = await fetch(address);
  } catch {
    throw missing('could not be loaded: is the network there?');
  }
  if (!answer.ok) throw missing(`is not on this server (it answers ${answer.status}).`);
  try {
    // A host that does not know the type of the file sends it as anything.
    if (answer.headers.get('content-type')?.startsWith('application/wasm'))
      return await WebAssembly.compileStreaming(answer);
    const bytes = await answer.arrayBuffer();
    if (!MAGIC.every((byte, k) => byte === new Uint8Array(bytes)[k]))
      throw missing('is not on this server: a page came in its place.');
    return await WebAssembly.compile(bytes);
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (!(error instanceof WebAssembly.CompileError))
      throw missing(`broke off while it was loaded (${error.message}).`);
    if (/magic/i.test(error.message)) throw missing('is not on this server: something else came in its place.');
    throw unsupported(`This browser cannot run ${name} (${error.message}).`);
  }
}

/** Where a worker's script could not be run. */
export const noWorker = (why) =>
  new LabError(`The worker’s script could not be run (${why}). ${BROWSERS} run it.`, { code: 'missing' });
