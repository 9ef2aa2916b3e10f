import { drawArrows, longestOf } from '../draw/arrows.js';
import { normals } from '../story/crowd.js';
import { signed } from '../words/format.js';

const LATEST = 0.96; // beyond, the arrows are too long to draw

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'conditional',
  title: 'All points to one target',
  text: `<p>Keep one target point <b class="target">$x_1$</b>, and send the whole cloud of noise to it. Wherever a dot
    is at time $t$, its velocity is the way that is left, divided by the time that is left.</p>`,
  formula: [String.raw`u_t(x \mid x_1) = \frac{x_1 - x}{1 - t}`],
  more: `<p>This is the <em>conditional</em> velocity field: the <b class="velocity">arrows</b> say what it is at places
    where no dot happens to be. It only ever leads to one point. But it is known without any learning, and it is what
    everything else is made of.</p>`,
  wait: 'Move the target point.',

  open(figure) {
    const stage = figure.stage({
      layers: ['generated', 'tails'],
      label: 'Four hundred points flow to one target point',
    });
    const x0 = normals(800, 3);
    /** @type {import('../story/types.js').Place} */
    let x1 = [1.6, 1.2];
    const show = () => {
      const positions = new Float32Array(1600);
      positions.set(x0);
      for (let i = 0; i < 800; i++) positions[800 + i] = x1[i % 2];
      stage.samples = { times: Float32Array.of(0, 1), positions, count: 400 };
      figure.say(
        `400 points start from N(0, I); all end at (${x1.map((value) => signed(value)).join(', ')}). ` +
          'Nothing is learned here.',
      );
      stage.touch();
    };
    show();
    figure.handle(stage, {
      words: 'Target point',
      role: 'target',
      at: x1,
      onMove(...place) {
        x1 = place;
        show();
        figure.reached();
      },
    });
    let where = 'grid';
    figure.choose(
      'Arrows',
      [
        ['grid', 'on a grid'],
        ['dots', 'on the dots'],
      ],
      where,
      (choice) => {
        where = choice;
        stage.touch();
      },
    );
    stage.overlays.add(({ brush, camera, palette, t, current }) => {
      const xy = where === 'grid' ? stage.arrowPoints : current;
      if (!xy) return;
      const u = xy.map((value, i) => (x1[i % 2] - value) / (1 - Math.min(t, LATEST)));
      const longest_px = longestOf(camera);
      drawArrows(brush, camera, xy, u, { color: palette.velocity, longest_px, fastest: 8, alpha: 0.75 });
    });
  },
};
