// Numbers in captions.

/** So many digits after the point, and a minus sign rather than a hyphen. */
export const signed = (number, digits = 1) => number.toFixed(digits).replace('-', '−');

/** 1234 → 1,234 */
export const grouped = (number) => number.toLocaleString('en');
