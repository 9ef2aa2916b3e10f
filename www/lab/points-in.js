// What a reader brings for the shape `points`, in the form that the wasm module takes:
// `{ csv }`, `{ values, dim, inPlace }` or `{ values, width, height }`.

/** @import { DataRead, End, Given, Read } from './types.js' */

import { LabError } from './errors.js';
import { inkOf } from './ink.js';

const EXPECTED = 'give CSV text, an array of numbers, two a point, { values, dim }, or a picture';

/**
 * @param {End} end
 * @param {Given | null | undefined} data CSV text; numbers, two a point; `{ values, dim }`, which `inPlace` keeps from
 *   being standardised; a grey raster `{ values, width, height }`; or a picture: ImageData, ImageBitmap, or a Blob of
 *   an image (a Blob of anything else is CSV)
 * @returns {Promise<Read | undefined>}
 */
export async function readPoints(end, data) {
  if (data === undefined || data === null) return undefined;
  try {
    return await given(data);
  } catch (error) {
    throw new LabError(`${end}: ${error.message}`, { code: 'input', option: end });
  }
}

/**
 * @param {any} data may be anything: callers come from outside
 * @returns {Promise<Read>}
 */
async function given(data) {
  if (typeof data === 'string') return { csv: data };
  if (data instanceof Blob && !data.type.startsWith('image/')) return { csv: await data.text() };
  if (data instanceof Blob || data instanceof ImageBitmap || (data.data && data.width)) return inkOf(data);
  if (typeof data.length === 'number') return { values: Float32Array.from(data), dim: 2 };
  if (data.values && data.width)
    return { values: Float32Array.from(data.values), width: data.width, height: data.height };
  if (data.values)
    return { values: Float32Array.from(data.values), dim: data.dim ?? 2, inPlace: Boolean(data.inPlace) };
  throw new Error(`this cannot be read as points: ${EXPECTED}`);
}

/**
 * The points and pictures inside a saved run, so that it can be restarted with other options.
 * @param {Uint8Array} bytes a whole safetensors file of ours; its layout is that of src/store.rs
 * @returns {DataRead}
 */
export function givenIn(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  const tensor = (name) => {
    if (!header[name]) return undefined;
    const [start, end] = header[name].data_offsets.map((offset) => 8 + headerLength + offset);
    return { shape: header[name].shape, values: new Float32Array(bytes.slice(start, end).buffer) };
  };
  const of = (end) => {
    const raster = tensor(`${end}.raster`);
    if (raster) return { values: raster.values, width: raster.shape[1], height: raster.shape[0] };
    const [points, standard] = [tensor(`${end}.points`), tensor(`${end}.standard`)];
    if (!points || !standard) return undefined;
    // Back to the reader's own units: they are standardised again when a run starts.
    const dim = points.shape[1];
    const inPlace = standard.values.every((value, k) => value === (k < dim ? 0 : 1));
    if (inPlace) return { values: points.values, dim, inPlace };
    return { values: points.values.map((x, i) => x * standard.values[dim] + standard.values[i % dim]), dim };
  };
  return { source: of('source'), target: of('target') };
}
