// The two choices of the first screen: the target, and how many steps the solver takes.

import { grouped } from '../words/format.js';
import { $ } from './by-id.js';
import { fill } from './controls.js';

const SOLVER_STEPS = [1, 2, 3, 4, 5, 7, 10, 15, 20, 50, 100, 200, 500];

export class FirstControls {
  /**
   * @param {object[]} specs the table of options
   * @param {(name: string, text: string) => void} onChange
   * @param {AbortSignal} signal
   */
  constructor(specs, onChange, signal) {
    const [target, slider] = [$('target'), $('solver-steps')];
    const chosen = () => SOLVER_STEPS[slider.value];
    fill(
      target,
      specs.find(({ name }) => name === 'target'),
    );
    slider.max = SOLVER_STEPS.length - 1;
    target.addEventListener('change', () => onChange('target', target.value), { signal });
    slider.addEventListener('input', () => this.#showSteps(chosen()), { signal });
    slider.addEventListener('change', () => onChange('solverSteps', String(chosen())), { signal });
  }

  show({ target, solverSteps }) {
    $('target').value = target;
    $('solver-steps').value = SOLVER_STEPS.findLastIndex((steps) => steps <= solverSteps);
    this.#showSteps(solverSteps);
  }

  #showSteps(steps) {
    document.querySelector('output[for="solver-steps"]').textContent = grouped(steps);
    $('solver-steps').setAttribute('aria-valuetext', `${steps} steps`);
  }
}
