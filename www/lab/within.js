// A bounded wait.

/**
 * What `promise` comes to; after so many ms, rejects with an error whose `late` is true.
 * @template Result
 * @param {number} ms
 * @param {Promise<Result>} promise
 * @returns {Promise<Result>}
 */
export function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(`no answer within ${ms / 1000} s`), { late: true })), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
