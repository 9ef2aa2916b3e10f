// Shapes, and points that a reader brings, through the public JavaScript API on the CPU in Chromium.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inPage, useChromium } from './pages.mjs';

const used = useChromium();

const SMALL = { width: 16, depth: 2, batch: 64, device: 'cpu' };
const CSV = 'x,y\n1,2\n3,4\n5,1\n2,2\n';

const quietly = (scenario, argument) => inPage(used, scenario, argument);

/** What the native program makes of a picture: it stands in the model that it saves. */
function nativeInk(name) {
  const model = join(mkdtempSync(join(tmpdir(), 'flow-lab-ink-')), 'model.safetensors');
  const program = join(process.env.CARGO_TARGET_DIR, 'release', 'flow-lab');
  const small = ['--steps', '1', '--width', '2', '--depth', '1', '--batch', '4', '--device', 'cpu'];
  execFileSync(program, ['train', '--target-file', `tests/cases/${name}`, ...small, '--save', model], {
    stdio: 'pipe',
  });
  const bytes = readFileSync(model);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { shape, data_offsets } = JSON.parse(bytes.subarray(8, start).toString())['target.raster'];
  const [from, to] = data_offsets.map((offset) => start + offset);
  return {
    width: shape[1],
    height: shape[0],
    values: new Float32Array(Uint8Array.from(bytes.subarray(from, to)).buffer),
  };
}

test('every shape trains and samples, as source and as target', async () => {
  const table = await (await fetch(`${used.site.address}options.json`)).json();
  // Digits have 784 coordinates, and go with none of the others: digits.test.mjs trains on them.
  const shapes = table.options
    .find(({ name }) => name === 'target')
    .choices.map(({ name }) => name)
    .filter((name) => name !== 'digits');
  assert.ok(shapes.length >= 12);
  const seen = await quietly(
    async ({ shapes, options, CSV }) => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(options, { data: { source: CSV, target: CSV } });
      const seen = [];
      for (const [k, target] of shapes.entries()) {
        const source = shapes[(k + 1) % shapes.length];
        await lab.restart({ ...options, source, target });
        const { loss } = await lab.train(5);
        const { positions } = await lab.sample({ count: 50, steps: 4 });
        seen.push({
          source,
          target,
          notes: lab.notes,
          fine: Number.isFinite(loss) && positions.every(Number.isFinite),
        });
      }
      return seen;
    },
    { shapes, options: SMALL, CSV },
  );
  for (const { source, target, notes, fine } of seen) {
    assert.deepEqual(notes, [], `${source} to ${target}`);
    assert.ok(fine, `${source} to ${target}`);
  }
});

test('what one lab was given, another one takes', { timeout: 120_000 }, async () => {
  const found = await quietly(
    async ({ CSV }) => {
      const { Lab } = await import('/lab.js');
      const options = { target: 'points', device: 'cpu', width: 8, depth: 1, batch: 16 };
      const lab = await Lab.create(options, { data: { target: CSV } });
      const other = await Lab.create(options, { data: lab.given });
      const both = await Promise.all([lab, other].map((one) => one.reference('target', 50)));
      lab.dispose();
      other.dispose();
      return both.map((points) => [...points]);
    },
    { CSV },
  );
  assert.deepEqual(found[0], found[1]);
});

test('CSV text, numbers and rows of any dimension are standardised, with a remark, and kept', async () => {
  const seen = await quietly(
    async ({ options, CSV }) => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({ ...options, target: 'points' }, { data: { target: CSV } });
      const remarks = [lab.remarks];
      const points = new Set((await lab.reference('target', 200)).map((x) => Math.round(x * 1e4)));
      await lab.restart({ ...options, target: 'moons' });
      await lab.restart({ ...options, target: 'points' });
      remarks.push(lab.remarks);
      await lab.restart({ ...options, target: 'points' }, { data: { target: [0, 0, 0, 10] } });
      remarks.push(lab.remarks);
      await lab.restart(
        { ...options, target: 'points' },
        { data: { target: { values: [0, 0, 0, 1, 1, 1, 2, 2, 5], dim: 3 } } },
      );
      remarks.push(lab.remarks);
      const { dim } = await lab.sample({ count: 10, steps: 2 });
      return { remarks, distinct: points.size, dim, target: lab.options.target };
    },
    { options: SMALL, CSV },
  );
  assert.match(seen.remarks[0][0], /^target: 4 points: shifted by \(-2\.75, -2\.25\), divided by 1\.299$/);
  assert.deepEqual(seen.remarks[1], seen.remarks[0]);
  assert.match(seen.remarks[2][0], /^target: 2 points/);
  assert.match(seen.remarks[3][0], /^target: 3 points/);
  assert.equal(seen.distinct, 7); // 4 abscissae, 3 ordinates
  assert.equal(seen.dim, 3);
  assert.equal(seen.target, 'points');
});

test('bad data are a sentence, and the run goes on', async () => {
  const { sentences, step } = await quietly(async (options) => {
    const { Lab } = await import('/lab.js');
    const lab = await Lab.create(options);
    await lab.train(3);
    const blank = { width: 4, height: 4, data: new Uint8ClampedArray(64).fill(255) };
    const bad = [
      '1,2\n3,4,5',
      '',
      '1,2\n1,2',
      [1, 2, 3],
      [1, NaN, 2, 3],
      7,
      blank,
      new Blob(['no picture'], { type: 'image/png' }),
    ];
    const sentences = [];
    for (const target of bad)
      sentences.push(
        await lab.restart({ ...options, target: 'points' }, { data: { target } }).catch((error) => error.message),
      );
    const { step } = await lab.train(2);
    await lab.restart({ ...options, target: 'points' });
    sentences.push(lab.notes[0]?.problem);
    return { sentences, step };
  }, SMALL);
  const expected = [
    /^target: line 2 has 3 cells, the first row 2: give all rows as many/,
    /^target: there are no points/,
    /^target: all 2 points are equal/,
    /^target: 3 numbers are not points of 2 coordinates/,
    /^target: point 1, coordinate 2 is NaN/,
    /^target: this cannot be read as points/,
    /^target: the picture is blank/,
    /^target: the picture could not be read/,
    /^needs points/,
  ];
  assert.equal(sentences.length, expected.length);
  expected.forEach((pattern, k) => assert.match(String(sentences[k]), pattern));
  assert.equal(step, 5);
});

test('a picture gives points where its ink is, dark on light, light on dark or on nothing', async () => {
  const shares = await quietly(async (options) => {
    const { Lab } = await import('/lab.js');
    // An L: a stem on the left, a bar at the bottom.
    const inked = (x, y) => (x >= 20 && x < 40 && y >= 20 && y < 280) || (x >= 20 && x < 200 && y >= 240 && y < 280);
    const picture = (ink, ground) => {
      const [width, height] = [300, 300];
      const data = new Uint8ClampedArray(4 * width * height);
      for (let k = 0; k < width * height; k++) data.set(inked(k % width, Math.floor(k / width)) ? ink : ground, 4 * k);
      return { width, height, data };
    };
    const [black, white, nothing] = [
      [0, 0, 0, 255],
      [255, 255, 255, 255],
      [0, 0, 0, 0],
    ];
    const canvas = new OffscreenCanvas(300, 300);
    const { data, width, height } = picture(black, white);
    canvas.getContext('2d').putImageData(new ImageData(data, width, height), 0, 0);
    const shares = [];
    for (const target of [
      picture(black, white),
      picture(white, black),
      picture(white, nothing),
      picture(black, nothing),
      await canvas.convertToBlob(),
    ]) {
      const lab = await Lab.create({ ...options, target: 'points' }, { data: { target } });
      const raster = lab.given.target;
      const xy = await lab.reference('target', 1000);
      // The larger side, 260 pixels, spans [-3, 3]; the stem lies left of the middle, the bar at the bottom.
      let right = 0;
      for (let i = 0; i < xy.length; i += 2) right += xy[i] > -1 && xy[i + 1] > -1.9;
      shares.push({ side: Math.max(raster.width, raster.height), outside: right / 1000 });
      lab.dispose();
    }
    return shares;
  }, SMALL);
  for (const { side, outside } of shares) {
    assert.equal(side, 200);
    assert.ok(outside < 0.01, `${outside} of the points lie where there is no ink`);
  }
});

test('a file is a picture or a table by its bytes, and the same one as on the command line', async () => {
  // As in tests/all/pictures.rs and tests/all/tables.rs.
  const names = ['12-bar.jpg', '12-bar-exif6.jpg', '13-ring-ycbcr.jpg', '13-ring-rgb.jpg', '13-ring-cmyk.jpg'];
  const tables = ['05-windows-1252.csv', '06-utf16-no-bom.txt', '03-index.csv'];
  const files = [...names, ...tables].map((name) => [name, readFileSync(`tests/cases/${name}`).toString('base64')]);
  const seen = await quietly(
    async ({ options, files }) => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create(options);
      const seen = {};
      for (const [name, base64] of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        await lab.restart({ ...options, target: 'points' }, { data: { target: new Blob([bytes]) } }); // of no type
        const xy = await lab.reference('target', 20_000);
        const spread = [0, 1].map((axis) => {
          const along = xy.filter((_, i) => i % 2 === axis);
          const mean = along.reduce((a, b) => a + b, 0) / along.length;
          return Math.sqrt(along.reduce((sum, x) => sum + (x - mean) ** 2, 0) / along.length);
        });
        const { csv, values, width, height } = lab.given.target;
        seen[name] = {
          spread,
          remark: lab.remarks[0],
          isTable: Boolean(csv),
          width,
          height,
          values: values && [...values],
        };
      }
      const bomb = new Uint8Array(200);
      bomb.set([
        0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 64, 0, 0, 0, 64, 0, 8, 2,
      ]);
      const refused = (target) =>
        lab.restart({ ...options, target: 'points' }, { data: { target } }).catch((error) => error.message);
      return {
        seen,
        bomb: await refused(new Blob([bomb])),
        archive: await refused(new Blob(['PK\x03\x04 and so on'])),
      };
    },
    { options: SMALL, files },
  );
  for (const name of ['12-bar.jpg', '12-bar-exif6.jpg']) {
    const [x, y] = seen.seen[name].spread;
    assert.ok(Math.abs(x - 1.73) < 0.05 && Math.abs(y - 0.58) < 0.03, `${name}: ${x}, ${y}`);
  }
  const [x0, y0] = seen.seen['13-ring-ycbcr.jpg'].spread;
  for (const name of names.slice(2)) {
    const [x, y] = seen.seen[name].spread;
    assert.ok(Math.abs(x - x0) < 0.03 && Math.abs(y - y0) < 0.03, `${name}: ${x}, ${y}`);
    // What `flow-lab train --target-file` keeps of it is this, but for a few pixels between two levels.
    const { width, height, values } = seen.seen[name];
    const native = nativeInk(name);
    assert.deepEqual([width, height], [native.width, native.height], name);
    const apart = values.filter((value, k) => Math.abs(value - native.values[k]) > 0.3).length;
    assert.ok(apart < 40, `${name}: ${apart} pixels`);
  }
  for (const name of tables) assert.ok(seen.seen[name].isTable && seen.seen[name].remark.includes('00 points'), name);
  assert.match(
    seen.seen['03-index.csv'].remark,
    /the first column, which has no name and only numbers the rows, was left out/,
  );
  assert.match(seen.bomb, /^target: the picture has 16384 × 16384 pixels/);
  assert.match(seen.archive, /^target: this is an archive, or a spreadsheet's own file/);
});

test('large numbers keep their digits through a file, and are given back with their units', async () => {
  const csv = readFileSync('tests/cases/07-utm.csv', 'utf8');
  const seen = await quietly(
    async ({ options, csv }) => {
      const { Lab } = await import('/lab.js');
      const lab = await Lab.create({ ...options, target: 'points' }, { data: { target: csv } });
      const numbers = csv
        .trim()
        .split('\n')
        .slice(1)
        .flatMap((row) => row.split(',').map(Number));
      const other = await Lab.create(
        { ...options, target: 'points' },
        { data: { target: { values: numbers, dim: 2 } } },
      );
      await lab.train(2);
      const file = await lab.save();
      await other.load(file);
      await other.restart({ ...options, target: 'points', seed: 9 });
      const units = await other.units('target');
      const northings = async (lab) => new Set((await lab.reference('target', 20_000)).filter((_, i) => i % 2)).size;
      const { values } = other.given.target;
      const back = Math.max(
        ...numbers.map((x, i) => Math.abs(units.mean[i % 2] + units.std * values[i] - x) / Math.abs(x)),
      );
      return {
        same: JSON.stringify([...units.mean]) === JSON.stringify([...(await lab.units('target')).mean]),
        northings: [await northings(lab), await northings(other)],
        back,
        gaussian: await lab.units('source').then(({ mean, std, places }) => [[...mean], std, places]),
      };
    },
    { options: SMALL, csv },
  );
  assert.ok(seen.same);
  assert.ok(Math.min(...seen.northings) >= 190, String(seen.northings));
  assert.ok(seen.back <= 1e-9, `${seen.back}`);
  assert.deepEqual(seen.gaussian, [[0, 0], 1, null]);
});

test('a saved run of given points opens again with its samples, and can be restarted', async () => {
  const seen = await quietly(
    async ({ options, CSV }) => {
      const { Lab } = await import('/lab.js');
      const last = ({ positions, count, dim }) => [...positions.subarray(positions.length - count * dim)];
      const lab = await Lab.create({ ...options, target: 'points' }, { data: { target: CSV } });
      await lab.train(5);
      const samples = last(await lab.sample({ count: 20, steps: 4 }));
      const reference = [...(await lab.reference('target', 20))];
      const file = await lab.save();
      const other = await Lab.create(options);
      await other.load(file);
      const samplesAgain = last(await other.sample({ count: 20, steps: 4 }));
      const referenceAgain = [...(await other.reference('target', 20))];
      await other.restart({ ...options, target: 'points' });
      return {
        samples,
        samplesAgain,
        reference,
        referenceAgain,
        restarted: other.options.target,
        remark: other.remarks[0],
      };
    },
    { options: SMALL, CSV },
  );
  assert.deepEqual(seen.samplesAgain, seen.samples);
  assert.deepEqual(seen.referenceAgain, seen.reference);
  assert.equal(seen.restarted, 'points');
  assert.match(seen.remark, /shifted by \(-2\.75, -2\.25\), divided by 1\.299/);
});
