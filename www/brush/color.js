// Colours as numbers.

import { contextOf } from './context.js';

/**
 * A colour of CSS as three numbers from 0 to 1; its alpha is left out.
 * @param {string} color
 * @returns {number[]}
 */
export function channels(color) {
  const text = color.trim();
  const [, hex] = /^#([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.exec(text) ?? [];
  if (hex) {
    const size = hex.length < 6 ? 1 : 2;
    return [0, 1, 2].map((k) => parseInt(hex.slice(k * size, (k + 1) * size).padStart(2, hex[k]), 16) / 255);
  }
  const [, rgb] = /^rgba?\(([^)]+)\)$/i.exec(text) ?? [];
  if (rgb) {
    const parts = rgb.trim().split(/[\s,/]+/);
    return parts.slice(0, 3).map((part) => parseFloat(part) / (part.endsWith('%') ? 100 : 255));
  }
  return asDrawn(text);
}

// Names, hsl(), oklch() and what else there is: as the browser draws it.
function asDrawn(color) {
  const context = contextOf(new OffscreenCanvas(1, 1));
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)].map((channel) => channel / 255);
}
