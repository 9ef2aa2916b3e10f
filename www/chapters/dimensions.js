import { between } from '../draw/between.js';
import { train } from '../story/training.js';
import { grouped } from '../words/format.js';

const COUNT = 1500;
const STEPS = 1500;
const TURNED = 0.5; // radians
/** In all their dimensions. */
const positionsIn = ({ times, positions, count, dim }, t) => between(positions, times.length, count * dim, t);
/** Late times and averaged weights, for sharp edges. */
const BOARD = {
  target: 'checkerboard',
  board: 2,
  dim: 3,
  width: 96,
  activation: 'gelu',
  learningRate: 0.004,
  timeSampling: 'late',
  ema: 0.99,
  seed: 1,
  steps: STEPS,
};

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'dimensions',
  title: 'Three dimensions, and more',
  text: `<p>Nothing in the method counts coordinates. Points, arrows and losses take three of them, or eight, or 784 of
    a picture, without a change. What changes is how much there is to fill: a chessboard with two cells a side has 2
    dark cells in the plane, 4 in space, 128 in eight dimensions.</p>`,
  formula: [String.raw`\text{dark cells} = \tfrac{1}{2}\,(\text{cells a side})^{\text{dimensions}}`],
  more: `<p>Here noise flows into the four dark cells of a board in space, whose edges are drawn. A network learns it as
    you watch, in about a thousand steps.</p>`,
  wait: 'Turn the board: drag it, or press the arrow keys on it.',

  async open(figure) {
    const { signal } = figure;
    const { Palette } = await import('../stage/palette.js');
    const { Turntable } = await import('../story/turntable.js');
    signal.throwIfAborted();
    const canvas = document.createElement('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute(
      'aria-label',
      'Generated points in the four dark cells of a three-dimensional board; arrow keys turn it',
    );
    canvas.className = 'turntable';
    const host = figure.panel();
    host.append(canvas);
    let turned = 0;
    const palette = new Palette(canvas, () => table.draw(), signal);
    const onTurn = (yaw, pitch) => {
      turned += Math.abs(yaw) + Math.abs(pitch);
      if (turned > TURNED) figure.reached();
    };
    const table = new Turntable(canvas, palette, onTurn, signal);
    figure.exhibits.turntable = table;
    const lab = await figure.lab(BOARD, { slot: 'second' });
    /** @type {import('../lab/types.js').Samples | null} */
    let samples = null;
    let t = 1;
    const draw = () => {
      if (!samples) return;
      table.xyz = positionsIn(samples, t);
      table.draw();
    };
    const time = figure.slide(
      't',
      { min: 0, max: 1, step: 0.01, value: 1, format: (value) => value.toFixed(2) },
      (value) => {
        t = value;
        draw();
      },
    );
    time.setAttribute('aria-label', 'Flow time t');
    const reference = await lab.reference('target', 4000);
    signal.throwIfAborted();
    [table.boxes, table.camera.extent] = boxesOf(reference, 3, 2);
    let [last, inside] = [0, ''];
    const look = async (step) => {
      const now = await lab.sample({ count: COUNT, solver: 'midpoint', steps: 10 });
      signal.throwIfAborted();
      samples = now;
      const share = await lab.insideShare(positionsIn(now, 1));
      signal.throwIfAborted();
      inside = ` ${Math.round(100 * share)} % of the points lie inside dark cells.`;
      draw();
      figure.say(`Step ${grouped(step)} of ${grouped(STEPS)}.${inside}`);
    };
    await train(lab, STEPS, {
      signal,
      onProgress({ step }) {
        figure.say(`Step ${grouped(step)} of ${grouped(STEPS)}.${inside}`);
        if (step < STEPS && performance.now() - last < 600) return;
        last = performance.now();
        return look(step);
      },
    });
  },
};

/** The cells that points fill, as [x, y, z, side], and the board's half side. */
function boxesOf(points, dim, cells) {
  const extent = points.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const side = (2 * extent) / cells;
  const found = new Set();
  const cellOf = (value) => Math.min(cells - 1, Math.floor((value + extent) / side));
  for (let i = 0; i < points.length; i += dim) found.add([0, 1, 2].map((axis) => cellOf(points[i + axis])).join(' '));
  return [[...found].map((cell) => [...cell.split(' ').map((k) => k * side - extent), side]), extent];
}
