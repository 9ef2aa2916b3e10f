// α and β of a schedule as curves over t, with a mark at the present t.

import { elementIn } from '../dom/element-in.js';

const STEPS = 80;
const [WIDTH, HEIGHT] = [100, 60]; // of the drawing; it is scaled to its place

const LABEL = 'α rises from 0 to 1, solid; β falls from 1 to 0, dashed';

export class Coefficients {
  #mark;

  /**
   * @param {HTMLElement} element
   * @param {(t: number) => [number, number]} schedule α and β
   */
  constructor(element, schedule) {
    const times = Array.from({ length: STEPS + 1 }, (_, k) => k / STEPS);
    const path = (which) =>
      times
        .map((t, k) => `${k ? 'L' : 'M'}${(WIDTH * t).toFixed(2)} ${(HEIGHT * (1 - schedule(t)[which])).toFixed(2)}`)
        .join('');
    element.className = 'coefficients';
    element.innerHTML = `
      <svg viewBox="-2 -3 ${WIDTH + 4} ${HEIGHT + 6}" role="img" aria-label="${LABEL}">
        <path d="M0 0V${HEIGHT}H${WIDTH}" class="axis" />
        <path d="${path(0)}" class="alpha" /><path d="${path(1)}" class="beta" />
        <path d="M0 0V${HEIGHT}" class="mark" />
        <text x="${WIDTH - 9}" y="11" class="alpha">α</text><text x="3" y="11" class="beta">β</text>
      </svg>`;
    this.#mark = elementIn(element, '.mark', SVGPathElement);
  }

  mark(t) {
    this.#mark.setAttribute('d', `M${(WIDTH * t).toFixed(2)} 0V${HEIGHT}`);
  }
}
