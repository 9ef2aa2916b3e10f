// Colours as numbers.

/**
 * #rrggbb as three numbers from 0 to 1.
 * @param {string} color
 * @returns {[number, number, number]}
 */
export function channels(color) {
  const value = parseInt(color.trim().slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
