// Starts real browsers on the built page. The drivers are the page's own development dependencies.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { serve } from '../../www/tools/serve.js';

const require = createRequire(new URL('../../www/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const puppeteer = require('puppeteer-core');

const find = (name) => execFileSync('which', [name], { encoding: 'utf8' }).trim();

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const WEBGPU_FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

export const dist = fileURLToPath(new URL('../../dist', import.meta.url));

export const startServer = () => serve(dist);

/** Chromium under Playwright, with a software WebGL; with `webgpu` it has a software adapter as well. */
export function startChromium({ webgpu = false } = {}) {
  const off = ['--disable-features=WebGPU', '--disable-gpu', '--enable-unsafe-swiftshader'];
  return chromium.launch({
    executablePath: find('chromium'),
    args: [...CHROMIUM_FLAGS, ...(webgpu ? WEBGPU_FLAGS : off)],
  });
}

/** Firefox ESR under Puppeteer, which Playwright cannot drive; as it comes, it has no WebGPU on Linux. */
export function startFirefox() {
  return puppeteer.launch({ browser: 'firefox', executablePath: find('firefox-esr'), args: ['--headless'] });
}

/**
 * Hears what a page says and asks for.
 * @returns {{ complaints: string[], requests: string[] }} errors on the console, and the addresses requested
 */
export function listen(page) {
  const heard = { complaints: [], requests: [] };
  page.on('console', (message) => {
    if (message.type() === 'error') heard.complaints.push(message.text());
  });
  page.on('pageerror', (error) => heard.complaints.push(String(error)));
  page.on('request', (request) => heard.requests.push(request.url()));
  return heard;
}

/** Mean distance of `xy` to the two half circles of the moons, from 2 × 500 points of the curves. */
export function meanDistanceToMoons(xy) {
  const curve = Array.from({ length: 500 }, (_, k) => (Math.PI * k) / 499).flatMap((a) => [
    [2 * Math.cos(a) - 1, 2 * Math.sin(a) - 1],
    [1 - 2 * Math.cos(a), -2 * Math.sin(a)],
  ]);
  let total = 0;
  for (let i = 0; i < xy.length; i += 2) {
    total += Math.min(...curve.map(([x, y]) => Math.hypot(xy[i] - x, xy[i + 1] - y)));
  }
  return total / (xy.length / 2);
}
