// What is known of a run without its network, shown beside it: the loss floor, the exact velocity, the cost of pairing.

import { couplingSentence, excessSentence, floorLabel, noExactSentence } from './sentences.js';
import { inPlane, firstTwo } from './view/plane.js';

const DELAY_MS = 300; // the first picture and the first steps go before
const TIMES = 9;
const EDGE = 0.02; // at t = 0 and t = 1 the exact velocity of a hard edge is infinite

export class Theory {
  #lab;
  #stage;
  #loss;
  #elements;
  #run = 0;
  #floor; // undefined until it is known, null where it never will be
  #pairing_ms = null;
  #exists = false; // an exact velocity

  /** @param {{ box, reason, excess, coupling }} elements the layer's checkbox, why it is disabled, and two remarks */
  constructor(lab, stage, loss, elements) {
    [this.#lab, this.#stage, this.#loss, this.#elements] = [lab, stage, loss, elements];
    elements.box.addEventListener('change', () => this.#drawExact());
  }

  /** Looks at a run that has just started. */
  async begin() {
    const run = ++this.#run;
    const stale = () => run !== this.#run;
    [this.#floor, this.#pairing_ms, this.#exists] = [undefined, null, false];
    this.#loss.floor = null;
    this.show();
    this.#showExact('');
    await new Promise((done) => setTimeout(done, DELAY_MS));
    if (stale()) return;
    try {
      const pairing_ms = await this.#lab.pairingMs();
      if (stale()) return;
      this.#pairing_ms = pairing_ms;
      this.show();
      const probe = await this.#lab.exactVelocity(new Float32Array(this.#lab.options.dim), 0.5);
      if (stale()) return;
      this.#exists = probe !== null;
      this.#showExact(this.#exists ? '' : noExactSentence(this.#lab.options));
      await this.#drawExact();
      const floor = await this.#lab.lossFloor();
      if (stale()) return;
      this.#floor = floor;
      this.#loss.floor = floor && { loss: floor.loss, label: floorLabel(floor) };
      this.show();
    } catch (error) {
      if (!stale()) throw error;
    }
  }

  /** The remarks, as the run is now. */
  show() {
    const { options } = this.#lab;
    this.#elements.coupling.textContent = couplingSentence(options, this.#pairing_ms);
    this.#elements.excess.textContent = excessSentence(this.#floor, this.#loss.now, options);
  }

  #showExact(reason) {
    this.#elements.box.disabled = !this.#exists;
    this.#elements.reason.textContent = reason;
  }

  // Once a run: the exact field does not learn.
  async #drawExact() {
    const [run, stage] = [this.#run, this.#stage];
    if (!this.#exists || !this.#elements.box.checked || stage.exact) return;
    const { dim } = this.#lab.options;
    const points = inPlane(stage.grid, dim);
    const times = Array.from({ length: TIMES }, (_, k) => Math.min(Math.max(k / (TIMES - 1), EDGE), 1 - EDGE));
    const velocities = await Promise.all(times.map((t) => this.#lab.exactVelocity(points, t)));
    if (run !== this.#run) return;
    const frames = new Float32Array(TIMES * stage.grid.length);
    velocities.forEach((velocity, k) => frames.set(firstTwo(velocity, dim), k * stage.grid.length));
    stage.exact = { frames, count: TIMES };
  }
}
