// What a chapter is. Types only.

/** @import { Figure } from './figure.js' */

export {};

/**
 * Texts are HTML with TeX between dollars. `open` furnishes the figure; `given` is what the page hands to it, as 'own'
 * for the reader's own run.
 * @typedef {object} Chapter
 * @property {string} id
 * @property {string} title
 * @property {string} text
 * @property {string[]} [formula] TeX, a line each
 * @property {string} [more] below the formulas
 * @property {string} wait what the reader is asked to do
 * @property {(figure: Figure, given?: string) => void | Promise<void>} open
 */

/** @typedef {[x: number, y: number]} Place in the plane */
