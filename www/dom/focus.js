// Who has the focus.

/**
 * In a shadow tree the document knows only of the tree's host.
 * @param {Element} element
 */
export function hasFocus(element) {
  const root = element.getRootNode();
  return (root instanceof Document || root instanceof ShadowRoot) && root.activeElement === element;
}
