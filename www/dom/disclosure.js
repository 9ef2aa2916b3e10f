// A button that unfolds a part of the page, and folds it again; Escape inside folds it and gives the focus back.

/**
 * @param {HTMLElement} button
 * @param {HTMLElement} part
 * @param {{ signal: AbortSignal, close?: HTMLElement, bodyClass?: string, focus?: HTMLElement }} options `close`: a
 *   button inside that folds it; `bodyClass`: the body's while it is unfolded; `focus`: gets the focus when it unfolds,
 *   where the part does not follow its button
 * @returns {{ open: boolean, show: (on: boolean) => void }}
 */
export function disclosure(button, part, { signal, close, bodyClass, focus }) {
  const show = (on) => {
    part.hidden = !on;
    button.setAttribute('aria-expanded', String(on));
    if (bodyClass) document.body.classList.toggle(bodyClass, on);
  };
  const fold = () => {
    show(false);
    button.focus();
  };
  const toggle = () => {
    show(part.hidden);
    if (!part.hidden) focus?.focus({ preventScroll: true });
  };
  const onKey = (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    fold();
  };
  button.addEventListener('click', toggle, { signal });
  close?.addEventListener('click', fold, { signal });
  part.addEventListener('keydown', onKey, { signal });
  return {
    get open() {
      return !part.hidden;
    },
    show,
  };
}
