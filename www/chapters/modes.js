import { loadText } from '../dom/load-text.js';
import { grouped } from '../words/format.js';

const VIEWS = {
  modes: { words: 'dark cells of a board in the plane', choice: 'modes' },
  dim: { words: 'dimensions of a board with 2 cells a side', choice: 'dimensions' },
  both: { words: 'dark cells', choice: 'both' },
};

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'modes',
  title: 'What many modes and dimensions cost',
  text: `<p>How long must one train? We asked it of ever larger boards in the plane, and of boards with two cells a side
    in ever more dimensions. <em>Trained</em> means: the worst filled dark cell holds at least half of the points that
    it should, at two looks in a row. Of $n$ points, with $n_k$ of them in dark cell number $k$ of $K$:</p>`,
  formula: [String.raw`\min_{k}\; \frac{n_k}{n / K} \;\ge\; \tfrac{1}{2}`],
  more: `<p>Mind the logarithmic scales: but for the smallest boards the cost grows faster than the number of cells, and
    in the plane much faster. Our guess: more cells side by side are more edges to learn. One network and one set of
    options throughout: 256 wide, 4 layers. Each was run from one seed only. The program that made the numbers is
    <code>flow-lab scaling</code>, so you can run them again.</p>`,
  wait: 'Look at the cost of dimensions, then at both together.',

  async open(figure) {
    const { signal } = figure;
    const [{ Palette }, { StudyPlot, columnsOf, rowsOf }] = await Promise.all([
      import('../stage/palette.js'),
      import('../chart/study.js'),
    ]);
    const csv = await loadText('scaling.csv');
    signal.throwIfAborted();
    const all = rowsOf(csv);
    const never = all.filter(({ steps }) => !steps); // the run ended first
    const line = (words, role, x, where) => ({
      words,
      role,
      columns: columnsOf(all, x, 'steps', (row) => row.steps > 0 && where(row)),
      untrained: columnsOf(never, x, 'steps_taken', where),
    });
    const host = Object.assign(figure.panel(), { className: 'study' });
    const key = Object.assign(figure.panel(), { className: 'key' });
    /** @type {import('../chart/study.js').StudyPlot | null} */
    let plot = null;
    const palette = new Palette(host, () => plot?.redraw(), signal);
    const plane = ({ dim }) => dim === 2;
    const corners = ({ cells }) => cells === 2;
    const series = {
      modes: [line('boards in the plane', 'generated', 'modes', plane)],
      dim: [line('2 cells a side', 'velocity', 'dim', corners)],
      both: [
        line('boards in the plane', 'generated', 'modes', plane),
        line('2 cells a side, more dimensions', 'velocity', 'modes', corners),
        line('more of both', 'target', 'modes', ({ dim, cells }) => dim > 2 && cells > 2),
      ],
    };
    const seen = new Set();
    const show = (view) => {
      plot?.dispose();
      host.replaceChildren();
      plot = figure.exhibits.plot = null;
      const filled = series[view].filter(({ columns: [places] }) => places.length);
      if (filled.length)
        plot = figure.exhibits.plot = new StudyPlot(host, palette, { series: filled, words: VIEWS[view].words });
      const lines =
        filled.length > 1
          ? filled.map(({ words, role }, k) => `<span class="line ${role}" data-dashed="${k > 0}"></span> ${words}`)
          : [];
      if (filled.some(({ untrained: [places] }) => places.length))
        lines.push('<span class="ring"></span> not trained when its run ended');
      key.innerHTML = lines.join(' &emsp; ');
      figure.say(told(series[view], view, never));
      seen.add(view);
      if (seen.has('dim') && seen.has('both')) figure.reached();
    };
    signal.addEventListener('abort', () => plot?.dispose(), { once: true });
    figure.choose(
      'Against',
      Object.entries(VIEWS).map(([view, { choice }]) => [view, choice]),
      'modes',
      show,
    );
    show('modes');
  },
};

/** The numbers in words, for those who do not see the plot. */
function told(series, view, never) {
  const unit = view === 'dim' ? 'dimensions' : 'dark cells';
  const list = ({ columns: [places, steps] }) =>
    places.map((place, k) => `${place}: ${grouped(steps[k])}`).join(', ') || 'not run yet';
  const left = never.map(
    ({ cells, dim, steps_taken: taken }) => `${cells} cells a side in ${dim} dimensions, after ${grouped(taken)} steps`,
  );
  const notYet = left.length ? ` Not trained: ${left.join('; ')}.` : '';
  return `Training steps by ${unit}: ${series.map((one) => `${one.words} – ${list(one)}`).join('; ')}.${notYet}`;
}
