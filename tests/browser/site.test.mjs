// The server of the built page.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve } from '../../www/tools/serve.js';

/** The status that an address gets, sent as it stands: fetch() would clean it. */
const statusOf = ({ address }, path) =>
  new Promise((done, failed) => {
    request(address, { path }, (response) => response.resume().on('end', () => done(response.statusCode)))
      .on('error', failed)
      .end();
  });

test('an address that is none is refused, and the server goes on', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'flow-lab-site-'));
  writeFileSync(join(folder, 'index.html'), 'the page');
  const site = await serve(folder);
  t.after(() => {
    site.server.close();
    rmSync(folder, { recursive: true });
  });
  for (const path of ['/%', '/%E0%A4%A', '//', '/%00', '/a%00b']) assert.equal(await statusOf(site, path), 400, path);
  for (const path of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/nowhere'])
    assert.equal(await statusOf(site, path), 404, path);
  assert.equal(await statusOf(site, '/'), 200);
});
