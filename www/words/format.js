// Numbers, and names of options, as people read them.

/** So many digits after the point, and a minus sign rather than a hyphen. */
export const signed = (number, digits = 1) => number.toFixed(digits).replace('-', '−');

/** 1234 → 1,234 */
export const grouped = (number) => number.toLocaleString('en');

/** learningRate → learning rate */
export const optionWords = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
