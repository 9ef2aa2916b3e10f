// The fastest matrix product that a peer gets out of a device.

import { defaultDevice, init, numpy as np } from '@jax-js/jax';
import * as tf from '@tensorflow/tfjs-core';

const SIDE = 512;
const TRIES = 5;

async function tfjs(backend) {
  await tf.setBackend(backend);
  const [a, b] = [tf.ones([SIDE, SIDE]), tf.ones([SIDE, SIDE])];
  return async () => {
    const c = tf.matMul(a, b);
    await c.data();
    c.dispose();
  };
}

async function jaxjs(device) {
  await init(device);
  defaultDevice(device);
  const [a, b] = [np.ones([SIDE, SIDE]), np.ones([SIDE, SIDE])];
  return () => np.matmul(a.ref, b.ref).data();
}

/** Multiplications and additions a second of a product of two 512×512 matrices, the best of these peers' best tries. */
export async function matrixPeak(peers) {
  let best = 0;
  for (const name of peers) {
    const [library, device] = name.split(' ');
    try {
      const product = await { 'TF.js': tfjs, 'jax-js': jaxjs }[library](device);
      for (let k = 0; k < TRIES; k++) {
        const start = performance.now();
        await product();
        best = Math.max(best, (2 * SIDE ** 3) / (1e-3 * (performance.now() - start)));
      }
    } catch {
      // Whoever cannot says so in its own row.
    }
  }
  return best;
}
