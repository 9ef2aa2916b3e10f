// TensorFlow.js: its core with its own Adam, on one of its four backends. Batches wait on the device.

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { BETA_1, BETA_2, EPSILON, LEARNING_RATE } from './work.js';

const ACTIVATIONS = {
  relu: tf.relu,
  selu: tf.selu,
  silu: (z) => tf.mul(z, tf.sigmoid(z)),
  gelu: (z) => tf.mul(tf.mul(z, 0.5), tf.add(tf.erf(tf.mul(z, Math.SQRT1_2)), 1)),
};

export async function tfjs({ dim, batch, activation, layers, batches }, backend) {
  setWasmPaths('/peers/');
  // One page holds trainers on several backends, which take turns.
  const turn = async () => {
    if (!(await tf.setBackend(backend))) throw new Error(`TF.js has no backend ${backend} here`);
  };
  await turn();
  const activate = ACTIVATIONS[activation];
  const variables = layers.map(({ inputs, outputs, weight, bias }) => [
    tf.variable(tf.tensor2d(weight, [inputs, outputs])),
    tf.variable(tf.tensor1d(bias)),
  ]);
  const waiting = batches.map(({ input, ut }) => [tf.tensor2d(input, [batch, dim + 1]), tf.tensor2d(ut, [batch, dim])]);
  const optimiser = tf.train.adam(LEARNING_RATE, BETA_1, BETA_2, EPSILON);
  let steps = 0;

  const forward = (input) =>
    variables.reduce((x, [weight, bias], k) => {
      const z = tf.add(tf.matMul(x, weight), bias);
      return k + 1 < variables.length ? activate(z) : z;
    }, input);

  return {
    async train(count) {
      await turn();
      let loss;
      for (let k = 0; k < count; k++) {
        const [input, ut] = waiting[steps++ % waiting.length];
        loss?.dispose();
        loss = optimiser.minimize(() => tf.mean(tf.square(tf.sub(forward(input), ut))), true);
      }
      const [value] = await loss.data();
      loss.dispose();
      return value;
    },
    async sample(x, steps) {
      await turn();
      const rows = x.length / dim;
      let state = tf.tensor2d(x, [rows, dim]);
      for (let k = 0; k < steps; k++) {
        const next = tf.tidy(() => {
          const input = tf.concat([state, tf.fill([rows, 1], k / steps)], 1);
          return tf.add(state, tf.div(forward(input), steps));
        });
        state.dispose();
        state = next;
      }
      const points = await state.data();
      state.dispose();
      return points;
    },
  };
}
