import { latticeOf } from '../draw/grid.js';
import { Crowd, moons, normals } from '../story/crowd.js';

/** @type {Record<string, [cells: number, pieces: number]>} a side, a cell */
const MESHES = { coarse: [10, 10], fine: [20, 5] };
const STEPS = 32;

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'space',
  title: 'Space itself deforms',
  text: `<p>A velocity field moves not only the dots but every place of the plane. Rule a grid on it at $t=0$ and let it
    be carried along: the flow is a map $\\phi_t$ of the plane onto itself, which bends and stretches but never tears
    and never folds, because no two trajectories ever meet.</p>`,
  formula: [String.raw`\frac{\mathrm{d}}{\mathrm{d}t}\,\phi_t(x) = u_t\bigl(\phi_t(x)\bigr),\qquad \phi_0(x) = x`],
  more: `<p>Where meshes crowd together, points crowd together: the density rises there. Look at the lines that are
    drawn out between the two moons: noise that lay near the middle is torn apart there, as far as a flow can
    tear.</p>`,
  wait: 'Take $t$ to 1 by hand, and look at one mesh on the way.',

  async open(figure) {
    const { signal } = figure;
    const stage = figure.stage({
      layers: ['target', 'grid', 'generated'],
      label: 'A grid carried by the exact flow to two moons',
    });
    const crowd = new Crowd(moons(160), 0.18);
    stage.target = crowd.points;
    const lay = async ([cells, pieces]) => {
      const { points, lines, perLine } = latticeOf(3, cells, pieces);
      stage.grid = { lines, perLine, samples: await crowd.carry(points, STEPS, signal) };
      stage.touch();
    };
    figure.choose(
      'Grid',
      [
        ['coarse', 'coarse'],
        ['fine', 'fine'],
        ['none', 'no grid'],
      ],
      'coarse',
      (choice) => {
        stage.layers.grid = choice !== 'none';
        stage.touch();
        if (choice !== 'none') return lay(MESHES[choice]);
      },
    );
    figure.choose(
      'Points',
      [
        ['shown', 'shown'],
        ['hidden', 'hidden'],
      ],
      'shown',
      (choice) => {
        stage.layers.generated = choice === 'shown';
        stage.touch();
      },
    );
    figure.say(
      'The exact field again, no network: of 160 target points, each blurred by 0.18. The grid is [−3, 3]² at t = 0.',
    );
    const stop = stage.on('time', (t) => t > 0.99 && !figure.clock.flowing && figure.reached());
    signal.addEventListener('abort', stop);
    await lay(MESHES.coarse);
    stage.show(await crowd.carry(normals(1000, 5), STEPS, signal));
  },
};
