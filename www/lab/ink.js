// In the worker: files and pictures, decoded by the browser. What their pixels mean, the module says, as it does on the
// command line: src/data/given/picture.rs.

/** @import { Read, ReadableFile } from './types.js' */

const STRIP = 1 << 20; // pixels handed over at a time; some phones have no canvas of more than 16 million

/**
 * @param {any} wasm the module
 * @param {ReadableFile} file
 * @returns {Promise<Read>} `{ csv }` or `{ values, width, height }`, as src/web/given.rs takes them
 */
export async function readFile(wasm, file) {
  if (!(file instanceof Blob)) return inkOf(wasm, await bitmapOf(file));
  const most = wasm.bytesMax();
  if (file.size > most)
    throw new Error(`the file is longer than ${most / 2 ** 20} MB, the most that is read: give a smaller one`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  // By its bytes, not by its type: a file of no type may be a picture.
  if (wasm.isPicture(bytes) || file.type.startsWith('image/')) return inkOf(wasm, await bitmapOf(file));
  return { csv: wasm.textOf(bytes) };
}

/** @param {ImageBitmap} bitmap */
function inkOf(wasm, bitmap) {
  const { width, height } = bitmap;
  const ink = new wasm.Ink(width, height);
  try {
    const rows = Math.max(1, Math.floor(STRIP / width));
    const canvas = new OffscreenCanvas(width, Math.min(rows, height));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('this browser gives no canvas to read the picture with: close other tabs');
    for (let top = 0; top < height; top += rows) {
      const few = Math.min(rows, height - top);
      context.clearRect(0, 0, width, few);
      context.drawImage(bitmap, 0, top, width, few, 0, 0, width, few);
      ink.addRows(context.getImageData(0, 0, width, few).data);
    }
    return ink.raster();
  } finally {
    ink.free();
    bitmap.close();
  }
}

async function bitmapOf(file) {
  try {
    const pixels = 'data' in file ? new ImageData(file.data, file.width, file.height) : file;
    // The file's own numbers, as the command line has them, and not what a screen would make of them.
    return await createImageBitmap(pixels, { colorSpaceConversion: 'none' });
  } catch {
    throw new Error(
      'the picture could not be read: give a whole PNG, JPEG, GIF or WebP, or red, green, ' +
        'blue and alpha of every pixel',
    );
  }
}
