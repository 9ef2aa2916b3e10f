// Has this browser a GPU that is worth its file? Asked before the file is fetched.

import { within } from './within.js';

const WAIT_MS = 10_000; // for an adapter, which a browser whose GPU process hangs never gives

/**
 * @returns {Promise<{ open: boolean, reason: string, adapter?: string, again?: boolean }>} `again`: another time the
 *   answer may be another one
 */
export async function findAdapter(choice) {
  const closed = (why, again = false) => ({ open: false, reason: `The CPU runs, because ${why}.`, again });
  if (choice === 'cpu') return { open: false, reason: 'The CPU was asked for.' };
  if (!navigator.gpu && !globalThis.isSecureContext)
    return closed('browsers offer WebGPU over https and on localhost alone');
  if (!navigator.gpu) return closed('this browser offers no WebGPU');
  let adapter;
  try {
    adapter = await within(WAIT_MS, navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }));
  } catch (error) {
    const why = error.late
      ? `the browser did not answer within ${WAIT_MS / 1000} s when it was asked for a GPU adapter`
      : `the browser refused a GPU adapter (${error.message})`;
    return closed(why, true);
  }
  if (!adapter) return closed('the browser found no GPU adapter', true);
  if (isSoftware(adapter) && choice !== 'gpu') return closed('the only GPU adapter is a software one, which is slower');
  return { open: true, reason: '', adapter: nameOf(adapter) };
}

/**
 * What the browser lets be known; wgpu reports no name on the web.
 * @param {{ info?: Partial<GPUAdapterInfo> }} adapter
 */
function nameOf({ info = {} }) {
  return info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'unnamed adapter';
}

function isSoftware(adapter) {
  const { isFallbackAdapter, vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  const name = `${vendor} ${architecture} ${description}`.toLowerCase();
  return Boolean(isFallbackAdapter ?? adapter.isFallbackAdapter) || /swiftshader|llvmpipe|lavapipe|software/.test(name);
}
