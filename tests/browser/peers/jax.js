// jax-js: the whole step, Adam included, in one jit.

import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { BETA_1, BETA_2, EPSILON, LEARNING_RATE } from './work.js';

const LAMBDA = 1.0507009873554805;
const ALPHA = 1.6732632423543772;

const ACTIVATIONS = {
  relu: nn.relu,
  selu: (z) =>
    np.where(
      z.ref.greater(0),
      z.ref.mul(LAMBDA),
      np
        .exp(np.minimum(z, 0))
        .sub(1)
        .mul(LAMBDA * ALPHA),
    ),
  silu: (z) => z.ref.mul(nn.sigmoid(z)),
  gelu: (z) => z.ref.mul(0.5).mul(lax.erf(z.mul(Math.SQRT1_2)).add(1)),
};

export async function jaxjs({ dim, batch, activation, layers, batches }, device) {
  const there = await init(device);
  if (!there.includes(device)) throw new Error(`jax-js has no device ${device} here`);
  defaultDevice(device);
  const activate = ACTIVATIONS[activation];
  const last = layers.length - 1;

  const forward = (parameters, input) =>
    layers.reduce((x, _, k) => {
      const z = np.matmul(x, parameters[2 * k].ref).add(parameters[2 * k + 1].ref);
      return k < last ? activate(z) : z;
    }, input);
  const lossOf = (parameters, input, ut) => {
    const loss = np.mean(np.square(forward(parameters, input).sub(ut)));
    parameters.forEach((parameter) => parameter.dispose());
    return loss;
  };

  const step = jit((weights, m, v, corrections, input, ut) => {
    const [loss, gradients] = valueAndGrad(lossOf)(
      weights.map((w) => w.ref),
      input,
      ut,
    );
    const [rate, scale] = [corrections.ref.slice(0), corrections.slice(1)];
    const fresh = { w: [], m: [], v: [] };
    weights.forEach((w, p) => {
      const mean = m[p].mul(BETA_1).add(gradients[p].ref.mul(1 - BETA_1));
      const square = v[p].mul(BETA_2).add(np.square(gradients[p]).mul(1 - BETA_2));
      fresh.m.push(mean.ref);
      fresh.v.push(square.ref);
      fresh.w.push(w.sub(mean.mul(rate.ref).div(np.sqrt(square).mul(scale.ref).add(EPSILON))));
    });
    rate.dispose();
    scale.dispose();
    return [fresh.w, fresh.m, fresh.v, loss];
  });
  const euler = jit((parameters, x, t, h) => {
    const input = np.concatenate([x.ref, t], 1);
    const velocity = forward(parameters, input);
    parameters.forEach((parameter) => parameter.dispose());
    return x.add(velocity.mul(h));
  });

  const array = (values, shape) => np.array(values).reshape(shape);
  let weights = layers.flatMap(({ inputs, outputs, weight, bias }) => [
    array(weight, [inputs, outputs]),
    array(bias, [outputs]),
  ]);
  let m = weights.map((w) => np.zeros(w.shape));
  let v = weights.map((w) => np.zeros(w.shape));
  const waiting = batches.map(({ input, ut }) => [array(input, [batch, dim + 1]), array(ut, [batch, dim])]);
  let steps = 0;

  return {
    async train(count) {
      defaultDevice(device);
      let loss;
      for (let k = 0; k < count; k++) {
        const [input, ut] = waiting[steps++ % waiting.length];
        const corrections = np.array([LEARNING_RATE / (1 - BETA_1 ** steps), 1 / Math.sqrt(1 - BETA_2 ** steps)]);
        loss?.dispose();
        [weights, m, v, loss] = step(weights, m, v, corrections, input.ref, ut.ref);
      }
      return (await loss.data())[0];
    },
    async sample(points, steps) {
      defaultDevice(device);
      const rows = points.length / dim;
      let x = array(points, [rows, dim]);
      for (let k = 0; k < steps; k++) {
        x = euler(
          weights.map((w) => w.ref),
          x,
          np.full([rows, 1], k / steps),
          np.array(1 / steps),
        );
      }
      return x.data();
    },
  };
}
