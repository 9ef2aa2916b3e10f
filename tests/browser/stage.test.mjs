// Every layer of the stage, on the GPU's brush and on the canvas' own: arrays with known numbers are drawn, and the
// pixels where they must be carry ink, those where they must not do not.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startChromium, startServer } from './browsers.mjs';
import { openPage } from './pages.mjs';

// Coordinates of the plane, all within [-4, 4]².
const SCENES = {
  source: {
    arrays: { source: [1, 2, -2, -1] },
    ink: [
      [1, 2, 'edge'],
      [-2, -1, 'edge'],
    ],
    none: [
      [0, 0],
      [1, -2],
    ],
  },
  target: {
    arrays: { target: [1, 2, -2, -1] },
    ink: [
      [1, 2],
      [-2, -1],
    ],
    none: [
      [0, 0],
      [-1, 2],
    ],
  },
  generated: {
    t: 0.5,
    samples: [
      [-3, 0, 1, 2],
      [1, 2, 1, -2],
    ],
    ink: [
      [-1, 1],
      [1, 0],
    ],
    none: [
      [-3, 0],
      [1, 2],
      [2, 2],
    ],
  },
  trajectories: {
    t: 0,
    samples: [
      [-3, 0, 1, 2],
      [1, 2, 1, -2],
    ],
    ink: [
      [-1, 1],
      [1, 0],
      [-2, 0.5],
    ],
    none: [
      [2, 1],
      [-1, -1],
    ],
  },
  tails: {
    t: 0.5,
    samples: [
      [-3, 0, 1, 2],
      [1, 2, 1, -2],
    ],
    ink: [[-1.08, 0.96]],
    none: [
      [-0.8, 1.1],
      [-2.8, 0.1],
    ],
  },
  velocity: {
    t: 0.5,
    field: 'velocity',
    at: [1, 1],
    frames: [
      [4, 0],
      [4, 0],
    ],
    ink: [
      [1, 1],
      [1.15, 1],
      [0.85, 1],
    ],
    none: [
      [1, 1.2],
      [-1, 1],
    ],
  },
  exact: {
    t: 0.5,
    field: 'exact',
    at: [1, 1],
    frames: [
      [0, 4],
      [0, 4],
    ],
    ink: [
      [1, 1.02],
      [1, 1.2],
    ],
    none: [
      [1.2, 1],
      [1, -1],
    ],
  },
  speed: {
    t: 0.5,
    arrays: { speed: { raster: 'halves', frames: [0, 4, 0, 4], count: 2, most: 4 } },
    ink: [
      [3, 0],
      [3, 3],
    ],
    none: [
      [-3, 0],
      [-3, 3],
    ],
  },
  likelihood: { arrays: { likelihood: { raster: 'halves', values: [-20, -1] } }, ink: [[3, 0]], none: [[-3, 0]] },
  grid: {
    t: 0.5,
    lattice: 'grid',
    ink: [
      [1.5, 1],
      [1.5, -2],
    ],
    none: [
      [1, 1],
      [2, 1],
    ],
  },
  fineGrid: {
    t: 1,
    lattice: 'fineGrid',
    ink: [[2, 1]],
    none: [
      [1, 1],
      [1.5, -1],
    ],
  },
  pairs: {
    arrays: { pairs: { x0: [-2, -2], x1: [2, 1] } },
    ink: [
      [0, -0.5],
      [-1, -1.25],
      [2, 1],
    ],
    none: [
      [0, 0.5],
      [0, -1.5],
    ],
  },
};

/** Draws one scene in the page; gives the opacity, 0 to 255, around each of its places. */
async function draw({ name, scene }) {
  const { stage, run } = window.flowLab;
  run.play(false);
  run.exact.begin = run.exact.draw = async () => {};
  stage.flowing = false;
  const floats = (values) => Float32Array.from(values);
  for (const layer of Object.keys(stage.layers)) stage.layers[layer] = layer === name;
  for (const array of ['source', 'target', 'velocity', 'exact', 'speed', 'grid', 'fineGrid', 'pairs', 'likelihood'])
    stage[array] = null;
  const raster = { width: 2, height: 1, left: -4, right: 4, bottom: -4, top: 4 };
  for (const [key, value] of Object.entries(scene.arrays ?? {})) {
    const of = (value) => (value === 'halves' ? raster : Array.isArray(value) ? floats(value) : value);
    stage[key] = Array.isArray(value)
      ? floats(value)
      : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, of(v)]));
  }
  if (scene.field) stage[scene.field] = { points: floats(scene.at), frames: floats(scene.frames.flat()), count: 2 };
  // A vertical line at x = 1 that the flow carries to x = 2.
  if (scene.lattice)
    stage[scene.lattice] = {
      lines: 1,
      perLine: 2,
      samples: { times: floats([0, 1]), count: 2, positions: floats([1, -3, 1, 3, 2, -3, 2, 3]) },
    };
  const starts = scene.samples?.flat() ?? [0, 0, 0, 0];
  stage.clock.jumps = true; // no gliding from the samples before
  stage.show({
    times: floats([0, 1]),
    count: 2,
    positions: floats(
      [starts[0], starts[1], starts[4], starts[5], starts[2], starts[3], starts[6], starts[7]].map((x) => x ?? 0),
    ),
  });
  stage.seek(scene.t ?? 0);
  stage.fit(4);
  const { canvas } = stage;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  stage.redraw();
  copy.drawImage(canvas, 0, 0);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const scale = Math.min(width, height) / 8;
  const most = ([x, y, edge]) => {
    const around = edge ? 5 : 1;
    const { data } = copy.getImageData(
      Math.round(width / 2 + x * scale) - around,
      Math.round(height / 2 - y * scale) - around,
      2 * around + 1,
      2 * around + 1,
    );
    return data.reduce((most, value, i) => (i % 4 === 3 ? Math.max(most, value) : most), 0);
  };
  return { ink: scene.ink.map(most), none: scene.none.map(most), kind: stage.kind };
}

/** What the canvas holds when `marks` of `brush.points` and `brush.segments` were drawn, among many out of sight. */
async function drawMany(marks) {
  const { stage, run } = window.flowLab;
  run.play(false);
  stage.flowing = false;
  for (const layer of Object.keys(stage.layers)) stage.layers[layer] = false;
  stage.fit(4);
  const overlay = ({ brush }) => {
    for (const { what, numbers, style } of marks) {
      const per = what === 'points' ? 2 : 4;
      const many = new Float32Array(numbers.length + 200 * per).fill(1000);
      for (let i = 0; i < many.length; i += 4) many[i] = -1000 - i;
      many.set(numbers);
      const fades = style.fade && new Float32Array(many.length / per).fill(style.fade);
      brush[what](many, { ...style, fades });
    }
  };
  stage.overlays.add(overlay);
  stage.redraw();
  stage.overlays.delete(overlay);
  const { canvas, camera } = stage;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let [ink, x, y] = [0, 0, 0];
  for (let pixel = 0; pixel < data.length / 4; pixel++) {
    const opacity = data[4 * pixel + 3] / 255;
    ink += opacity;
    x += opacity * ((pixel % canvas.width) + 0.5);
    y += opacity * (Math.floor(pixel / canvas.width) + 0.5);
  }
  const at = ([x, y]) => Math.floor(camera.y(y)) * canvas.width + Math.floor(camera.x(x));
  const places = marks.map(({ numbers }) => [...data.subarray(4 * at(numbers), 4 * at(numbers) + 4)]);
  return { ink, middle: camera.point(x / ink, y / ink), places, unit_px: camera.scale_px };
}

const SEGMENT = [-1, 0.5, 1.013, -0.2]; // turned by `angle` below

for (const kind of ['gpu', 'canvas']) {
  describe(`on the ${kind} brush`, () => {
    let site, browser, opened;
    before(async () => {
      site = await startServer();
      browser = await startChromium();
      opened = await openPage(
        { browser, site },
        '#width=8&depth=1&count=50&steps=5',
        { width: 900, height: 640 },
        { gpu: kind === 'gpu' },
      );
    });
    after(async () => {
      await opened?.close();
      await browser?.close();
      site?.server.close();
    });

    for (const [name, scene] of Object.entries(SCENES)) {
      test(`the layer ${name} is drawn where its numbers say`, async () => {
        const { ink, none, kind: used } = await opened.page.evaluate(draw, { name, scene });
        assert.equal(used, kind);
        ink.forEach((opacity, k) => assert.ok(opacity > 20, `nothing at ${scene.ink[k]} (${opacity})`));
        none.forEach((opacity, k) => assert.ok(opacity < 12, `something at ${scene.none[k]} (${opacity})`));
      });
    }

    test('one segment among many has the ink of its length and width at its place, whatever its angle', async () => {
      for (const [angle, width_px, fade] of [
        [0, 1, 1],
        [0.3, 1.5, 0.5],
        [0.9, 1, 1],
        [1.2, 3, 0.7],
        [Math.PI / 2, 2, 1],
        [2.2, 1.2, 1],
        [3.1, 4, 0.25],
        [4.4, 0.6, 1],
      ]) {
        const turned = (x, y) => [
          x * Math.cos(angle) - y * Math.sin(angle) + 0.3,
          x * Math.sin(angle) + y * Math.cos(angle) - 0.1,
        ];
        const numbers = [...turned(SEGMENT[0], SEGMENT[1]), ...turned(SEGMENT[2], SEGMENT[3])];
        const { ink, middle, unit_px } = await opened.page.evaluate(drawMany, [
          { what: 'segments', numbers, style: { color: '#204080', width_px, alpha: 0.8, fade } },
        ]);
        // The GPU's ends are not smooth.
        const expected = 0.8 * fade * width_px * unit_px * Math.hypot(SEGMENT[2] - SEGMENT[0], SEGMENT[3] - SEGMENT[1]);
        assert.ok(
          Math.abs(ink / expected - 1) < (kind === 'gpu' ? 0.06 : 0.03),
          `${angle} rad, ${width_px} px: ink ${ink} of ${expected}`,
        );
        const [x, y] = [0, 1].map((i) => (numbers[i] + numbers[i + 2]) / 2);
        assert.ok(
          Math.hypot(middle[0] - x, middle[1] - y) * unit_px < (kind === 'gpu' ? 1 : 0.3),
          `${angle} rad, ${width_px} px: around ${middle}, not ${[x, y]}`,
        );
      }
    });

    test('layers of many marks lie over each other as source over destination', async () => {
      const over = [
        { what: 'points', numbers: [1, 0.5], style: { color: '#c02040', size_px: 30, alpha: 0.5, shape: 'square' } },
        { what: 'segments', numbers: [0.9, 0.5, 1.4, 0.5], style: { color: '#2060a0', width_px: 24, alpha: 0.4 } },
        { what: 'points', numbers: [1.02, 0.5], style: { color: '#30a050', size_px: 20, alpha: 0.7, shape: 'disc' } },
      ];
      let [rgb, opacity] = [[0, 0, 0], 0];
      for (const { style } of over) {
        const ink = [1, 3, 5].map((i) => parseInt(style.color.slice(i, i + 2), 16));
        const whole = style.alpha + opacity * (1 - style.alpha);
        rgb = rgb.map((below, k) => (ink[k] * style.alpha + below * opacity * (1 - style.alpha)) / whole);
        opacity = whole;
      }
      const expected = [...rgb, 255 * opacity];
      const { places } = await opened.page.evaluate(drawMany, over);
      // Not at the segment's own end.
      for (const seen of [places[0], places[2]])
        seen.forEach((value, k) => assert.ok(Math.abs(value - expected[k]) < 3, `${seen}, not ${expected}`));
    });

    test('frames are seen whole, also those that take several tasks', async () => {
      const { seen, pieces } = await opened.page.evaluate(async () => {
        const { stage } = window.flowLab;
        for (const layer of Object.keys(stage.layers))
          stage.layers[layer] = ['source', 'target', 'pairs'].includes(layer);
        stage.fit(4);
        const { now } = performance;
        let late = 0;
        performance.now = () => now.call(performance) + (late += 100); // whatever is drawn takes long
        const { canvas, camera } = stage;
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
        const seen = new Set();
        let pieces = 0;
        for (let k = 0; k < 12; k++) {
          const x = k % 2 ? 2 : -2;
          stage.source = Float32Array.of(x, 1);
          stage.target = Float32Array.of(x, 0);
          stage.pairs = { x0: Float32Array.of(x, -1), x1: Float32Array.of(x, -2) };
          const drawn = stage.framesDrawn;
          stage.touch();
          await new Promise(requestAnimationFrame);
          while (stage.framesDrawn === drawn) {
            await new Promise((done) => setTimeout(done));
            copy.globalCompositeOperation = 'copy';
            copy.drawImage(canvas, 0, 0);
            const inked = (x, y) =>
              copy
                .getImageData(Math.round(camera.x(x)) - 5, Math.round(camera.y(y)) - 5, 11, 11)
                .data.some((value, i) => i % 4 === 3 && value > 20);
            const there = (x) => [1, 0, -1, -1.5, -2].map((y) => Number(inked(x, y))).join('');
            if (k > 0) seen.add(`${there(-2)} ${there(2)}`);
            pieces++;
          }
        }
        performance.now = now;
        return { seen: [...seen].sort(), pieces };
      });
      if (kind === 'gpu') return assert.equal(pieces <= 12, true, 'on the GPU a frame is one task');
      assert.deepEqual(seen, ['00000 11111', '11111 00000']);
      assert.ok(pieces >= 24, `12 frames in ${pieces} tasks`);
    });

    // Of a GPU's canvas nothing can be read once it was shown.
    if (kind === 'canvas')
      test('a picked point is in every frame of the flow, also in one that takes several tasks', async () => {
        const { frames, without } = await opened.page.evaluate(async () => {
          const { stage } = window.flowLab;
          const floats = (...values) => Float32Array.from(values);
          for (const layer of Object.keys(stage.layers))
            stage.layers[layer] = ['source', 'target', 'pairs'].includes(layer);
          [stage.source, stage.target, stage.pairs] = [
            floats(0, 3),
            floats(0, 3),
            { x0: floats(0, 3), x1: floats(0, 2) },
          ];
          stage.fit(4);
          stage.show({ times: floats(0, 1), count: 1, positions: floats(-2, -1, 2, -1) });
          stage.seek(0.2);
          stage.pickNext(1);
          stage.flowing = true;
          const { now } = performance;
          let late = 0;
          performance.now = () => now.call(performance) + (late += 100); // whatever is drawn takes long
          const { canvas, camera } = stage;
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
          let [frames, without] = [0, 0];
          for (let last = stage.framesDrawn; frames < 15; last = stage.framesDrawn) {
            while (stage.framesDrawn === last) await new Promise((done) => setTimeout(done));
            stage.flowing = true;
            copy.globalCompositeOperation = 'copy';
            copy.drawImage(canvas, 0, 0);
            const [x, y] = [Math.round(camera.x(2)), Math.round(camera.y(-1))];
            frames++;
            without += !copy.getImageData(x - 5, y - 5, 11, 11).data.some((value, i) => i % 4 === 3 && value > 60);
          }
          performance.now = now;
          stage.letGo();
          stage.flowing = false;
          return { frames, without };
        });
        assert.equal(without, 0, `of ${frames} frames`);
      });

    test('the difference is drawn where learned and exact differ, and only there', async () => {
      await opened.page.evaluate(draw, {
        name: 'difference',
        scene: {
          field: 'velocity',
          at: [1, 1],
          frames: [
            [4, 0],
            [4, 0],
          ],
          ink: [],
          none: [],
        },
      });
      const inked = (exact) =>
        opened.page.evaluate((exact) => {
          const { stage } = window.flowLab;
          stage.exact = { ...stage.velocity, frames: Float32Array.from(exact) };
          stage.redraw();
          const copy = new OffscreenCanvas(stage.canvas.width, stage.canvas.height).getContext('2d');
          copy.drawImage(stage.canvas, 0, 0);
          return copy
            .getImageData(0, 0, stage.canvas.width, stage.canvas.height)
            .data.filter((value, i) => i % 4 === 3 && value > 0).length;
        }, exact);
      assert.equal(await inked([4, 0, 4, 0]), 0);
      assert.ok((await inked([0, 4, 0, 4])) > 20);
    });

    test('the density is highest where the points are, and its contours lie around them', async () => {
      const seen = await opened.page.evaluate(() => {
        const { stage } = window.flowLab;
        const floats = (values) => Float32Array.from(values);
        const count = 400;
        // A disc of points around (2, 1).
        const positions = floats(
          Array.from({ length: count }, (_, k) => [
            2 + 0.5 * Math.sqrt(k / count) * Math.cos(2.4 * k),
            1 + 0.5 * Math.sqrt(k / count) * Math.sin(2.4 * k),
          ]).flat(),
        );
        stage.show({ times: floats([0, 1]), count, positions: floats([...positions, ...positions]) });
        const look = (name) => {
          for (const layer of Object.keys(stage.layers)) stage.layers[layer] = layer === name;
          stage.redraw();
          const copy = new OffscreenCanvas(stage.canvas.width, stage.canvas.height).getContext('2d');
          copy.drawImage(stage.canvas, 0, 0);
          const scale = Math.min(stage.canvas.clientWidth, stage.canvas.clientHeight) / 8;
          return (x, y) =>
            copy.getImageData(
              Math.round(stage.canvas.clientWidth / 2 + x * scale),
              Math.round(stage.canvas.clientHeight / 2 - y * scale),
              1,
              1,
            ).data[3];
        };
        const density = look('density');
        const heat = [
          [2, 1],
          [2.7, 1],
          [-2, 1],
        ].map(([x, y]) => density(x, y));
        const contours = look('contours');
        let crossed = 0;
        for (let x = 2; x < 3.5; x += 0.01) crossed += contours(x, 1) > 20;
        return { heat, crossed, far: contours(-2, 1) };
      });
      assert.ok(seen.heat[0] > 150 && seen.heat[0] > seen.heat[1] + 20 && seen.heat[2] === 0, `${seen.heat}`);
      assert.ok(seen.crossed >= 4 && seen.crossed < 60, `${seen.crossed} of 150 places on a ray`);
      assert.equal(seen.far, 0);
    });
  });
}
