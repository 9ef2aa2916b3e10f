// A style sheet that is not needed at first.

/** @type {Map<string, Promise<unknown>>} */
const loaded = new Map();

/**
 * Resolves when the sheet applies; one that could not be loaded is asked for again.
 * @param {string} name of a file beside the page's script
 */
export function loadCss(name) {
  if (!loaded.has(name)) {
    const sheet = load(name);
    loaded.set(name, sheet);
    sheet.catch(() => loaded.delete(name));
  }
  return loaded.get(name);
}

/** @param {string} name */
function load(name) {
  const link = Object.assign(document.createElement('link'), {
    rel: 'stylesheet',
    href: new URL(name, import.meta.url),
  });
  const done = new Promise((resolve, reject) => {
    link.addEventListener('load', resolve, { once: true });
    const fail = () => {
      link.remove();
      reject(new Error(`${name} could not be loaded: is the network there? The next attempt asks for it again.`));
    };
    link.addEventListener('error', fail, { once: true });
  });
  document.head.append(link);
  return done;
}
