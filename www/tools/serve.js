// Serves a folder on localhost: `node www/tools/serve.js dist 8000`. Sends the .br beside a file
// where the browser takes it.

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder on localhost; port 0 takes a free one.
 * @param {string} folder
 * @param {number} [port]
 * @returns {Promise<{ server: import('node:http').Server, address: string }>}
 */
export function serve(folder, port = 0) {
  const server = createServer((request, response) => {
    const path = pathOf(request.url);
    if (path === null) {
      response.writeHead(400).end('not an address');
      return;
    }
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (path === '/favicon.ico') {
      response.writeHead(204).end(); // browsers ask for it beside pages that are not ours, and log a miss as an error
      return;
    }
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end('not found');
      return;
    }
    const compressed = /\bbr\b/.test(request.headers['accept-encoding'] ?? '') && existsSync(`${file}.br`);
    const sent = compressed ? `${file}.br` : file;
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(sent).size,
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      ...(compressed && { 'content-encoding': 'br' }),
    });
    // A file that is gone by now, or a folder's rebuild, ends this answer and not the server.
    createReadStream(sent)
      .on('error', () => response.destroy())
      .pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve({ server, address: `http://127.0.0.1:${taken}/` });
    });
  });
}

/** The path that an address asks for, within the folder; null where it is none, as `/%` or `//`. */
function pathOf(address) {
  try {
    const path = normalize(decodeURIComponent(new URL(address, 'http://localhost').pathname));
    return path.includes('\0') ? null : path;
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port = '8000'] = process.argv.slice(2);
  try {
    const { address } = await serve(folder, Number(port));
    console.log(`Flow Lab is at ${address}  (Ctrl-C ends it)`);
  } catch (error) {
    console.error(`serve: port ${port} cannot be used (${error.code}); give another: ./build.sh serve 8080`);
    process.exit(1);
  }
}
