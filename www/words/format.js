// Numbers, and names of options, as people read them.

const GROUPED = new Intl.NumberFormat('en');

/**
 * With `digits` digits after the point, and a minus sign rather than a hyphen.
 * @param {number} number
 */
export const signed = (number, digits = 1) => number.toFixed(digits).replace('-', '−');

/**
 * 1234 → 1,234
 * @param {number} number
 */
export const grouped = (number) => GROUPED.format(number);

/**
 * learningRate → learning rate
 * @param {string} name
 */
export const optionWords = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
