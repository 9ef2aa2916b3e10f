// Elements that are sure to be there, with their types.

/**
 * The first element under `root` that the selector finds.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [type] such as HTMLInputElement; without it, HTMLElement
 * @returns {T}
 */
export function elementIn(root, selector, type) {
  const found = root.querySelector(selector);
  const wanted = type ?? HTMLElement;
  if (!(found instanceof wanted)) throw new Error(`${selector} should be an ${wanted.name} of the page.`);
  return /** @type {T} */ (found);
}

/**
 * All elements under `root` that the selector finds and that are of the type.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [type] such as HTMLInputElement; without it, HTMLElement
 * @returns {T[]}
 */
export function elementsIn(root, selector, type) {
  const wanted = type ?? HTMLElement;
  return /** @type {T[]} */ ([...root.querySelectorAll(selector)].filter((found) => found instanceof wanted));
}
