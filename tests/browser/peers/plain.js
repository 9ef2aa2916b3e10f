// A trainer in plain JavaScript on typed arrays, written with care: rows of a batch one after the other, innermost
// loops over contiguous memory, nothing allocated in a step.

import { BETA_1, BETA_2, EPSILON, LEARNING_RATE } from './work.js';

const LAMBDA = 1.0507009873554805;
const ALPHA = 1.6732632423543772;

/** Abramowitz and Stegun 7.1.26 for Φ, with its density. */
function gelu(z, out, slope, i) {
  const e = Math.exp(-0.5 * z * z);
  const t = 1 / (1 + 0.2316418881 * Math.abs(z));
  const tail =
    0.5 * t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * e;
  const below = z < 0 ? tail : 1 - tail;
  out[i] = z * below;
  slope[i] = below + z * e * 0.3989422804;
}

const ACTIVATIONS = {
  relu(z, out, slope, i) {
    out[i] = z > 0 ? z : 0;
    slope[i] = z > 0 ? 1 : 0;
  },
  selu(z, out, slope, i) {
    const e = z > 0 ? 0 : LAMBDA * ALPHA * Math.exp(z);
    out[i] = z > 0 ? LAMBDA * z : e - LAMBDA * ALPHA;
    slope[i] = z > 0 ? LAMBDA : e;
  },
  silu(z, out, slope, i) {
    const s = 1 / (1 + Math.exp(-z));
    out[i] = z * s;
    slope[i] = s + z * s * (1 - s);
  },
  gelu,
};

/** out ← input · weight + bias, row by row. */
function product(input, { inputs, outputs, weight, bias }, rows, out) {
  for (let row = 0; row < rows; row++) {
    const from = row * inputs;
    const to = row * outputs;
    for (let o = 0; o < outputs; o++) out[to + o] = bias[o];
    for (let i = 0; i < inputs; i++) {
      const x = input[from + i];
      const w = i * outputs;
      for (let o = 0; o < outputs; o++) out[to + o] += x * weight[w + o];
    }
  }
}

export async function plain({ dim, batch, activation, layers, batches }) {
  const activate = ACTIVATIONS[activation];
  const room = () => layers.map(({ outputs }) => new Float32Array(outputs * batch));
  const [values, slopes, gradients] = [room(), room(), room()];
  const parameters = layers.flatMap(({ weight, bias }) => [weight, bias].map((value) => value.slice()));
  const mine = layers.map((layer, k) => ({ ...layer, weight: parameters[2 * k], bias: parameters[2 * k + 1] }));
  const zeros = () => parameters.map((value) => new Float32Array(value.length));
  const [found, m, v] = [zeros(), zeros(), zeros()];
  let steps = 0;

  function forward(input, rows) {
    for (let k = 0; k < mine.length; k++) {
      const out = values[k];
      product(k ? values[k - 1] : input, mine[k], rows, out);
      if (k + 1 < mine.length) for (let i = 0; i < rows * mine[k].outputs; i++) activate(out[i], out, slopes[k], i);
    }
    return values.at(-1);
  }

  function backward(input, ut) {
    const last = mine.length - 1;
    let sum = 0;
    for (let i = 0; i < ut.length; i++) {
      const error = values[last][i] - ut[i];
      sum += error * error;
      gradients[last][i] = (2 * error) / ut.length;
    }
    for (let k = last; k >= 0; k--) {
      const { inputs, outputs, weight } = mine[k];
      const [dw, db, z] = [found[2 * k].fill(0), found[2 * k + 1].fill(0), gradients[k]];
      const x = k ? values[k - 1] : input;
      for (let row = 0; row < batch; row++) {
        const [from, to] = [row * inputs, row * outputs];
        for (let o = 0; o < outputs; o++) db[o] += z[to + o];
        for (let i = 0; i < inputs; i++) {
          const a = x[from + i];
          const w = i * outputs;
          for (let o = 0; o < outputs; o++) dw[w + o] += a * z[to + o];
        }
        if (!k) continue;
        for (let i = 0; i < inputs; i++) {
          const w = i * outputs;
          let g = 0;
          for (let o = 0; o < outputs; o++) g += z[to + o] * weight[w + o];
          gradients[k - 1][from + i] = g * slopes[k - 1][from + i];
        }
      }
    }
    return sum / ut.length;
  }

  function adam() {
    steps++;
    const rate = LEARNING_RATE / (1 - BETA_1 ** steps);
    const scale = 1 / Math.sqrt(1 - BETA_2 ** steps);
    parameters.forEach((w, p) => {
      const [g, mp, vp] = [found[p], m[p], v[p]];
      for (let i = 0; i < w.length; i++) {
        mp[i] = BETA_1 * mp[i] + (1 - BETA_1) * g[i];
        vp[i] = BETA_2 * vp[i] + (1 - BETA_2) * g[i] * g[i];
        w[i] -= (rate * mp[i]) / (Math.sqrt(vp[i]) * scale + EPSILON);
      }
    });
  }

  return {
    async train(count) {
      let loss;
      for (let k = 0; k < count; k++) {
        const { input, ut } = batches[steps % batches.length];
        forward(input, batch);
        loss = backward(input, ut);
        adam();
      }
      return loss;
    },
    async sample(x, steps) {
      const input = new Float32Array(batch * (dim + 1));
      for (let k = 0; k < steps; k++) {
        for (let start = 0; start < x.length; start += batch * dim) {
          const rows = Math.min(batch, (x.length - start) / dim);
          for (let row = 0; row < rows; row++) {
            for (let d = 0; d < dim; d++) input[row * (dim + 1) + d] = x[start + row * dim + d];
            input[row * (dim + 1) + dim] = k / steps;
          }
          const velocity = forward(input, rows);
          for (let i = 0; i < rows * dim; i++) x[start + i] += velocity[i] / steps;
        }
      }
      return x;
    },
  };
}
