// A button that unfolds a part of the page, and folds it again; Escape inside folds it and gives the focus back.

/**
 * @param {HTMLElement} button
 * @param {HTMLElement} part
 * @param {{ close?: HTMLElement, bodyClass?: string }} [options] `close`: a button inside that folds it; `bodyClass`:
 *   the body's while it is unfolded
 * @returns {{ open: boolean, show: (on: boolean) => void }}
 */
export function disclosure(button, part, { close, bodyClass } = {}) {
  const show = (on) => {
    part.hidden = !on;
    button.setAttribute('aria-expanded', String(on));
    if (bodyClass) document.body.classList.toggle(bodyClass, on);
  };
  const fold = () => {
    show(false);
    button.focus();
  };
  button.addEventListener('click', () => show(part.hidden));
  close?.addEventListener('click', fold);
  part.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    fold();
  });
  return {
    get open() {
      return !part.hidden;
    },
    show,
  };
}
