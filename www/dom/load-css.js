// A style sheet that is not needed at first.

/** @type {Map<string, Promise<unknown>>} */
const loaded = new Map();

/**
 * Resolves when the sheet applies.
 * @param {string} name of a file beside the page's script
 */
export function loadCss(name) {
  if (!loaded.has(name)) {
    loaded.set(
      name,
      new Promise((resolve, reject) => {
        const link = Object.assign(document.createElement('link'), {
          rel: 'stylesheet',
          href: new URL(name, import.meta.url),
        });
        link.addEventListener('load', resolve);
        link.addEventListener('error', () => reject(new Error(`${name} could not be loaded.`)));
        document.head.append(link);
      }),
    );
  }
  return loaded.get(name);
}
