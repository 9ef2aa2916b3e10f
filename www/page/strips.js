// Two strips of small pictures under the stage: the points as the flow time goes by, and what the model made after so
// many steps of training. Each picture is a button that moves its play head there. One brush draws them all.

import { CanvasBrush } from '../brush/canvas.js';
import { channels } from '../brush/color.js';
import { contextOf } from '../brush/context.js';
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
export function stepsShown(total) {
  const first = Math.max(1, total / 300);
  return [
    0,
    ...Array.from({ length: PANELS - 1 }, (_, k) => Math.round(first * (total / first) ** (k / (PANELS - 2)))),
  ];
}

export class Strips {
  #element;
  #run;
  #playHeads;
  #wanted;
  #brush = new CanvasBrush();
  #palette;
  #flow; // of panels: { button, canvas, camera, words }
  #training;
  #made = []; // of each panel over training: { step, samples }, once the run has come so far
  #samples = null;
  #busy = false;
  #number = 0;
  #due = new Map(); // panel ↦ what paints it
  #painting = false;

  /**
   * @param {HTMLElement} element
   * @param {{ flow: (t: number) => void, train: (step: number) => void }} playHeads where a
   *   picture moves the play heads
   * @param {() => boolean} wanted whether anybody looks
   */
  constructor(element, run, playHeads, wanted) {
    [this.#element, this.#run, this.#playHeads, this.#wanted] = [element, run, playHeads, wanted];
    this.#flow = this.#strip(element, 'The flow at the times <i>t</i>', TIMES.map(ofTime), (k) =>
      this.#playHeads.flow(TIMES[k]),
    );
    const steps = stepsShown(run.total).map(ofStep);
    this.#training = this.#strip(element, 'What comes out, after so many steps of training', steps, (k) =>
      this.#playHeads.train(this.#made[k].step),
    );
    this.#palette = new Palette(element, () => this.draw());
    run.stage.on('time', () => this.#mark());
    new ResizeObserver(() => this.draw()).observe(element);
  }

  #strip(element, title, names, onPick) {
    const strip = document.createElement('section');
    strip.innerHTML = `<h2>${title}</h2><ol></ol>`;
    // Each is drawn in a task of its own: until then it has its name, and cannot be pressed.
    const panels = names.map((name, k) => {
      const button = Object.assign(document.createElement('button'), { type: 'button', disabled: true });
      button.innerHTML = `<canvas aria-hidden="true"></canvas><span>${name}</span>`;
      button.addEventListener('click', () => onPick(k));
      const item = document.createElement('li');
      item.append(button);
      strip.lastChild.append(item);
      const canvas = button.firstChild;
      return { button, canvas, camera: new Camera(canvas, 1), words: button.lastChild };
    });
    element.append(strip);
    return panels;
  }

  /** The run has begun anew. */
  clear() {
    this.#number++;
    [this.#made, this.#samples] = [[], null];
    this.draw();
  }

  /** The stage shows these samples, `{ times, positions, count, dim }`. */
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
    if (number !== this.#number || this.#made[next]) this.look();
  }

  // What the model made at about this step, from the same points as the stage's.
  async #make(wanted, stale) {
    const { lab, snapshots } = this.#run;
    const { step, values: weights } = wanted === this.#run.step ? await lab.weights() : snapshots.near(wanted);
    if (stale()) return null;
    const { count: all, dim, positions } = this.#samples;
    const count = Math.min(all, this.#areDigits(dim) ? DIGITS : MADE);
    const ends = new Float32Array(count * dim);
    for (let first = 0; first < count; first += PIECE) {
      const x0 = positions.subarray(first * dim, Math.min(first + PIECE, count) * dim);
      const part = await lab.carry(x0, { weights, steps: SOLVER_STEPS, first, ends: true });
      if (stale()) return null;
      ends.set(part.positions.subarray(part.positions.length - x0.length), first * dim);
    }
    return { step, count, dim, ends };
  }

  /** Somebody looks; the stage shows these samples, or none yet. */
  open(samples) {
    this.#samples = samples;
    this.draw();
  }

  draw() {
    if (!this.#wanted()) return;
    this.#drawFlow();
    this.#drawTraining();
    this.look();
  }

  #drawFlow() {
    this.#flow.forEach((panel, k) => this.#soon(panel, () => this.#paintTime(panel, TIMES[k])));
  }

  #drawTraining() {
    const wanted = stepsShown(this.#run.total);
    this.#training.forEach((panel, k) => this.#soon(panel, () => this.#paintStep(panel, wanted[k], this.#made[k])));
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

  // Points of 784 coordinates out of a table are no pictures.
  #areDigits(dim) {
    return dim === 784 && needsDigits(this.#run.lab.options);
  }

  #paintTime(panel, t) {
    panel.words.innerHTML = ofTime(t);
    panel.button.disabled = !this.#samples;
    if (!this.#samples) return this.#paint(panel, () => {});
    const { dim, count, times, positions } = this.#samples;
    if (this.#areDigits(dim)) return this.#paintDigits(panel, this.#samples, t);
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
    if (made && this.#areDigits(made.dim))
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
