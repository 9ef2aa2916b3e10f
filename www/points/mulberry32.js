// Random numbers that are the same in every browser.

/**
 * Uniform numbers in [0, 1), by whole-number arithmetic alone (Tommy Ettinger's mulberry32).
 * @param {number} state a whole number of 32 bits
 */
export function mulberry32(state) {
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}
