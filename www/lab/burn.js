// burn beside a run: the same options in a worker with the file that has burn, fetched only when somebody asks.

/**
 * @param {import('./worker-client.js').WorkerClient} remote a fresh worker, which is closed where burn cannot be had
 * @param run the run's options, data, and why it is on the CPU, if it is: as the worker's `open` takes them
 */
export async function openBurn(remote, run) {
  try {
    const missing = await remote.call('fetch', { build: 'burn' });
    if (missing) throw new Error(`burn cannot be asked, because ${missing}.`);
    await remote.call('open', run);
  } catch (error) {
    remote.close(error.message);
    throw error;
  }
  return remote;
}
