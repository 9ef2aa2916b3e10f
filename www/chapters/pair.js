import { drawArrows } from '../draw/arrows.js';
import { signed } from '../words/format.js';

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'pair',
  title: 'One pair, one velocity',
  text: `<p>Take one point <b class="source">$x_0$</b> of noise and one point <b class="target">$x_1$</b> of data, and
    draw a straight line between them. Let a dot travel along it, from <b class="source">$x_0$</b> at time $t=0$ to
    <b class="target">$x_1$</b> at $t=1$, at a steady pace.</p>`,
  formula: [String.raw`x_t = (1-t)\,x_0 + t\,x_1`, String.raw`u_t = \frac{\mathrm{d}x_t}{\mathrm{d}t} = x_1 - x_0`],
  more: `<p>The <b class="velocity">arrow</b> is its velocity $u_t$: the same everywhere on the line. This is all that a
    network will ever be asked to say: <em>you are at $x_t$, the time is $t$; which way, and how fast?</em></p>`,
  wait: 'Move either end: drag it, or press the arrow keys on it.',

  open(figure) {
    const stage = figure.stage({ layers: [], label: 'A dot travels along the straight line from x0 to x1' });
    /** @type {Record<'x0' | 'x1', import('../story/types.js').Place>} */
    const ends = { x0: [-2.2, -1.2], x1: [2, 1.4] };
    const show = () => {
      const [x0, x1] = [ends.x0, ends.x1];
      stage.samples = { times: Float32Array.of(0, 1), positions: Float32Array.from([...x0, ...x1]), count: 1 };
      const u = x1.map((value, axis) => value - x0[axis]);
      figure.say(
        `u<sub>t</sub> = x<sub>1</sub> − x<sub>0</sub> = (${u.map((value) => signed(value)).join(', ')}), ` +
          `at every t the same. Speed ${Math.hypot(...u).toFixed(2)}.`,
      );
      stage.touch();
    };
    const moved = (name) => (x, y) => {
      ends[name] = [x, y];
      show();
      figure.reached();
    };
    show();
    figure.handle(stage, { words: 'Source point x0', role: 'source', at: ends.x0, onMove: moved('x0') });
    figure.handle(stage, { words: 'Target point x1', role: 'target', at: ends.x1, onMove: moved('x1') });
    stage.overlays.add(({ brush, camera, palette, current, dot_px }) => {
      if (!current) return;
      brush.segments(Float32Array.from([...ends.x0, ...ends.x1]), { color: palette.soft, width_px: 1.5, alpha: 0.9 });
      brush.points(current, { color: palette.generated, size_px: 4 * dot_px, alpha: 1 });
      const u = Float32Array.from(ends.x1.map((value, axis) => value - ends.x0[axis]));
      const speed = Math.hypot(...u);
      if (!speed) return;
      // A third of the way: the arrow's length says how far the dot comes in a third of the time.
      const longest_px = (speed / 3) * camera.scale_px;
      const from = current.map((value, axis) => value + u[axis] / 6);
      drawArrows(brush, camera, from, u, {
        color: palette.velocity,
        longest_px,
        fastest: speed,
        alpha: 1,
        width_px: 3.5,
      });
    });
  },
};
