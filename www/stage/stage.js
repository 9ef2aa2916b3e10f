// The stage: one scene in the plane, drawn from arrays, with a camera and layers.
//
//   const stage = new Stage(canvas, { extent: 4, clock });  a shared clock makes stages flow together
//   stage.show({ times, positions, count });                trajectories, T × count × 2; dots glide over to new ones
//   stage.layers.density = true;                            every name is in layers.js; stage.touch() draws anew
//   stage.seek(0.5); stage.flowing = false;                 the play head over flow time t
//   stage.fit(5);                                           see [-5, 5]²; stage.camera pans, zooms, then stage.moved()
//   stage.on('time' | 'pick' | 'camera' | 'view' | 'heat', listener)
//                                                           every frame's t; a point picked; the camera moves, and
//                                                           rests; the scale of a heat map
//   stage.dispose();
//
// Arrays in the plane that layers draw, null where there are none: source, target (n × 2); velocity, exact ({ points,
// frames, count }, T × n × 2 numbers at even times); speed ({ raster, frames, count, most }); grid, fineGrid ({ lines,
// perLine, samples }); pairs ({ x0, x1 }); likelihood ({ raster, values }). run/scene-data.js asks a lab for them.

/** @import { Field, Lattice, Pairs, Raster, Scene, Trajectories } from '../draw/types.js' */

import { brushFor } from '../brush/brush.js';
import { ARROWS_SIDE, gridPoints } from '../draw/arrows.js';
import { positionsAt } from '../draw/between.js';
import { Camera } from './camera.js';
import { Clock } from './clock.js';
import { Gestures } from './gestures.js';
import { LAYERS } from './layers.js';
import { Palette } from './palette.js';
import { Picked } from './picked.js';

const BLEND_MS = 350; // from the last samples to new ones
const SETTLE_MS = 200; // after the last movement of the camera
const FLAT_PIXELS = 1.5e6; // without a GPU: a 4K screen's own took 90 ms a frame
// Of a frame without a GPU; what is left waits in a task of its own, so that the page answers in between.
const SLICE_MS = 8;

export class Stage {
  /** @type {Float32Array | null} */
  source = null;
  /** @type {Float32Array | null} */
  target = null;
  /** @type {Trajectories | null} */
  samples = null;
  /** @type {Field | null} */
  velocity = null;
  /** @type {Field | null} */
  exact = null;
  /** @type {{ raster: Raster, frames: Float32Array, count: number, most: number } | null} */
  speed = null;
  /** @type {Lattice | null} */
  grid = null;
  /** @type {Lattice | null} */
  fineGrid = null;
  /** @type {Pairs | null} */
  pairs = null;
  /** @type {{ raster: Raster, values: Float32Array } | null} */
  likelihood = null;
  layers = Object.fromEntries(
    LAYERS.map(({ name }) => [name, ['target', 'generated', 'tails', 'velocity'].includes(name)]),
  );
  /**
   * What a layer of the caller's own draws last.
   * @type {Set<(scene: Scene) => void>}
   */
  overlays = new Set();
  /** Where the arrows stand, n × 2 numbers. */
  arrowPoints = new Float32Array();
  framesDrawn = 0; // with points in motion
  firstMotion_ms = null; // since the page's navigation began

  #listeners = { time: new Set(), pick: new Set(), camera: new Set(), view: new Set(), heat: new Set() };
  #brush;
  #rest = null; // of the frame that is under way
  #previous = null; // { samples, since }
  #current = null;
  #blend;
  #stale = true; // something changed since the last frame
  #visible = true;
  #settling;
  #shownScale = null;
  #toldT = null;
  #drawnT = null;
  #disposed = false;

  constructor(canvas, { extent = 4, clock = new Clock(), flat = false } = {}) {
    this.canvas = canvas;
    this.clock = clock;
    this.camera = new Camera(canvas, extent);
    this.#take(flat);
    this.palette = new Palette(canvas, () => this.touch());
    this.picked = new Picked(this);
    this.gestures = new Gestures(canvas, this);
    this.#regrid();
    this.resizing = new ResizeObserver(() => {
      this.#rest = null;
      this.camera.resize();
      this.moved();
    });
    this.seeing = new IntersectionObserver(([entry]) => (this.#visible = entry.isIntersecting));
    this.resizing.observe(canvas);
    this.seeing.observe(canvas);
    canvas.addEventListener('webglcontextlost', () => this.#goFlat());
    requestAnimationFrame((now) => this.#frame(now));
  }

  /** Which brush draws: `gpu` or `canvas`. */
  get kind() {
    return this.#brush.kind;
  }

  on(event, listener) {
    this.#listeners[event].add(listener);
    return () => this.#listeners[event].delete(listener);
  }

  get t() {
    return this.clock.t;
  }

  get flowing() {
    return this.clock.flowing;
  }

  set flowing(on) {
    this.clock.flowing = on;
  }

  seek(t) {
    this.clock.seek(t);
    this.touch();
  }

  /** Sees the square from -extent to extent; what was computed for another view is dropped. */
  fit(extent) {
    this.camera.fit(extent);
    this.#regrid();
    this.touch();
  }

  /** Goes back to the whole square. */
  home() {
    this.camera.fit();
    this.moved();
  }

  /** New samples; the dots glide over to them. */
  show(samples) {
    const glide = !this.clock.jumps && this.samples?.count === samples.count;
    this.#previous = glide ? { samples: this.samples, since: performance.now() } : null;
    this.samples = samples;
    this.touch();
  }

  /** Forgets what belongs to another run. */
  clear() {
    this.samples =
      this.velocity =
      this.exact =
      this.speed =
      this.grid =
      this.fineGrid =
      this.pairs =
      this.likelihood =
      this.#previous =
        null;
    this.picked.letGo();
    this.seek(0);
  }

  /** Something that is drawn was changed. */
  touch() {
    this.#stale = true;
  }

  /** Sees what another stage sees. */
  seeAs({ camera: { extent, centreX, centreY } }) {
    const { camera } = this;
    if (camera.extent === extent && camera.centreX === centreX && camera.centreY === centreY) return;
    Object.assign(camera, { extent, centreX, centreY });
    this.moved();
  }

  /** The camera moved; once it rests, listeners of `view` hear of the new grid of arrows. */
  moved() {
    this.touch();
    this.#tell('camera', this.camera);
    this.canvas.style.touchAction = this.camera.atHome ? 'pan-y' : 'none';
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#regrid();
      this.#tell('view', this.camera.view);
    }, SETTLE_MS);
  }

  pick(x_px, y_px, tapped) {
    this.picked.at(x_px, y_px, tapped);
  }

  pickNext(by) {
    this.picked.next(by);
  }

  letGo() {
    this.picked.letGo();
  }

  /** The generated points as drawn in the last frame. */
  get drawn() {
    return this.#current;
  }

  /** Draws now, not with the next frame. */
  redraw() {
    this.#rest = null;
    for (const _ of this.#draw(performance.now()));
  }

  /** Draws what is seen with another brush, as it is at flow time `t`: for files. */
  paint(brush, { camera = this.camera, t = this.t } = {}) {
    for (const _ of this.#scene(brush, camera, t, this.samples && positionsAt(this.samples, t), () => {}));
  }

  dispose() {
    this.#disposed = true;
    this.#rest = null;
    this.resizing.disconnect();
    this.seeing.disconnect();
    this.palette.forget();
    clearTimeout(this.#settling);
  }

  tellPick(found) {
    this.touch();
    this.#tell('pick', found);
  }

  #tell(event, detail) {
    for (const listener of this.#listeners[event]) listener(detail);
  }

  #regrid() {
    this.arrowPoints = gridPoints(this.camera.view, ARROWS_SIDE);
  }

  #frame(now) {
    if (this.#disposed) return;
    requestAnimationFrame((next) => this.#frame(next));
    this.clock.tick(now, this.samples !== null);
    if (this.t !== this.#toldT) this.#tell('time', (this.#toldT = this.t));
    if (this.t !== this.#drawnT || this.#previous) this.#stale = true;
    if (!this.#stale || !this.#visible || this.#rest) return;
    this.#stale = false;
    this.#proceed(this.#draw(now));
  }

  #proceed(rest) {
    this.#rest = null;
    const end = this.kind === 'gpu' ? Infinity : performance.now() + SLICE_MS;
    do {
      if (rest.next().done) return this.#finished();
    } while (performance.now() < end);
    this.#rest = rest;
    setTimeout(() => this.#rest === rest && this.#proceed(rest));
  }

  #finished() {
    if (!this.samples) return;
    this.framesDrawn++;
    this.firstMotion_ms ??= performance.now();
  }

  // A frame, layer by layer.
  *#draw(now) {
    this.#drawnT = this.t;
    this.#current = this.samples && this.#blended(now);
    let scale = null;
    yield* this.#scene(this.#brush, this.camera.still, this.t, this.#current, (shown) => (scale = shown));
    this.#present();
    const key = JSON.stringify(scale);
    if (key !== this.#shownScale) this.#tell('heat', scale);
    this.#shownScale = key;
  }

  *#scene(brush, camera, t, current, heat) {
    const dot_px = Math.min(9, Math.max(2.2, Math.min(camera.width_px, camera.height_px) / 230));
    const scene = { brush, camera, palette: this.palette, t, dot_px, stage: this, current, heat };
    brush.begin(camera);
    for (const { name, draw } of LAYERS) {
      if (!this.layers[name]) continue;
      draw(scene);
      yield;
    }
    for (const overlay of this.overlays) overlay(scene);
    this.picked.draw(scene);
    brush.end();
  }

  #blended(now) {
    const xy = positionsAt(this.samples, this.t, this.#current);
    const share = this.#previous ? (now - this.#previous.since) / BLEND_MS : 1;
    if (share >= 1) {
      this.#previous = null;
      return xy;
    }
    this.#blend = positionsAt(this.#previous.samples, this.t, this.#blend);
    for (let i = 0; i < xy.length; i++) xy[i] = this.#blend[i] + share * (xy[i] - this.#blend[i]);
    return xy;
  }

  // Only whole frames are seen.
  #present() {
    const [{ canvas }, sheet] = [this, this.#brush.canvas];
    if (canvas === sheet) return;
    const { width, height } = sheet;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.globalCompositeOperation = 'copy';
    context.drawImage(sheet, 0, 0);
  }

  #take(flat) {
    this.#brush = brushFor(this.canvas, flat);
    this.camera.canvas = this.#brush.canvas;
    this.camera.pixelsMax = this.kind === 'canvas' ? FLAT_PIXELS : Infinity;
    this.camera.resize();
  }

  // A canvas that has had WebGL can have no other context: another takes its place.
  #goFlat() {
    const canvas = this.canvas.cloneNode();
    this.canvas.replaceWith(canvas);
    this.resizing.disconnect();
    this.seeing.disconnect();
    this.canvas = this.camera.element = canvas;
    this.#rest = null;
    this.#take(true);
    this.gestures = new Gestures(canvas, this);
    this.resizing.observe(canvas);
    this.seeing.observe(canvas);
    this.touch();
  }
}
