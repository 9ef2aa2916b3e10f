// Makes README's moving picture with the page itself, by its own button for films:
// `node tests/browser/picture.mjs docs/moons.gif`.

import { startChromium, startServer } from './browsers.mjs';
import { openPage } from './pages.mjs';

const [out = 'docs/moons.gif'] = process.argv.slice(2);
const site = await startServer();
const browser = await startChromium();
// Drawn as with a GPU.
const { page } = await openPage({ browser, site }, '', { width: 1200, height: 660 }, { gpu: true });
await page.waitForFunction(() => window.flowLab.run.finished && window.flowLab.run.settled, null, { timeout: 300_000 });
// With the panel folded, which would take a part of the stage.
const press = page.evaluate(() => document.querySelector('#exports button[value=gif]').click());
const [download] = await Promise.all([page.waitForEvent('download', { timeout: 120_000 }), press]);
await download.saveAs(out);
await browser.close();
site.server.close();
