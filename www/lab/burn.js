// burn beside a run: the same options in a worker with the file that has burn, fetched only when somebody asks.

import { LabError } from './errors.js';

/**
 * @param {import('./files.js').Files} files
 * @param {(build: 'burn') => Promise<import('./worker-client.js').WorkerClient>} start a worker with its module
 * @param {import('./types.js').RunOf} run and why it is on the CPU, if it is
 */
export async function openBurn(files, start, run) {
  const missing = await files.whyMissing('burn');
  if (missing) throw new LabError(`burn cannot be asked, because ${missing}.`, { code: 'missing' });
  const client = await start('burn');
  try {
    await client.call('open', run);
  } catch (error) {
    client.close(error);
    throw error;
  }
  return client;
}
