// The stage: one scene in the plane, drawn from arrays, with a camera and layers.
//
//   const stage = new Stage(canvas, { extent: 4, clock });  a shared clock makes stages flow together
//   stage.show({ times, positions, count });                trajectories, T × count × 2; dots glide over to new ones
//   stage.layers.density = true;                            every name is in layers.js; stage.touch() draws anew
//   stage.seek(0.5); stage.flowing = false;                 the play head over flow time t
//   stage.fit(5);                                           see [-5, 5]²; stage.camera pans, zooms, then stage.moved()
//   stage.on('time', listener, { signal })                  every frame's t; the other events: Events, below
//   stage.dispose();                                        gives back its listeners, observers and WebGL context
//
// Arrays in the plane that layers draw, null where there are none: source, target (n × 2); velocity, exact ({ points,
// frames, count }, T × n × 2 numbers at even times); speed ({ raster, frames, count, most }); grid, fineGrid ({ lines,
// perLine, samples }); pairs ({ x0, x1 }); likelihood ({ raster, values }). run/scene-data.js asks a lab for them.

/** @import { Bounds, Brush } from '../brush/types.js' */
/** @import { Field, Lattice, Pairs, Raster, Trajectories } from '../draw/types.js' */
/** @import { Scale, StageScene } from './layers.js' */
/** @import { Facts } from './picked.js' */

import { brushFor } from '../brush/brush.js';
import { contextOf } from '../brush/context.js';
import { onResize } from '../dom/media.js';
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

/**
 * What a stage tells its listeners.
 * @typedef {object} Events
 * @property {number} time a frame has another t
 * @property {Facts | null} pick a point was picked, or let go
 * @property {Camera} camera another part of the plane is seen
 * @property {Camera} moved the same, by hand and not by another run
 * @property {Bounds} view the camera rests: there is another grid of arrows
 * @property {Scale | null} heat a heat map has another scale
 * @property {boolean} covered something lies over the canvas, or no longer
 */

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
   * @type {Set<(scene: StageScene) => void>}
   */
  overlays = new Set();
  /** Where the arrows stand, n × 2 numbers. */
  arrowPoints = new Float32Array();
  /** With points in motion. */
  framesDrawn = 0;
  /**
   * Since the page's navigation began.
   * @type {number | null}
   */
  firstMotion_ms = null;

  /** @type {Map<keyof Events, Set<(detail: any) => void>>} */
  #listeners = new Map();
  /** @type {ReturnType<typeof brushFor>} */
  #brush;
  /**
   * Of the frame that is under way.
   * @type {Iterator<void> | null}
   */
  #rest = null;
  /** @type {{ samples: Trajectories, since: number } | null} */
  #previous = null;
  /** @type {Float32Array | null} */
  #current = null;
  /** @type {Float32Array | undefined} */
  #blend;
  #stale = true; // something changed since the last frame
  #visible = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  #shownScale = 'null'; // as JSON
  /** @type {number | null} */
  #toldT = null;
  /** @type {number | null} */
  #drawnT = null;
  #covered = false;
  #end = new AbortController();
  #ofCanvas = new AbortController(); // ends what listens to the canvas, of which there may be a second one

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ extent?: number, clock?: Clock, flat?: boolean }} [options] `flat`: without a GPU
   */
  constructor(canvas, { extent = 4, clock = new Clock(), flat = false } = {}) {
    this.canvas = canvas;
    this.clock = clock;
    this.camera = new Camera(canvas, extent);
    this.#take(flat);
    this.palette = new Palette(canvas, () => this.touch(), this.#end.signal);
    this.picked = new Picked(this);
    this.#attach();
    this.#regrid();
    requestAnimationFrame((now) => this.#frame(now));
  }

  // Hands, size and visibility of the canvas.
  #attach() {
    const { canvas } = this;
    this.#ofCanvas = new AbortController();
    const { signal } = this.#ofCanvas;
    new Gestures(canvas, this, signal);
    onResize(canvas, () => this.#resized(), signal);
    // Of several records, the last is how things are now.
    const seeing = new IntersectionObserver((entries) => (this.#visible = entries[entries.length - 1].isIntersecting));
    seeing.observe(canvas);
    signal.addEventListener('abort', () => seeing.disconnect(), { once: true });
    canvas.addEventListener('webglcontextlost', () => this.#goFlat(), { signal });
  }

  #resized() {
    this.#rest = null;
    this.camera.resize();
    this.moved();
  }

  /** Which brush draws: `gpu` or `canvas`. */
  get kind() {
    return this.#brush.kind;
  }

  /**
   * The result ends it, and so does the signal.
   * @template {keyof Events} Name
   * @param {Name} event
   * @param {(detail: Events[Name]) => void} listener
   * @param {{ signal?: AbortSignal }} [options]
   */
  on(event, listener, { signal } = {}) {
    const heard = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, heard);
    const stop = () => heard.delete(listener);
    heard.add(listener);
    signal?.addEventListener('abort', stop, { once: true });
    return stop;
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
    this.#tellCamera();
    this.#settled();
  }

  /** Goes back to the whole square. */
  home() {
    this.camera.fit();
    this.moved();
  }

  /**
   * New samples; the dots glide over to them.
   * @param {Trajectories} samples
   */
  show(samples) {
    const before = this.clock.jumps || this.samples?.count !== samples.count ? null : this.samples;
    this.#previous = before && { samples: before, since: performance.now() };
    this.samples = samples;
    this.picked.keepWithin(samples.count);
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
    this.#tellCamera();
    this.#tell('moved', this.camera);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settled(), SETTLE_MS);
  }

  // A finger scrolls the page where the whole plane is seen, and moves the plane elsewhere.
  #tellCamera() {
    this.touch();
    this.canvas.style.touchAction = this.camera.atHome ? 'pan-y' : 'none';
    this.#tell('camera', this.camera);
  }

  #settled() {
    clearTimeout(this.#settling);
    this.#regrid();
    this.#tell('view', this.camera.view);
  }

  /** Something opaque lies over the canvas: what nobody sees takes no focus, answers no hand and picks no point. */
  get covered() {
    return this.#covered;
  }

  set covered(on) {
    if (on === this.#covered) return;
    this.#covered = this.canvas.inert = on;
    if (on) this.letGo();
    this.#tell('covered', on);
  }

  /**
   * @param {{ x: number, y: number } | null} pixel
   * @param {boolean} tapped
   */
  pick(pixel, tapped) {
    this.picked.at(pixel, tapped);
  }

  /** @param {1 | -1} by */
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
    toTheEnd(this.#draw(performance.now()));
  }

  /**
   * Draws what is seen with another brush, as it is at flow time `t`: for files.
   * @param {Brush} brush
   * @param {{ camera?: Camera, t?: number }} [how]
   */
  paint(brush, { camera = this.camera, t = this.t } = {}) {
    toTheEnd(this.#scene(brush, camera, t, this.samples && positionsAt(this.samples, t), () => {}));
  }

  dispose() {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.#ofCanvas.abort(); // before the context goes, whose loss would bring another canvas
    this.#rest = null;
    clearTimeout(this.#settling);
    for (const heard of this.#listeners.values()) heard.clear();
    this.overlays.clear();
    this.#brush.dispose();
  }

  /** @param {Facts | null} found */
  tellPick(found) {
    this.touch();
    this.#tell('pick', found);
  }

  /**
   * @template {keyof Events} Name
   * @param {Name} event
   * @param {Events[Name]} detail
   */
  #tell(event, detail) {
    for (const listener of this.#listeners.get(event) ?? []) listener(detail);
  }

  #regrid() {
    this.arrowPoints = gridPoints(this.camera.view, ARROWS_SIDE);
  }

  #frame(now) {
    if (this.#end.signal.aborted) return;
    requestAnimationFrame((next) => this.#frame(next));
    this.clock.tick(now, this.samples !== null);
    if (this.t !== this.#toldT) this.#tell('time', (this.#toldT = this.t));
    if (this.t !== this.#drawnT || this.#previous) this.#stale = true;
    if (!this.#stale || !this.#visible || this.#rest) return;
    this.#stale = false;
    this.#proceed(this.#draw(now));
  }

  /** @param {Iterator<void>} rest */
  #proceed(rest) {
    this.#rest = null;
    const end = this.kind === 'gpu' ? Infinity : performance.now() + SLICE_MS;
    do {
      if (rest.next().done) return this.#finished();
    } while (performance.now() < end);
    this.#rest = rest;
    setTimeout(() => {
      if (this.#rest === rest) this.#proceed(rest);
    });
  }

  #finished() {
    if (!this.samples) return;
    this.framesDrawn++;
    this.firstMotion_ms ??= performance.now();
  }

  /**
   * A frame, layer by layer.
   * @returns {Generator<void>}
   */
  *#draw(now) {
    this.#drawnT = this.t;
    this.#current = this.samples && this.#blended(this.samples, now);
    /** @type {Scale | null} */
    let scale = null;
    yield* this.#scene(this.#brush, this.camera.still, this.t, this.#current, (shown) => (scale = shown));
    this.#present();
    const key = JSON.stringify(scale);
    if (key !== this.#shownScale) this.#tell('heat', scale);
    this.#shownScale = key;
  }

  /**
   * @param {Brush} brush
   * @param {Camera} camera
   * @param {number} t
   * @param {Float32Array | null} current
   * @param {(scale: Scale) => void} heat
   * @returns {Generator<void>}
   */
  *#scene(brush, camera, t, current, heat) {
    const dot_px = Math.min(9, Math.max(2.2, Math.min(camera.width_px, camera.height_px) / 230));
    /** @type {StageScene} */
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

  /**
   * @param {Trajectories} samples
   * @param {number} now
   */
  #blended(samples, now) {
    const xy = positionsAt(samples, this.t, this.#current);
    const share = this.#previous ? (now - this.#previous.since) / BLEND_MS : 1;
    if (!this.#previous || share >= 1) {
      this.#previous = null;
      return xy;
    }
    const from = positionsAt(this.#previous.samples, this.t, this.#blend);
    for (let i = 0; i < xy.length; i++) xy[i] = from[i] + share * (xy[i] - from[i]);
    this.#blend = from;
    return xy;
  }

  // Only whole frames are seen.
  #present() {
    const { canvas } = this;
    const drawn = this.#brush.canvas;
    if (canvas === drawn) return;
    const { width, height } = drawn;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = contextOf(canvas);
    context.globalCompositeOperation = 'copy';
    context.drawImage(drawn, 0, 0);
  }

  #take(flat) {
    this.#brush = brushFor(this.canvas, flat);
    this.camera.canvas = this.#brush.canvas;
    this.camera.pixelsMax = this.kind === 'canvas' ? FLAT_PIXELS : Infinity;
    this.camera.resize();
  }

  // A canvas that has had WebGL can have no other context: another takes its place.
  #goFlat() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.canvas.cloneNode());
    this.canvas.replaceWith(canvas);
    this.#ofCanvas.abort();
    this.canvas = this.camera.element = canvas;
    this.#rest = null;
    this.#take(true);
    this.palette.follow(canvas);
    this.#attach();
    this.touch();
  }
}

/** @param {Iterator<unknown>} pieces of a frame, all of them now */
function toTheEnd(pieces) {
  while (!pieces.next().done);
}
