// A point of a stage that the reader moves: dragged, or with the arrow keys.

/** @import { Stage } from '../stage/stage.js' */

import { arrowOf } from '../dom/arrow-keys.js';

const KEY_STEP = 0.1; // of the plane; ten times finer with Shift

export class Handle {
  #stage;
  #button = document.createElement('button');
  #words;
  #onMove;
  #within;
  #follow = () => this.#place();
  #end = new AbortController();

  /**
   * @param {Stage} stage
   * @param {Element} host where its button goes
   * @param {{ words: string, at: [number, number], role: string, within?: number, onMove: (x: number, y: number) =>
   *   void }} options
   */
  constructor(stage, host, { words, at, role, within = 3.8, onMove }) {
    this.#stage = stage;
    this.#words = words;
    this.#onMove = onMove;
    this.#within = within;
    this.x = at[0];
    this.y = at[1];
    Object.assign(this.#button, { type: 'button', className: `handle ${role}` });
    host.append(this.#button);
    const press = (event) => {
      this.#button.setPointerCapture(event.pointerId);
      event.preventDefault();
      this.#button.focus({ preventScroll: true });
    };
    /** @param {PointerEvent} event */
    const move = (event) => this.#button.hasPointerCapture(event.pointerId) && this.#drag(event);
    const { signal } = this.#end;
    this.#button.addEventListener('pointerdown', press, { signal });
    this.#button.addEventListener('pointermove', move, { signal });
    this.#button.addEventListener('keydown', (event) => this.#key(event), { signal });
    stage.overlays.add(this.#follow); // the camera may have moved
    this.#say();
    this.#place();
  }

  dispose() {
    this.#end.abort();
    this.#button.remove();
    this.#stage.overlays.delete(this.#follow);
  }

  move(x, y) {
    const within = (value) => Math.min(this.#within, Math.max(-this.#within, value));
    this.x = within(x);
    this.y = within(y);
    this.#say();
    this.#place();
    this.#stage.touch();
    this.#onMove(this.x, this.y);
  }

  #drag({ clientX, clientY }) {
    const { left, top } = this.#stage.canvas.getBoundingClientRect();
    const [x, y] = this.#stage.camera.point(clientX - left, clientY - top);
    this.move(x, y);
  }

  #key(event) {
    const arrow = arrowOf(event);
    if (!arrow) return;
    event.preventDefault();
    const step = event.shiftKey ? KEY_STEP / 10 : KEY_STEP;
    this.move(this.x + step * arrow[0], this.y + step * arrow[1]);
  }

  #place() {
    const { camera } = this.#stage;
    this.#button.style.transform = `translate(${camera.x(this.x)}px, ${camera.y(this.y)}px)`;
  }

  #say() {
    this.#button.setAttribute(
      'aria-label',
      `${this.#words}, at ${this.x.toFixed(1)}, ${this.y.toFixed(1)}; arrow keys move it`,
    );
  }
}
