// Has this browser a GPU that is worth its file? Asked before the file is fetched.

/** @returns {Promise<{ open: boolean, reason: string, adapter?: string }>} */
export async function findAdapter(choice) {
  const closed = (reason) => ({ open: false, reason });
  if (choice === 'cpu') return closed('The CPU was asked for.');
  if (!navigator.gpu) return closed('The CPU runs, because this browser offers no WebGPU.');
  let adapter;
  try {
    adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    return closed(`The CPU runs, because the browser refused a GPU adapter (${error.message}).`);
  }
  if (!adapter) return closed('The CPU runs, because the browser found no GPU adapter.');
  if (isSoftware(adapter) && choice !== 'gpu') {
    return closed('The CPU runs, because the only GPU adapter is a software one, which is slower.');
  }
  return { open: true, reason: '', adapter: nameOf(adapter) };
}

// What the browser lets be known; wgpu reports no name on the web.
function nameOf({ info = {} }) {
  return info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'unnamed adapter';
}

function isSoftware(adapter) {
  const { isFallbackAdapter, vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  const name = `${vendor} ${architecture} ${description}`.toLowerCase();
  return Boolean(isFallbackAdapter ?? adapter.isFallbackAdapter) || /swiftshader|llvmpipe|lavapipe|software/.test(name);
}
