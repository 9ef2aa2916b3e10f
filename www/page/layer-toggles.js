// The stage's layers as boxes to tick.

/** @import { Exact } from '../run/exact.js' */
/** @import { Run } from '../run/run.js' */
/** @import { Stage } from '../stage/stage.js' */

import { LAYERS } from '../stage/layers.js';
import { LAYER_WORDS } from '../words/layers.js';
import { noExactSentence } from '../words/sentences.js';

export class LayerToggles {
  /** @type {Map<string, { box: HTMLInputElement, small: HTMLElement, doc: string }>} */
  #rows = new Map();
  /** @type {Stage[]} */
  #stages = [];

  /**
   * @param {HTMLElement} element
   * @param {Stage} stage
   * @param {(name: string) => void} onToggle another layer is shown, or not
   * @param {AbortSignal} signal
   */
  constructor(element, stage, onToggle, signal) {
    this.#stages = [stage];
    for (const { name, heat } of LAYERS) {
      const { words, doc } = LAYER_WORDS[name];
      const label = document.createElement('label');
      const box = Object.assign(document.createElement('input'), {
        type: 'checkbox',
        checked: stage.layers[name],
        id: name === 'exact' ? 'exact' : `layer-${name}`,
      });
      box.dataset.layer = name;
      const small = Object.assign(document.createElement('small'), { id: `about-${name}`, textContent: doc });
      box.setAttribute('aria-describedby', small.id);
      label.append(box, ` ${words}`, small);
      const toggle = () => {
        if (heat && box.checked)
          LAYERS.filter((other) => other.heat && other.name !== name).forEach((other) => this.#set(other.name, false));
        this.#set(name, box.checked);
        onToggle(name);
      };
      box.addEventListener('change', toggle, { signal });
      this.#rows.set(name, { box, small, doc });
      element.append(label);
    }
  }

  /**
   * Another stage shows the same layers; the result ends that.
   * @param {Stage} stage
   * @returns {() => void}
   */
  join(stage) {
    stage.layers = { ...this.#stages[0].layers };
    this.#stages.push(stage);
    return () => (this.#stages = this.#stages.filter((known) => known !== stage));
  }

  /**
   * @param {string} name
   * @param {boolean} on
   */
  #set(name, on) {
    const row = this.#rows.get(name);
    if (row) row.box.checked = on;
    for (const stage of this.#stages) {
      stage.layers[name] = on;
      stage.touch();
    }
  }

  /**
   * It is known whether the run has an exact velocity.
   * @param {Run} run
   * @param {Exact} exact
   */
  theorised({ lab }, { exists }) {
    const reason = exists === undefined ? 'It is being worked out.' : exists ? '' : noExactSentence(lab.options);
    for (const name of ['exact', 'difference']) this.#bar(name, reason);
  }

  /** Another run: what the last one could not show, this one may. */
  begun() {
    this.#bar('likelihood', '');
  }

  barred(run, name, reason) {
    this.#bar(name, reason);
  }

  // A layer cannot be shown, and the reason takes the place of its explanation; no reason: it can.
  #bar(name, reason) {
    const row = this.#rows.get(name);
    if (!row) return;
    row.box.disabled = Boolean(reason);
    if (reason && name === 'likelihood') this.#set(name, false);
    row.small.textContent = reason || row.doc;
  }
}
