// Elements of index.html. No other room asks for one by its id.

import { elementIn } from '../dom/element-in.js';

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [type] such as HTMLInputElement; without it, HTMLElement
 */
export const $ = (id, type) => elementIn(document, `#${id}`, type);

/**
 * One that may be gone, or may never have been there.
 * @param {string} id
 */
export const maybe = (id) => document.getElementById(id);
