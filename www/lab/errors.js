// What a call can fail with: a sentence for a reader, and a code for a program.

/**
 * Whose fault it is: `input` an option or an argument, `file` a saved run, `device` the GPU, `diverged` training
 * itself, `missing` a file beside the script, `unsupported` the browser, `worker` a worker that ended, `stopped` a call
 * whose run was replaced or that was aborted, `disposed` a lab that is no more, `failed` anything else.
 * @typedef {'input' | 'file' | 'device' | 'diverged' | 'missing' | 'unsupported' | 'worker' | 'stopped' | 'disposed' |
 *   'failed'} Code
 */

export class LabError extends Error {
  name = 'LabError';

  /**
   * @param {string} message
   * @param {{ code?: Code, option?: string, value?: unknown }} [about] `option` and `value` where one is at fault
   */
  constructor(message, { code = 'failed', option, value } = {}) {
    super(message);
    this.code = code;
    this.option = option;
    this.value = value;
  }
}

/**
 * An error as postMessage carries it.
 * @param {any} error whatever was thrown
 */
export function recordOf(error) {
  const message = error?.message ?? String(error);
  // The module's sentences on an option begin with it: `width = 0: must be …`, `target: row 3 has …`.
  const [, option, value] = message.match(/^([a-z]\w*) = (.*?): /is) ?? message.match(/^(source|target): /) ?? [];
  const code = error?.code && typeof error.code === 'string' ? error.code : option ? 'input' : 'failed';
  return { message, code, option: error?.option ?? option, value: error?.value ?? value };
}

/**
 * The reverse.
 * @param {ReturnType<typeof recordOf>} record
 */
export const errorOf = ({ message, ...about }) => new LabError(message, about);
