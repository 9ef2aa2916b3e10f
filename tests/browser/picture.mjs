// Makes README's picture from the page itself: `node tests/browser/picture.mjs docs/moons.png`.

import { startChromium, startServer } from './browsers.mjs';
import { openPage } from './pages.mjs';

const [out = 'docs/moons.png'] = process.argv.slice(2);
const site = await startServer();
const browser = await startChromium();
// Drawn as with a GPU.
const { page } = await openPage({ browser, site }, '', { width: 1200, height: 750 }, { gpu: true });
await page.waitForFunction(() => document.getElementById('steps').textContent.startsWith('trained'), null, { timeout: 300_000 });
await page.locator('#flow').click();
await page.evaluate(() => {
  window.flowLab.stage.seek(0.8);
  window.scrollTo(0, 0);
});
await page.waitForTimeout(800);
await page.screenshot({ path: out });
await browser.close();
site.server.close();
