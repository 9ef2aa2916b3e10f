// All peers by name; what the bench's page imports.

import { jaxjs } from './jax.js';
import { matrixPeak } from './peak.js';
import { plain } from './plain.js';
import { tfjs } from './tfjs.js';
import { workOf } from './work.js';

const PEERS = {
  'plain JS': plain,
  'TF.js cpu': (work) => tfjs(work, 'cpu'),
  'TF.js wasm': (work) => tfjs(work, 'wasm'),
  'TF.js webgl': (work) => tfjs(work, 'webgl'),
  'TF.js webgpu': (work) => tfjs(work, 'webgpu'),
  'jax-js wasm': (work) => jaxjs(work, 'wasm'),
  'jax-js webgpu': (work) => jaxjs(work, 'webgpu'),
};

export { matrixPeak };

/** A trainer `{ train(count) → loss, sample(x, steps) → points }` of the library `name`. */
export const create = (name, network) => PEERS[name](workOf(network));
