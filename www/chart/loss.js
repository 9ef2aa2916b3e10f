// The loss curve: every batch's loss, thinned to what a screen can show, its running mean, and the floor beneath.

import uPlot from 'uplot';
import { onResize, onTheme } from '../dom/media.js';
import { axisOf, fontOf, typeScale } from './axes.js';

const POINTS_MAX = 400;

export class LossCurve {
  #plot;
  /** @type {{ loss: number, label: string } | null} */
  #floor = null;
  #end = new AbortController();

  /**
   * The running mean at the last step; undefined before the first.
   * @type {number | undefined}
   */
  now;

  /** @param {HTMLElement} element */
  constructor(element) {
    const style = getComputedStyle(element);
    const color = (role) => () => style.getPropertyValue(`--${role}`).trim();
    const axis = axisOf(color('soft'), color('line'));
    const scale = typeScale();
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    /** @type {uPlot.Options} */
    const options = {
      ...size(),
      padding: [8 * scale, 18 * scale, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: false }, y: { range: (plot, low, high) => this.#range(low, high) } },
      series: [
        {},
        { stroke: color('line'), width: 1 },
        { stroke: color('generated'), width: 2 },
        { stroke: color('other'), width: 2, dash: [7, 4] },
      ],
      axes: [
        { ...axis, size: 30 * scale, space: 50 * scale },
        { ...axis, size: 42 * scale, space: 30 * scale },
      ],
      hooks: { draw: [(plot) => this.#drawFloor(plot, color('exact')(), color('ink')())] },
    };
    this.#plot = new uPlot(options, [[], [], [], []], element);
    onTheme(() => this.#plot.redraw(false, true), this.#end.signal);
    onResize(element, () => this.#plot.setSize(size()), this.#end.signal);
  }

  dispose() {
    this.#end.abort();
    this.#plot.destroy();
  }

  /**
   * @param {Float32Array} losses one a step
   * @param {Float32Array | null} [others] those of another run, drawn dashed
   */
  show(losses, others) {
    const [steps, means, smooth] = thinned(losses);
    this.now = smooth.at(-1);
    if (!others?.length) return this.#plot.setData([steps, means, smooth, steps.map(() => null)]);
    const other = thinned(others);
    this.#plot.setData(
      uPlot.join([
        [steps, means, smooth],
        [other[0], other[2]],
      ]),
    );
  }

  /** @param {{ loss: number, label: string } | null} floor the lowest loss that there can be, as a dashed line */
  set floor(floor) {
    this.#floor = floor;
    this.#plot.setData(this.#plot.data);
  }

  /** @returns {[number, number]} */
  #range(low, high) {
    if (low === null) return [0, 1];
    const floor = this.#floor?.loss ?? low;
    const [from, to] = uPlot.rangeNum(Math.min(low, floor), Math.max(high, floor), 0.1, true);
    return [from ?? low, to ?? high];
  }

  #drawFloor(plot, stroke, ink) {
    if (!this.#floor || !plot.data[0].length) return;
    const { ctx: context, bbox } = plot;
    const pixel = window.devicePixelRatio;
    const letters_px = 12 * typeScale() * pixel;
    const y = plot.valToPos(this.#floor.loss, 'y', true);
    context.save();
    context.strokeStyle = stroke;
    context.lineWidth = 2 * pixel;
    context.setLineDash([6 * pixel, 4 * pixel]);
    context.beginPath();
    context.moveTo(bbox.left, y);
    context.lineTo(bbox.left + bbox.width, y);
    context.stroke();
    context.fillStyle = ink;
    context.font = fontOf(letters_px);
    context.textAlign = 'right';
    context.textBaseline = y + 1.5 * letters_px < bbox.top + bbox.height ? 'top' : 'bottom';
    context.fillText(
      this.#floor.label,
      bbox.left + bbox.width - 4 * pixel,
      y + (context.textBaseline === 'top' ? 4 : -4) * pixel,
    );
    context.restore();
  }
}

/**
 * Steps, mean losses of equal bins, and their exponential mean over about a twentieth of the run.
 * @param {Float32Array} losses
 */
function thinned(losses) {
  const bin = Math.max(1, Math.ceil(losses.length / POINTS_MAX));
  /** @type {[number[], number[], number[]]} */
  const columns = [[], [], []];
  const [steps, means, smooth] = columns;
  let running = losses[0];
  let weight = 0;
  for (let start = 0; start < losses.length; start += bin) {
    const part = losses.subarray(start, start + bin);
    const mean = part.reduce((sum, loss) => sum + loss, 0) / part.length;
    weight = Math.min(weight + 1, 20);
    running += (mean - running) / weight;
    steps.push(start + part.length);
    means.push(mean);
    smooth.push(running);
  }
  return columns;
}
