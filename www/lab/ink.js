// A picture as ink: how much each pixel stands out from the ground. Where there is more ink, there are more points.

const SIDE_MAX_PX = 200;
const LEVELS = 4; // of grey: equal neighbours are one part of the exact field, whose cost is the number of parts
const CONTRAST_MIN = 0.05; // between ground and ink, of black to white

/** @returns {Promise<{ values: Float32Array, width: number, height: number }>} 0 for the ground to 1, row 0 on top */
export async function inkOf(picture) {
  const { data, width, height } = await pixelsOf(picture);
  const bright = (k) => (0.2126 * data[4 * k] + 0.7152 * data[4 * k + 1] + 0.0722 * data[4 * k + 2]) / 255;
  const alpha = (k) => data[4 * k + 3] / 255;
  const all = Array.from({ length: width * height }, (_, k) => k);
  const border = all.filter(
    (k) => k % width === 0 || k % width === width - 1 || k < width || k >= width * (height - 1),
  );
  const cover = (pixels) => pixels.reduce((sum, k) => sum + alpha(k), 0);
  const mean = (pixels) => pixels.reduce((sum, k) => sum + alpha(k) * bright(k), 0) / cover(pixels);
  const transparent = cover(border) < 0.5 * border.length;
  const ground = transparent ? (mean(all) < 0.5 ? 1 : 0) : mean(border);
  const sign = ground >= 0.5 ? -1 : 1; // dark ink on a light ground, or light on dark
  const ink = all.map((k) => alpha(k) * Math.max(0, sign * (bright(k) - ground)));
  const most = ink.reduce((a, b) => Math.max(a, b), 0);
  if (!(most >= CONTRAST_MIN)) throw new Error('the picture is blank: every pixel is about as bright as its border');
  return { values: Float32Array.from(ink, (value) => Math.round((LEVELS * value) / most) / LEVELS), width, height };
}

/** The picture's pixels, red, green, blue, alpha; shrunk where a side is longer than SIDE_MAX_PX. */
async function pixelsOf(picture) {
  const bitmap = await bitmapOf(picture);
  const scale = Math.min(1, SIDE_MAX_PX / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no canvas to read the picture with: close other tabs');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return { data: context.getImageData(0, 0, width, height).data, width, height };
}

async function bitmapOf(picture) {
  if (picture instanceof ImageBitmap) return picture;
  try {
    const { data, width, height } = picture;
    return await createImageBitmap(
      picture instanceof Blob ? picture : new ImageData(Uint8ClampedArray.from(data), width, height),
    );
  } catch {
    throw new Error(
      'the picture could not be read: give a whole PNG, JPEG, GIF or WebP, or red, green, ' +
        'blue and alpha of every pixel',
    );
  }
}
