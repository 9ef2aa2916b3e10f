// What a reader brings for the shape `points`, in the form that the wasm module takes: `{ csv }`,
// `{ values: Float64Array, dim, inPlace }`, `{ values: Float32Array, dim, mean, std }` or `{ values, width, height }`.

/** @import { End, Given, Read, ReadableFile } from './types.js' */

import { LabError } from './errors.js';

const EXPECTED = 'give CSV text, an array of numbers, two a point, { values, dim }, a file, or a picture';

/**
 * @param {End} end
 * @param {Given | null | undefined} data CSV text; numbers, two a point; `{ values, dim }`, which `inPlace` keeps from
 *   being standardised; a grey raster `{ values, width, height }`; a picture: ImageData, ImageBitmap; or a Blob, which
 *   is a picture or CSV by its bytes
 * @param {(file: ReadableFile) => Promise<Read>} read what the worker makes of a file or a picture
 * @returns {Promise<Read | undefined>}
 */
export async function readPoints(end, data, read) {
  if (data === undefined || data === null) return undefined;
  try {
    return await given(data, read);
  } catch (error) {
    throw new LabError(`${end}: ${error.message}`, { code: 'input', option: end });
  }
}

/**
 * @param {any} data may be anything: callers come from outside
 * @param {(file: ReadableFile) => Promise<Read>} read
 * @returns {Promise<Read>}
 */
async function given(data, read) {
  if (typeof data === 'string') return { csv: data };
  if (typeof data.csv === 'string') return { csv: data.csv }; // as `lab.given` has it
  if (data instanceof Blob || data instanceof ImageBitmap) return read(data);
  if (data.data && data.width)
    return read({ data: Uint8ClampedArray.from(data.data), width: data.width, height: data.height });
  // Doubles: of large numbers, as on a map, the last digits tell points apart.
  if (typeof data.length === 'number') return { values: Float64Array.from(data), dim: 2 };
  if (data.values && data.width)
    return { values: Float32Array.from(data.values), width: data.width, height: data.height };
  if (data.values && data.mean) return data; // out of a saved run
  if (data.values)
    return { values: Float64Array.from(data.values), dim: data.dim ?? 2, inPlace: Boolean(data.inPlace) };
  throw new Error(`this cannot be read as points: ${EXPECTED}`);
}
