// Hears of the GPU inside the worker. wgpu asks the browser for it and keeps it, so we listen at the browser's own
// methods: to bound the wait for an answer that never comes, and to hear of a device that is lost.

import { within } from './within.js';

const WAIT_MS = 15_000;

/** What the browser was asked for last without an answer in time; empty where it answers. */
export let silence = '';

/** @param {(why: string) => void} lost hears that a device is gone */
export function watchGpu(lost) {
  bound(self.GPU?.prototype, 'requestAdapter', 'a GPU adapter', () => null);
  bound(
    self.GPUAdapter?.prototype,
    'requestDevice',
    'a GPU device',
    (error) => {
      throw error;
    },
    (device) =>
      void device.lost.then(({ reason, message }) => lost(message || reason || 'the browser does not say why')),
  );
}

/**
 * Bounds how long a method of the browser may take to answer.
 * @param {any} prototype undefined where the browser has none
 * @param {string} name
 * @param {string} what it is asked for
 * @param {(error: Error) => unknown} late what it answers when it takes longer
 * @param {(found: any) => void} [heard]
 */
function bound(prototype, name, what, late, heard = () => {}) {
  const ask = prototype?.[name];
  if (!ask) return;
  prototype[name] = async function (...args) {
    silence = '';
    try {
      const found = await within(WAIT_MS, ask.apply(this, args));
      if (found) heard(found);
      return found;
    } catch (error) {
      if (!error.late) throw error;
      silence = `the browser did not answer within ${WAIT_MS / 1000} s when it was asked for ${what}`;
      return late(error);
    }
  };
}
