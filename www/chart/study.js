// The scaling study as plots: training steps against modes, against dimension, or both.

import uPlot from 'uplot';
import { onResize } from '../dom/media.js';
import { grouped } from '../words/format.js';
import { axisOf, fontOf, typeScale } from './axes.js';

/**
 * One run of the study; `steps` is 0 where the run ended first.
 * @typedef {Record<'cells' | 'dim' | 'modes' | 'seed' | 'steps' | 'steps_taken', number>} Row
 */

/** @typedef {[x: number[], y: number[]]} Columns */

/**
 * What the study's CSV holds.
 * @param {string} csv
 * @returns {Row[]}
 */
export function rowsOf(csv) {
  const [names, ...rows] = csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const numbers = (row) => Object.fromEntries(row.map((cell, k) => [names[k], Number(cell)]));
  return rows.map((row) => /** @type {Row} */ (numbers(row)));
}

/**
 * `[x, y]` columns of the rows with `where`, sorted by x, the median where several seeds were run.
 * @param {Row[]} rows
 * @param {keyof Row} x
 * @param {keyof Row} y
 * @param {(row: Row) => boolean} where
 * @returns {Columns}
 */
export function columnsOf(rows, x, y, where) {
  /** @type {Map<number, number[]>} */
  const groups = new Map();
  for (const row of rows.filter(where)) groups.set(row[x], [...(groups.get(row[x]) ?? []), row[y]]);
  const sorted = [...groups].sort(([a], [b]) => a - b);
  const median = (steps) => steps.sort((a, b) => a - b)[steps.length >> 1];
  return [sorted.map(([place]) => place), sorted.map(([, values]) => median(values))];
}

/** Ticks of the logarithmic axis: 1, 2 and 5 of every power of ten. */
const STEPS = [1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

export class StudyPlot {
  #plot;
  #end = new AbortController();

  /**
   * @param {HTMLElement} element
   * @param {Record<string, any>} palette the roles' colours
   * @param {{ series: { words: string, role: string, columns: Columns, untrained: Columns }[], words: string }}
   *   study `untrained` are columns of the runs that ended before they were trained, drawn as rings
   */
  constructor(element, palette, { series, words }) {
    const places = [...new Set(series.flatMap(({ columns, untrained }) => [...columns[0], ...untrained[0]]))].sort(
      (a, b) => a - b,
    );
    const atPlaces = ([xs, steps]) => places.map((place) => steps[xs.indexOf(place)] ?? null);
    /** @type {uPlot.AlignedData} */
    const data = [
      places,
      ...series.map(({ columns }) => atPlaces(columns)),
      ...series.map(({ untrained }) => atPlaces(untrained)),
    ];
    const scale = typeScale();
    const axis = {
      ...axisOf(
        () => palette.soft,
        () => palette.line,
      ),
      labelSize: 22 * scale,
      labelFont: fontOf(13 * scale),
    };
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const many = places[places.length - 1] / places[0] > 5;
    const points = series.map(({ words: label, role }, k) => ({
      label,
      stroke: () => palette[role],
      width: 2,
      dash: k ? [7, 5] : undefined,
      spanGaps: true,
      points: { size: 9 * scale, fill: () => palette[role], space: 0 },
    }));
    // Rings of several series may lie on one another: each is larger than the last.
    const rings = series.map(({ role }, k) => ({
      stroke: () => palette[role],
      width: 2,
      paths: () => null,
      points: { size: (9 + 6 * k) * scale, width: 2, fill: 'transparent', space: 0 },
    }));
    this.#plot = new uPlot(
      {
        ...size(),
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: {
            time: false,
            distr: many ? 3 : 1,
            range: (plot, low, high) => (many ? [low / 1.3, high * 1.3] : [low - 0.4, high + 0.4]),
          },
          y: { distr: 3, range: (plot, low, high) => [low / 1.4, high * 1.4] },
        },
        series: [{}, ...points, ...rings],
        axes: [
          {
            ...axis,
            size: 34 * scale,
            label: words,
            splits: () => places,
            values: (plot, splits) => splits.map(String),
            filter: (plot, splits) => splits,
          },
          {
            ...axis,
            size: 62 * scale,
            label: 'training steps',
            splits: (plot, axis, low, high) => STEPS.filter((steps) => steps >= low && steps <= high),
            filter: (plot, splits) => splits,
            values: (plot, splits) => splits.map((value) => (value === null ? '' : grouped(value))),
          },
        ],
      },
      data,
      element,
    );
    onResize(element, () => this.#plot.setSize(size()), this.#end.signal);
  }

  /** The CSS pixel of a value, from the plot's upper left corner. */
  pixelOf(x, steps) {
    const { over } = this.#plot;
    return [this.#plot.valToPos(x, 'x') + over.offsetLeft, this.#plot.valToPos(steps, 'y') + over.offsetTop];
  }

  redraw() {
    this.#plot.redraw();
  }

  dispose() {
    this.#end.abort();
    this.#plot.destroy();
  }
}
