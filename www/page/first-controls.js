// The two choices of the first screen: the target, and how many steps the solver takes.

/** @import { Options, Spec } from '../lab/types.js' */

import { elementIn } from '../dom/element-in.js';
import { grouped } from '../words/format.js';
import { $ } from './by-id.js';
import { fill } from './controls.js';

const SOLVER_STEPS = [1, 2, 3, 4, 5, 7, 10, 15, 20, 50, 100, 200, 500];

export class FirstControls {
  /**
   * @param {Spec[]} specs the table of options
   * @param {(name: string, text: string) => void} onChange
   * @param {AbortSignal} signal
   */
  constructor(specs, onChange, signal) {
    const [target, slider] = [$('target', HTMLSelectElement), $('solver-steps', HTMLInputElement)];
    const chosen = () => SOLVER_STEPS[Number(slider.value)];
    for (const spec of specs) if (spec.name === 'target') fill(target, spec);
    slider.max = String(SOLVER_STEPS.length - 1);
    target.addEventListener('change', () => onChange('target', target.value), { signal });
    slider.addEventListener('input', () => this.#showSteps(chosen()), { signal });
    slider.addEventListener('change', () => onChange('solverSteps', String(chosen())), { signal });
  }

  /** @param {Options} options */
  show({ target, solverSteps }) {
    $('target', HTMLSelectElement).value = target;
    const place = SOLVER_STEPS.findLastIndex((steps) => steps <= solverSteps);
    $('solver-steps', HTMLInputElement).value = String(place);
    this.#showSteps(solverSteps);
  }

  /** @param {number} steps */
  #showSteps(steps) {
    elementIn(document, 'output[for="solver-steps"]').textContent = grouped(steps);
    $('solver-steps').setAttribute('aria-valuetext', `${steps} steps`);
  }
}
