// A worker that ends without a word, by a developer's tool or for want of memory, fires no event. A lock that it holds
// as long as it lives is free then. Where a page gets no locks, as over plain http, such an end is not noticed.

/**
 * In the worker: holds a lock for good, and tells its name.
 * @param {(name: string) => void} tell
 */
export function live(tell) {
  const name = `flow-lab ${Math.random()}`;
  const held = () => {
    tell(name);
    return /** @type {Promise<never>} */ (new Promise(() => {}));
  };
  navigator.locks?.request(name, held).catch(() => {}); // a frame of no origin may have none
}

/**
 * Beside the worker: resolves when the holder of the lock has ended, never once `signal` is aborted.
 * @param {string} name
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function ended(name, signal) {
  return new Promise((done) => {
    navigator.locks.request(name, { signal }, () => done()).catch(() => {});
  });
}
