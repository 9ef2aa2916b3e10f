// The stage: everything that is drawn in the plane, redrawn every frame from arrays.

import { drawArrows, fastestOf, gridPoints } from './arrows.js';
import { Camera } from './camera.js';
import { positionsAt, velocitiesAt } from './flow.js';
import { drawPoints } from './points.js';
import { drawTrajectories } from './trajectories.js';

const FLIGHT_MS = 3500; // from t = 0 to t = 1
const REST_MS = 1200; // at t = 1, before the next flight
const BLEND_MS = 350; // from the last samples to new ones
const GRID_SIDE = 17;
const TRAJECTORIES = 150;

export class Stage {
  /** `null`, or what to draw: arrays in the plane's coordinates */
  target = null;
  samples = null;
  velocity = null; // { frames, count }, what was learned
  exact = null; // the same of the exact velocity
  layers = { target: true, generated: true, trajectories: true, velocity: true, exact: false };
  t = 0;
  flowing = true;
  framesDrawn = 0; // with points in motion
  firstMotion_ms = null; // since the page's navigation began

  #context;
  #camera;
  #clock_ms = 0;
  #last_ms = null;
  #previous = null; // { samples, since }
  #current;
  #blend;
  #arrows;
  #exactArrows;

  /** @param {(t: number) => void} onTime hears the flow time of every frame */
  constructor(canvas, extent, onTime) {
    this.#context = canvas.getContext('2d');
    this.#camera = new Camera(canvas, extent);
    this.onTime = onTime;
    this.grid = gridPoints(extent, GRID_SIDE);
    new ResizeObserver(() => this.#camera.resize()).observe(canvas);
    requestAnimationFrame((now) => this.#frame(now));
  }

  /** Shows the plane from -extent to extent. */
  fit(extent) {
    this.#camera.extent = extent;
    this.grid = gridPoints(extent, GRID_SIDE);
    this.velocity = this.exact = null;
  }

  /** New samples; the dots glide over to them. */
  show(samples) {
    const same = this.samples?.count === samples.count;
    this.#previous = same ? { samples: this.samples, since: performance.now() } : null;
    this.samples = samples;
  }

  /** Forgets what belongs to another run. */
  clear() {
    this.samples = this.velocity = this.exact = this.#previous = null;
    this.seek(0);
  }

  seek(t) {
    this.t = t;
    this.#clock_ms = t * FLIGHT_MS;
  }

  /** The generated points as drawn in the last frame. */
  get drawn() {
    return this.#current;
  }

  #frame(now) {
    requestAnimationFrame((next) => this.#frame(next));
    const passed = this.#last_ms === null ? 0 : Math.min(now - this.#last_ms, 100);
    this.#last_ms = now;
    if (this.flowing && this.samples) {
      this.#clock_ms = (this.#clock_ms + passed) % (FLIGHT_MS + REST_MS);
      this.t = Math.min(1, this.#clock_ms / FLIGHT_MS);
    }
    this.onTime(this.t);
    this.#draw(now);
    if (this.samples) {
      this.framesDrawn++;
      this.firstMotion_ms ??= performance.now();
    }
  }

  #draw(now) {
    const [context, camera] = [this.#context, this.#camera];
    const style = getComputedStyle(context.canvas);
    const color = (role) => style.getPropertyValue(`--${role}`);
    const dot_px = Math.max(1.6, camera.width_px / 260);
    camera.begin(context);
    if (this.target && this.layers.target) {
      drawPoints(context, camera, this.target, { color: color('target'), size_px: dot_px, alpha: 0.35 });
    }
    if (!this.samples) return;
    if (this.layers.trajectories) {
      drawTrajectories(context, camera, this.samples, { color: color('generated'), shown: TRAJECTORIES, alpha: 0.22 });
    }
    if (this.velocity) this.#drawVelocities(context, camera, color);
    this.#current = this.#blended(now);
    if (this.layers.generated) {
      drawPoints(context, camera, this.#current, { color: color('generated'), size_px: dot_px * 1.15, alpha: 0.85 });
    }
  }

  // Both fields at one scale, the learned one's, so that their difference is seen.
  #drawVelocities(context, camera, color) {
    this.#arrows = velocitiesAt(this.velocity.frames, this.velocity.count, this.t, this.#arrows);
    const longest_px = (1.1 * Math.min(camera.width_px, camera.height_px)) / GRID_SIDE;
    const style = { longest_px, fastest: fastestOf(this.#arrows) };
    if (this.layers.velocity) {
      drawArrows(context, camera, this.grid, this.#arrows, { ...style, color: color('velocity'), alpha: 0.6 });
    }
    if (this.layers.exact && this.exact) {
      this.#exactArrows = velocitiesAt(this.exact.frames, this.exact.count, this.t, this.#exactArrows);
      drawArrows(context, camera, this.grid, this.#exactArrows, { ...style, color: color('exact'), alpha: 0.9, dash: [3, 2] });
    }
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
}
