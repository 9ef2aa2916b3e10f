// A part of the page that loads when it is first wanted.

/**
 * @template Module
 * @param {() => Promise<Module>} load an `import()`
 * @returns {Promise<Module>} rejects with a sentence
 */
export async function later(load) {
  try {
    return await load();
  } catch (error) {
    if (!/import|module|fetch/i.test(error.message)) throw error;
    throw new Error(
      'A part of the page could not be loaded: is the network there? The next attempt asks for it again.',
    );
  }
}
