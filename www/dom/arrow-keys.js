// Which way an arrow key goes.

/** @type {Record<string, [right: number, up: number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * Undefined for all other keys.
 * @param {{ key: string }} event
 */
export const arrowOf = ({ key }) => WAYS[key];
