// The stage's layers as boxes to tick.

import { LAYERS } from '../stage/layers.js';
import { LAYER_WORDS } from '../words/layers.js';

export class LayerToggles {
  #boxes = new Map();
  #reasons = new Map();
  #stages = [];

  /** @param {(name: string) => void} onToggle another layer is shown, or not */
  constructor(element, stage, onToggle) {
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
      box.addEventListener('change', () => {
        if (heat && box.checked)
          LAYERS.filter((other) => other.heat && other.name !== name).forEach((other) => this.#set(other.name, false));
        this.#set(name, box.checked);
        onToggle(name);
      });
      this.#boxes.set(name, box);
      this.#reasons.set(name, { small, doc });
      element.append(label);
    }
  }

  /** Another stage shows the same layers; the result ends that. */
  join(stage) {
    stage.layers = { ...this.#stages[0].layers };
    this.#stages.push(stage);
    return () => (this.#stages = this.#stages.filter((known) => known !== stage));
  }

  #set(name, on) {
    this.#boxes.get(name).checked = on;
    for (const stage of this.#stages) {
      stage.layers[name] = on;
      stage.touch();
    }
  }

  /** A layer cannot be shown, and the reason takes the place of its explanation; no reason: it can. */
  bar(name, reason) {
    const { small, doc } = this.#reasons.get(name);
    this.#boxes.get(name).disabled = Boolean(reason);
    if (reason && name === 'likelihood') this.#set(name, false);
    small.textContent = reason || doc;
  }
}
