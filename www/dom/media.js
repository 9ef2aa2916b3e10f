// What the reader's system and screen are like, and that they may change while the page is open.

/**
 * `listener` hears, until `signal` aborts, that the style sheet has other colours now.
 * @param {() => void} listener
 * @param {AbortSignal} signal
 */
export function onTheme(listener, signal) {
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'])
    window.matchMedia(query).addEventListener('change', () => listener(), { signal });
}

/** Does the reader want less motion? `matches`, now. */
export const lessMotion = () => window.matchMedia('(prefers-reduced-motion: reduce)');

/**
 * `listener` hears, until `signal` aborts, that the element has another size in CSS pixels, or that these have another
 * size on the screen: a window can be moved to a denser one, and no ResizeObserver says so.
 * @param {Element} element
 * @param {() => void} listener
 * @param {AbortSignal} signal
 */
export function onResize(element, listener, signal) {
  const observer = new ResizeObserver(() => listener());
  observer.observe(element);
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
  const onDensity = () =>
    window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener(
      'change',
      () => {
        listener();
        onDensity();
      },
      { once: true, signal },
    );
  onDensity();
}
