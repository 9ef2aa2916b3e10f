// What the reader takes away: each file is opened again, and holds what the stage shows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { openPage, openPanel, showLayers, useChromium, waitForRest } from './pages.mjs';

const used = useChromium();

/** A page whose run has ended and whose flow is held at t, with the panel and its list of files open. */
async function held(hash, t) {
  const opened = await openPage(used, hash);
  const { page } = opened;
  await page.waitForFunction(() => window.flowLab.run.finished, null, { timeout: 60_000 });
  await page.locator('#flow').click();
  await openPanel(page);
  await page.locator('#exports summary').click();
  await waitForRest(page);
  await page.evaluate((t) => window.flowLab.stage.seek(t), t);
  return opened;
}

/** Presses a button, and gives the file's name and bytes. */
async function taken(page, kind) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`#exports button[value=${kind}]`).click(),
  ]);
  const name = download.suggestedFilename();
  const bytes = readFileSync(await download.path());
  await page.waitForFunction(() => document.getElementById('exporting').textContent.startsWith('Done'));
  return { name, bytes };
}

/** Picture and drawing, when what the layer needs is there: no drawing differs from the one before. */
async function settled(page) {
  let svg = await taken(page, 'svg');
  for (let k = 0; k < 40; k++) {
    await waitForRest(page);
    await page.waitForTimeout(150);
    const [png, next] = [await taken(page, 'png'), await taken(page, 'svg')];
    // An empty drawing has not got what it needs.
    if (next.bytes.equals(svg.bytes) && /<path|<image/.test(next.bytes.toString())) return [png, next];
    svg = next;
  }
  assert.fail('the drawing does not come to rest');
}

/** Where the generated points are, in CSS pixels of the stage, and what it measures. */
const places = (page) =>
  page.evaluate(() => {
    const { stage } = window.flowLab;
    const { camera, palette } = stage;
    stage.redraw();
    const xy = Array.from({ length: stage.drawn.length / 2 }, (_, k) => [
      camera.x(stage.drawn[2 * k]),
      camera.y(stage.drawn[2 * k + 1]),
    ]);
    const inside = xy.filter(([x, y]) => x > 5 && y > 5 && x < camera.width_px - 5 && y < camera.height_px - 5);
    return {
      inside,
      width: camera.width_px,
      height: camera.height_px,
      palette: { paper: palette.paper, generated: palette.generated },
    };
  });

/** Colours of a picture at some places. */
const pixels = (page, bytes, at) =>
  page.evaluate(
    async ([bytes, at]) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(image, 0, 0);
      return {
        width: image.width,
        height: image.height,
        colours: at.map(([x, y]) => [...context.getImageData(Math.round(x), Math.round(y), 1, 1).data]),
      };
    },
    [[...bytes], at],
  );

const distance = (a, b) => Math.hypot(...[0, 1, 2].map((channel) => a[channel] - b[channel]));
const rgb = (color) =>
  (color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit) : color.slice(1).match(/../g)).map((pair) =>
    parseInt(pair, 16),
  );

describe('a picture and a drawing', () => {
  test('hold every generated point where the stage has it', async () => {
    const { page, heard, close } = await held('#steps=150&width=24&count=400&seed=4', 0.7);
    await showLayers(page, 'generated');
    const { inside, width, height, palette } = await places(page);
    assert.ok(inside.length > 300, `${inside.length}`);

    const { name, bytes } = await taken(page, 'png');
    assert.equal(name, 'flow-lab-moons-150.png');
    const corner = [2, 2];
    const seen = await pixels(page, bytes, [...inside.map(([x, y]) => [2 * x, 2 * y]), corner]);
    assert.deepEqual([seen.width, seen.height], [Math.round(2 * width), Math.round(2 * height)]);
    assert.ok(distance(seen.colours.pop(), rgb(palette.paper)) < 3, 'the paper');
    for (const [k, colour] of seen.colours.entries()) {
      assert.ok(
        distance(colour, rgb(palette.generated)) < distance(colour, rgb(palette.paper)),
        `point ${k} is ${colour}`,
      );
    }

    const drawing = await taken(page, 'svg');
    assert.equal(drawing.name, 'flow-lab-moons-150.svg');
    const found = await page.evaluate((text) => {
      const file = new DOMParser().parseFromString(text, 'image/svg+xml');
      const { width, height } = file.documentElement.attributes;
      const marks = [...file.querySelectorAll('path')].map((path) => [
        path.getAttribute('stroke'),
        path.getAttribute('d'),
      ]);
      return {
        errors: file.querySelectorAll('parsererror').length,
        size: [Number(width.value), Number(height.value)],
        marks,
        title: file.querySelector('title').textContent,
      };
    }, drawing.bytes.toString());
    assert.equal(found.errors, 0);
    assert.deepEqual(found.size, [width, height]);
    assert.equal(found.title, 'Flow Lab: gaussian to moons, step 150, t = 0.70');
    assert.equal(found.marks.length, 1);
    assert.equal(found.marks[0][0], palette.generated);
    const drawn = new Set(found.marks[0][1].match(/M[^h]+/g));
    for (const [x, y] of inside) assert.ok(drawn.has(`M${Number(x.toFixed(2))} ${Number(y.toFixed(2))}`), `${x}, ${y}`);
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('agree on every layer', async () => {
    const { page, heard, close } = await held('#steps=60&width=16&count=300', 0.6);
    const names = await page.evaluate(() =>
      [...document.querySelectorAll('[data-layer]')].map((box) => box.dataset.layer),
    );
    assert.ok(names.length >= 15);
    for (const name of names) {
      await showLayers(page, name);
      const [png, svg] = await settled(page);
      const share = await page.evaluate(
        async ([png, svg]) => {
          const picture = await createImageBitmap(new Blob([Uint8Array.from(png)]));
          const image = new Image();
          // The page's policy allows data alone.
          image.src = `data:image/svg+xml;base64,${btoa(svg)}`;
          await image.decode();
          const read = (source) => {
            const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
            context.drawImage(source, 0, 0, picture.width, picture.height);
            return context.getImageData(0, 0, picture.width, picture.height).data;
          };
          const [a, b] = [read(picture), read(image)];
          let [inked, apart] = [0, 0];
          for (let i = 0; i < a.length; i += 4) {
            const far = (data) =>
              Math.abs(data[i] - a[8]) + Math.abs(data[i + 1] - a[9]) + Math.abs(data[i + 2] - a[10]);
            if (far(a) > 24 || far(b) > 24) inked++;
            if (Math.abs(far(a) - far(b)) > 150) apart++;
          }
          return { inked, apart };
        },
        [[...png.bytes], svg.bytes.toString()],
      );
      assert.ok(share.inked > 200, `${name} is blank: ${JSON.stringify(share)}`);
      assert.ok(share.apart < 0.2 * share.inked, `${name}: ${JSON.stringify(share)}`);
    }
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

describe('a film', () => {
  test('plays one flow from noise to data', async () => {
    const { page, heard, close } = await held('#steps=150&width=24&count=400', 0.5);
    const { name, bytes } = await taken(page, 'film');
    assert.match(name, /^flow-lab-moons-150\.(webm|mp4)$/);
    const player = await page.context().newPage(); // without the page's policy, which has no place for films
    const seen = await player.evaluate(
      async ([type, base64]) => {
        const video = Object.assign(document.createElement('video'), {
          muted: true,
          src: `data:${type};base64,${base64}`,
        });
        await new Promise(
          (done, failed) =>
            ([video.onloadeddata, video.onerror] = [done, () => failed(new Error(video.error.message))]),
        );
        const context = new OffscreenCanvas(video.videoWidth, video.videoHeight).getContext('2d');
        const frame = () => {
          context.drawImage(video, 0, 0);
          return context.getImageData(0, 0, video.videoWidth, video.videoHeight).data;
        };
        const first = frame();
        const started = performance.now();
        video.playbackRate = 2;
        await video.play();
        await new Promise((done) => (video.onended = done));
        const last = frame();
        let changed = 0;
        for (let i = 0; i < first.length; i += 4) changed += Math.abs(first[i] - last[i]) > 40;
        return {
          width: video.videoWidth,
          height: video.videoHeight,
          seconds: video.currentTime,
          changed,
          played: performance.now() - started,
        };
      },
      [name.endsWith('webm') ? 'video/webm' : 'video/mp4', bytes.toString('base64')],
    );
    const { width, height } = await places(page);
    assert.ok(Math.abs(seen.width - width) <= 2 && Math.abs(seen.height - height) <= 2, JSON.stringify(seen));
    assert.ok(seen.seconds > 4 && seen.seconds < 7, `${seen.seconds} s`);
    assert.ok(seen.changed > 500, JSON.stringify(seen));
    assert.deepEqual(heard.complaints, []);
    await close();
  });

  test('as a GIF has its frames, and the page lives meanwhile', async () => {
    const { page, heard, close } = await held('#steps=150&width=24&count=400', 0.5);
    const { name, bytes } = await taken(page, 'gif');
    assert.equal(name, 'flow-lab-moons-150.gif');
    const seen = await page.evaluate(
      async (bytes) => {
        const decoder = new ImageDecoder({ type: 'image/gif', data: Uint8Array.from(bytes) });
        await Promise.all([decoder.tracks.ready, decoder.completed]);
        const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
        const pictures = [];
        for (const frameIndex of [0, frameCount >> 1, frameCount - 1]) {
          const { image } = await decoder.decode({ frameIndex });
          const context = new OffscreenCanvas(image.displayWidth, image.displayHeight).getContext('2d');
          context.drawImage(image, 0, 0);
          pictures.push([...context.getImageData(0, 0, image.displayWidth, image.displayHeight).data]);
        }
        const apart = (a, b) => a.reduce((sum, value, i) => sum + (Math.abs(value - b[i]) > 40), 0);
        return {
          frameCount,
          repetitionCount,
          pixels: pictures[0].length / 4,
          moved: [apart(pictures[0], pictures[1]), apart(pictures[1], pictures[2])],
        };
      },
      [...bytes],
    );
    assert.equal(seen.frameCount, 40);
    assert.equal(seen.repetitionCount, Infinity);
    assert.ok(seen.pixels > 50_000 && seen.moved.every((count) => count > 300), JSON.stringify(seen));
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

describe('numbers', () => {
  test('are the generated points, and the whole record of the run', async () => {
    const { page, heard, close } = await held('#steps=120&width=24&count=250&target=ring', 1);
    const points = await taken(page, 'csv');
    assert.equal(points.name, 'flow-lab-ring-120.csv');
    const [names, ...rows] = points.bytes.toString().trimEnd().split('\n');
    assert.equal(names, 'x,y');
    const expected = await page.evaluate(async () => [
      ...(await window.flowLab.lab.sample({ ends: true })).positions.slice(500),
    ]);
    assert.deepEqual(
      rows.flatMap((row) => row.split(',').map(Math.fround)),
      expected,
    );

    const record = await taken(page, 'json');
    assert.equal(record.name, 'flow-lab-ring-120.json');
    const { link, step, options, device, floor, metrics, losses } = JSON.parse(record.bytes.toString());
    const [href, own, series] = await page.evaluate(async () => [
      location.href,
      window.flowLab.lab.options,
      [...(await window.flowLab.lab.losses())],
    ]);
    assert.deepEqual([link, step, losses], [href, 120, series]);
    assert.deepEqual(options, own);
    assert.equal(device.kind, 'cpu');
    assert.ok(floor.loss > 0.5 && metrics.w2 > 0 && metrics.w2Floor > 0, JSON.stringify({ floor, metrics }));
    assert.deepEqual(heard.complaints, []);
    await close();
  });
});

test('points leave in the units of the data, or in the model’s where they are chosen', async () => {
  const { page, heard, close } = await held('#steps=60&width=16&count=200', 1);
  const csv = readFileSync('tests/cases/08-lonlat.csv', 'utf8');
  await page.evaluate(async (csv) => {
    const { lab } = window.flowLab;
    await lab.restart(
      [
        ['target', 'points'],
        ['steps', '60'],
        ['width', '16'],
        ['count', '200'],
      ],
      { data: { target: csv } },
    );
    await window.flowLab.run.begin();
    await lab.train(20);
  }, csv);
  const table = async () => {
    const rows = (await taken(page, 'csv')).bytes.toString().trim().split('\n').slice(1);
    return rows.map((row) => row.split(',').map(Number));
  };
  const data = await table();
  await page.locator('#units').selectOption('model');
  const model = await table();
  const { mean, std } = JSON.parse((await taken(page, 'json')).bytes.toString()).units.target;
  assert.ok(Math.abs(mean[0] - 8.5417) < 1e-4 && Math.abs(mean[1] - 47.3768) < 1e-4, String(mean));
  assert.equal(data.length, 200);
  for (const [k, row] of data.entries())
    for (const [axis, x] of row.entries()) assert.ok(Math.abs(x - (mean[axis] + std * model[k][axis])) < 1e-10);
  assert.deepEqual(heard.complaints, []);
  await close();
});

test('digits are taken as a picture, and not as a drawing, which says why', async () => {
  const { page, heard, close } = await held('#preset=digits&width=16&depth=1&embedding=0&batch=16&count=16&steps=3', 0);
  await page.locator('canvas.digits').waitFor();
  const { bytes } = await taken(page, 'png');
  const middle = Array.from({ length: 200 }, (_, k) => [10 + 5 * k, 500]);
  const { colours } = await pixels(page, bytes, middle);
  assert.ok(new Set(colours.map(String)).size > 20, 'noise has many greys');
  await page.locator('#exports button[value=svg]').click();
  await page.waitForFunction(() =>
    document.getElementById('notes').textContent.includes('take the picture (PNG) instead'),
  );
  assert.deepEqual(heard.complaints, []);
  await close();
});
