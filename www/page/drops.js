// A file that is dropped beside what takes files would be opened in the page's place.

/** @param {AbortSignal} signal */
export function refuseDrops(signal) {
  const refuse = (event) => {
    const { target, dataTransfer } = event;
    if (event.defaultPrevented || target.type === 'file' || !dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    dataTransfer.dropEffect = 'none';
  };
  for (const name of ['dragover', 'drop']) window.addEventListener(name, refuse, { signal });
}
