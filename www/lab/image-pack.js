// The pack of handwritten digits beside the page, fetched only when a run asks for it.

/**
 * Whether these options need it.
 * @param {Pick<import('./types.js').Options, 'source' | 'target'>} options
 */
export const needsDigits = ({ source, target }) => source === 'digits' || target === 'digits';

/**
 * The pack's bytes, as src/data/mnist.rs reads them; null when it cannot be had, which the run's notes then say.
 * @param {string} address where it lies
 * @param {(loaded: number, total: number) => void} onProgress hears bytes as they come
 * @returns {Promise<Uint8Array | null>}
 */
export const digitsPack = (address, onProgress) => read(address, onProgress).catch(() => null);

async function read(address, onProgress) {
  // A second worker, for the GPU, takes it from the browser's cache.
  const answer = await fetch(address, { cache: 'force-cache' });
  if (!answer.ok || !answer.body) throw new Error(`${address}: ${answer.status}`);
  const total = Number(answer.headers.get('content-length'));
  let loaded = 0;
  const counted = new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.length;
      onProgress(loaded, total);
      controller.enqueue(chunk);
    },
  });
  const unpacked = answer.body.pipeThrough(counted).pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}
