// The work that every peer does: the same network, initial weights, batches and optimiser (Adam, 1e-3).

export const LEARNING_RATE = 1e-3;
export const BETA_1 = 0.9;
export const BETA_2 = 0.999;
export const EPSILON = 1e-8;
const BATCHES = 8;

/** mulberry32: small, seeded, good enough for a benchmark's data. */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @param {{ dim: number, width: number, depth: number, batch: number, activation: string }} network
 * @returns layers `{ inputs, outputs, weight, bias }` and batches `{ input: x and t side by side, ut }`, the same for
 *   every call
 */
export function workOf({ dim, width, depth, batch, activation }) {
  const draw = uniform(7);
  const filled = (n, size) => Float32Array.from({ length: n }, () => size * (2 * draw() - 1));
  const sizes = [dim + 1, ...Array(depth).fill(width), dim];
  const layers = sizes.slice(1).map((outputs, k) => {
    const [inputs, bound] = [sizes[k], 1 / Math.sqrt(sizes[k])];
    return { inputs, outputs, weight: filled(inputs * outputs, bound), bias: filled(outputs, bound) };
  });
  const batches = Array.from({ length: BATCHES }, () => {
    const input = filled(batch * (dim + 1), 2);
    for (let row = 0; row < batch; row++) input[row * (dim + 1) + dim] = draw();
    return { input, ut: filled(batch * dim, 2) };
  });
  return { dim, batch, activation, layers, batches };
}
