// Two strips of small pictures under the stage: the points as the flow time goes by, and what the model made after so
// many steps of training. Each picture is a button that moves its play head there. One brush draws them all.

/** @import { Samples } from '../lab/types.js' */
/** @import { Run } from '../run/run.js' */

import { CanvasBrush } from '../brush/canvas.js';
import { channels } from '../brush/color.js';
import { contextOf } from '../brush/context.js';
import { elementIn } from '../dom/element-in.js';
import { onResize } from '../dom/media.js';
import { positionsAt } from '../draw/between.js';
import { drawDigits } from '../draw/digits.js';
import { firstTwo } from '../draw/plane.js';
import { needsDigits } from '../lab/image-pack.js';
import { Camera } from '../stage/camera.js';
import { Palette } from '../stage/palette.js';
import { grouped } from '../words/format.js';

const TIMES = [0, 0.2, 0.4, 0.6, 0.8, 1];
const PANELS = TIMES.length;
const DRAWN = 2000; // points of a picture
const MADE = 500; // points that a past model makes …
const PIECE = 100; // … so many at a time, so that training goes on between them
const DIGITS = 9;
const SOLVER_STEPS = 20;

const ofTime = (t) => `<i>t</i> = ${t}`;
const ofStep = (step) => `step ${grouped(step)}`;

/** The steps of training that are shown of a run of `total`: 0, and five at even ratios up to its end. */
function stepsShown(total) {
  const first = Math.max(1, total / 300);
  return [
    0,
    ...Array.from({ length: PANELS - 1 }, (_, k) => Math.round(first * (total / first) ** (k / (PANELS - 2)))),
  ];
}

/** @typedef {{ button: HTMLButtonElement, canvas: HTMLCanvasElement, camera: Camera, words: HTMLElement }} Panel */
/** @typedef {{ step: number, count: number, dim: number, ends: Float32Array }} Made where points of the past end */

export class Strips {
  #element;
  #run;
  #playHeads;
  #wanted;
  #brush = new CanvasBrush();
  #palette;
  /** @type {Panel[]} */
  #flow;
  /** @type {Panel[]} */
  #training;
  /**
   * Of each panel over training, once the run has come so far.
   * @type {Made[]}
   */
  #made = [];
  /** @type {Samples | null} */
  #samples = null;
  #busy = false;
  #number = 0;
  /**
   * Panel ↦ what paints it.
   * @type {Map<Panel, () => void>}
   */
  #due = new Map();
  #painting = false;

  /**
   * @param {HTMLElement} element
   * @param {Run} run
   * @param {{ flow: (t: number) => void, train: (step: number) => void }} playHeads where a
   *   picture moves the play heads
   * @param {() => boolean} wanted whether anybody looks
   * @param {AbortSignal} signal
   */
  constructor(element, run, playHeads, wanted, signal) {
    this.#element = element;
    this.#run = run;
    this.#playHeads = playHeads;
    this.#wanted = wanted;
    const title = 'What comes out, after so many steps of training';
    const [times, steps] = [TIMES.map(ofTime), stepsShown(run.total).map(ofStep)];
    const flow = (k) => this.#playHeads.flow(TIMES[k]);
    const train = (k) => this.#playHeads.train(this.#made[k].step);
    this.#flow = this.#strip(element, 'The flow at the times <i>t</i>', times, flow, signal);
    this.#training = this.#strip(element, title, steps, train, signal);
    this.#palette = new Palette(element, () => this.draw(), signal);
    run.stage.on('time', () => this.#mark(), { signal });
    onResize(element, () => this.draw(), signal);
  }

  #strip(element, title, names, onPick, signal) {
    const strip = document.createElement('section');
    strip.innerHTML = `<h2>${title}</h2><ol></ol>`;
    // Each is drawn in a task of its own: until then it has its name, and cannot be pressed.
    const panels = names.map((name, k) => {
      const button = Object.assign(document.createElement('button'), { type: 'button', disabled: true });
      button.innerHTML = `<canvas aria-hidden="true"></canvas><span>${name}</span>`;
      button.addEventListener('click', () => onPick(k), { signal });
      const item = document.createElement('li');
      item.append(button);
      elementIn(strip, 'ol').append(item);
      const canvas = elementIn(button, 'canvas', HTMLCanvasElement);
      return { button, canvas, camera: new Camera(canvas, 1), words: elementIn(button, 'span') };
    });
    element.append(strip);
    return panels;
  }

  /** The run has begun anew. */
  clear() {
    this.#number++;
    this.#made = [];
    this.#samples = null;
    this.draw();
  }

  /**
   * The stage shows these samples.
   * @param {Samples} samples
   */
  show(samples) {
    this.#samples = samples;
    if (this.#wanted()) this.#drawFlow();
  }

  /** Something happened: a past model makes its picture, if one is missing and somebody looks. */
  async look() {
    if (!this.#wanted()) return;
    this.#mark();
    const { step, total } = this.#run;
    const next = stepsShown(total).findIndex((wanted, k) => wanted <= step && !this.#made[k]);
    if (this.#busy || next < 0 || !this.#samples) return;
    this.#busy = true;
    const number = this.#number;
    try {
      const made = await this.#make(stepsShown(total)[next], () => number !== this.#number);
      if (made) {
        this.#made[next] = made;
        this.#drawTraining();
      }
    } catch {
      // The run was replaced meanwhile, or gives points that are not finite: the next look tries again.
    }
    this.#busy = false;
    if (number !== this.#number || this.#made[next]) void this.look();
  }

  /**
   * What the model made at about this step, from the same points as the stage's.
   * @param {number} wanted
   * @param {() => boolean} stale
   * @returns {Promise<Made | null>}
   */
  async #make(wanted, stale) {
    const { lab, snapshots } = this.#run;
    const now = wanted === this.#run.step ? await lab.keep() : null;
    const kept = now ?? snapshots.near(wanted);
    if (!kept) return null;
    const { step, id } = kept;
    try {
      return stale() || !this.#samples ? null : { step, ...(await this.#ends(this.#samples, id, stale)) };
    } finally {
      if (now) lab.forget(now).catch(() => {}); // a run that is lost has forgotten all
    }
  }

  /**
   * @param {Samples} samples
   * @param {number} at
   * @param {() => boolean} stale
   */
  async #ends({ count: all, dim, positions }, at, stale) {
    const { lab } = this.#run;
    const count = Math.min(all, this.#digits ? DIGITS : MADE);
    const ends = new Float32Array(count * dim);
    for (let first = 0; first < count; first += PIECE) {
      const x0 = positions.subarray(first * dim, Math.min(first + PIECE, count) * dim);
      const part = await lab.carry(x0, { at, steps: SOLVER_STEPS, first, ends: true });
      if (stale()) throw new Error('The run was replaced.');
      ends.set(part.positions.subarray(part.positions.length - x0.length), first * dim);
    }
    return { count, dim, ends };
  }

  /**
   * Somebody looks; the stage shows these samples, or none yet.
   * @param {Samples | null} samples
   */
  open(samples) {
    this.#samples = samples;
    this.draw();
  }

  draw() {
    if (!this.#wanted()) return;
    this.#drawFlow();
    this.#drawTraining();
    void this.look();
  }

  #drawFlow() {
    this.#flow.forEach((panel, k) => void this.#soon(panel, () => this.#paintTime(panel, TIMES[k])));
  }

  #drawTraining() {
    const wanted = stepsShown(this.#run.total);
    const paint = (panel, k) => this.#soon(panel, () => this.#paintStep(panel, wanted[k], this.#made[k]));
    this.#training.forEach((panel, k) => void paint(panel, k));
  }

  // Each picture in a task of its own: twelve in one held a frame up.
  async #soon(panel, paint) {
    this.#due.set(panel, paint);
    if (this.#painting) return;
    this.#painting = true;
    this.#element.ariaBusy = 'true';
    try {
      while (this.#due.size) {
        await new Promise((done) => setTimeout(done));
        const [[first, paintFirst]] = this.#due;
        this.#due.delete(first);
        if (this.#wanted()) paintFirst();
      }
    } finally {
      this.#painting = false;
      this.#element.ariaBusy = 'false';
    }
    this.#mark();
  }

  #paintTime(panel, t) {
    panel.words.innerHTML = ofTime(t);
    panel.button.disabled = !this.#samples;
    if (!this.#samples) return this.#paint(panel, () => {});
    const { dim, count, times, positions } = this.#samples;
    if (this.#digits) return this.#paintDigits(panel, this.#samples, t);
    const drawn = positionsAt(
      { count, times, positions: dim === 2 ? positions : firstTwo(positions, dim) },
      t,
    ).subarray(0, 2 * DRAWN);
    this.#paint(panel, (brush, dot_px) =>
      brush.points(drawn, { color: this.#palette.generated, size_px: dot_px, alpha: 0.8 }),
    );
  }

  #paintStep(panel, wanted, made) {
    const { stage } = this.#run;
    panel.words.textContent = ofStep(made?.step ?? wanted);
    panel.button.disabled = !made;
    if (made && this.#digits)
      return this.#paintDigits(
        panel,
        { times: [0, 1], positions: Float32Array.of(...made.ends, ...made.ends), count: made.count },
        1,
      );
    this.#paint(panel, (brush, dot_px) => {
      if (stage.target)
        brush.points(stage.target, { color: this.#palette.target, size_px: 0.8 * dot_px, alpha: 0.4, shape: 'square' });
      if (made)
        brush.points(firstTwo(made.ends, made.dim), { color: this.#palette.generated, size_px: dot_px, alpha: 0.9 });
    });
  }

  // As many numbers of another kind are no picture.
  get #digits() {
    return needsDigits(this.#run.lab.options);
  }

  #paint({ canvas, camera }, draw) {
    camera.fit(this.#run.stage.camera.home);
    camera.resize();
    Object.assign(this.#brush.canvas, { width: canvas.width, height: canvas.height });
    this.#brush.begin(camera);
    draw(this.#brush, Math.max(1.6, camera.width_px / 75));
    this.#brush.end();
    const context = contextOf(canvas);
    context.resetTransform();
    context.globalCompositeOperation = 'copy';
    context.drawImage(this.#brush.canvas, 0, 0);
  }

  #paintDigits({ canvas, camera }, { times, positions, count }, t) {
    camera.resize();
    const [paper, ink] = ['paper', 'ink'].map((role) => channels(this.#palette[role]).map((channel) => 255 * channel));
    const some = Math.min(count, DIGITS);
    const few = new Float32Array(times.length * some * 784);
    for (let k = 0; k < times.length; k++)
      few.set(positions.subarray(k * count * 784, (k * count + some) * 784), k * some * 784);
    drawDigits(canvas.getContext('2d'), camera, { times, positions: few, count: some }, t, { paper, ink });
  }

  // Which pictures the stage shows now.
  #mark() {
    if (!this.#wanted()) return;
    const { stage, step, past } = this.#run;
    const nearest = TIMES.reduce(
      (best, t, k) => (Math.abs(t - stage.t) < Math.abs(TIMES[best] - stage.t) ? k : best),
      0,
    );
    this.#flow.forEach(({ button }, k) => button.toggleAttribute('data-now', k === nearest && this.#samples !== null));
    this.#training.forEach(({ button }, k) =>
      button.toggleAttribute('data-now', this.#made[k]?.step === (past ?? step)),
    );
  }
}
