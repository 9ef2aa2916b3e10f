// The loss curve: every batch's loss, thinned to what a screen can show, and its running mean.

import uPlot from 'uplot';

const POINTS_MAX = 400;

export class LossCurve {
  #plot;

  constructor(element) {
    const style = getComputedStyle(element);
    const color = (role) => () => style.getPropertyValue(`--${role}`);
    const axis = { stroke: color('soft'), grid: { stroke: color('line'), width: 1 }, ticks: { show: false } };
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const options = {
      ...size(),
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: false } },
      series: [
        {},
        { stroke: color('line'), width: 1 },
        { stroke: color('generated'), width: 2 },
      ],
      axes: [{ ...axis, size: 30 }, { ...axis, size: 42 }],
    };
    this.#plot = new uPlot(options, [[], [], []], element);
    new ResizeObserver(() => this.#plot.setSize(size())).observe(element);
  }

  /** @param {Float32Array} losses one a step */
  show(losses) {
    this.#plot.setData(thinned(losses));
  }
}

/** Steps, mean losses of equal bins, and their exponential mean over about a twentieth of the run. */
export function thinned(losses) {
  const bin = Math.max(1, Math.ceil(losses.length / POINTS_MAX));
  const [steps, means, smooth] = [[], [], []];
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
  return [steps, means, smooth];
}
