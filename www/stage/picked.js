// One of the flowing points, picked by hover, tap or key: where it is, how it moves, where it
// came from, where it will go.

/** @import { Trajectories } from '../draw/types.js' */
/** @import { StageScene } from './layers.js' */
/** @import { Stage } from './stage.js' */

import { drawArrows } from '../draw/arrows.js';
import { placeIn, pointAt } from '../draw/between.js';
import { drawWay } from '../draw/trajectories.js';

const REACH_PX = 18;
/** Of flow time: the velocity is the mean over it. */
const SOON = 0.02;

/**
 * A picked point; `held` is one picked by tap or key.
 * @typedef {object} Facts
 * @property {number} index
 * @property {number} t
 * @property {Place} at
 * @property {Place} velocity
 * @property {Place} from
 * @property {Place} to
 * @property {boolean} held
 */

/** @typedef {[x: number, y: number]} Place in the plane */

export class Picked {
  #stage;
  /** @type {number | null} */
  #index = null;
  #held = false; // tapped or by key: a hover does not let it go

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
  }

  /**
   * Picks the point nearest to a pixel, none where there is none near.
   * @param {{ x: number, y: number } | null} pixel null: the pointer has left
   * @param {boolean} tapped
   */
  at(pixel, tapped) {
    if (this.#held && !tapped) return;
    const nearest = pixel && this.#nearest(pixel);
    const same = nearest === this.#index;
    this.#held = tapped && nearest !== null && !(same && this.#held);
    this.#choose(tapped && same && !this.#held ? null : nearest);
  }

  #nearest({ x, y }) {
    const { camera, drawn } = this.#stage;
    let best = REACH_PX ** 2;
    /** @type {number | null} */
    let nearest = null;
    for (let i = 0; drawn && i < drawn.length; i += 2) {
      const apart = (camera.x(drawn[i]) - x) ** 2 + (camera.y(drawn[i + 1]) - y) ** 2;
      if (apart < best) [nearest, best] = [i / 2, apart];
    }
    return nearest;
  }

  /**
   * The next point in the list, or the one before.
   * @param {1 | -1} by
   */
  next(by) {
    const { samples } = this.#stage;
    if (!samples) return;
    this.#held = true;
    this.#choose(this.#index === null ? 0 : (this.#index + by + samples.count) % samples.count);
  }

  /**
   * Picks what another stage has picked.
   * @param {Picked} other
   */
  follow(other) {
    this.#held = other.#held;
    this.#choose(other.#index);
  }

  letGo() {
    this.#held = false;
    this.#choose(null);
  }

  /**
   * Lets go of a point beyond the present ones.
   * @param {number} count of these
   */
  keepWithin(count) {
    if (this.#index !== null && this.#index >= count) this.letGo();
  }

  /** @param {number | null} index */
  #choose(index) {
    if (index === this.#index) return;
    this.#index = index;
    this.#stage.tellPick(this.facts);
  }

  /** What is picked; null where nothing is. */
  get facts() {
    return this.#factsAt(this.#stage.t);
  }

  /**
   * @param {number} t
   * @returns {Facts | null}
   */
  #factsAt(t) {
    const { samples } = this.#stage;
    const index = this.#index;
    if (index === null || !samples || index >= samples.count) return null;
    const point = (t) => positionOf(samples, index, t);
    const start = Math.min(t, 1 - SOON);
    const [here, soon] = [point(start), point(start + SOON)];
    /** @type {Place} */
    const velocity = [(soon[0] - here[0]) / SOON, (soon[1] - here[1]) / SOON];
    return { index, t, at: point(t), velocity, from: point(0), to: point(1), held: this.#held };
  }

  /** @param {StageScene} scene */
  draw({ brush, camera, palette, t, stage, dot_px }) {
    const facts = this.#factsAt(t);
    if (!facts || !stage.samples) return;
    drawWay(brush, stage.samples, facts.index, t, { color: palette.ink, alpha: 0.9 });
    const [from, to] = [Float32Array.from(facts.from), Float32Array.from(facts.to)];
    brush.points(from, { color: palette.ink, size_px: 2.5 * dot_px, alpha: 1, shape: 'ring' });
    brush.points(to, { color: palette.ink, size_px: 2.5 * dot_px, alpha: 1, shape: 'cross' });
    const speed = Math.hypot(...facts.velocity);
    const longest_px = 14 + 14 * Math.min(4, speed);
    // The arrow is drawn around its middle: shifted, it starts at the point.
    const shift = longest_px / 2 / camera.scale_px / Math.max(speed, 1e-9);
    const tail = Float32Array.from(facts.at.map((x, axis) => x + shift * facts.velocity[axis]));
    drawArrows(brush, camera, tail, facts.velocity, {
      color: palette.velocity,
      longest_px,
      fastest: speed,
      alpha: 1,
      width_px: 3,
    });
    brush.points(Float32Array.from(facts.at), { color: palette.ink, size_px: 2.2 * dot_px, alpha: 1, shape: 'disc' });
  }
}

/**
 * @param {Trajectories} samples
 * @param {number} point
 * @param {number} t
 * @returns {Place}
 */
function positionOf(samples, point, t) {
  const at = new Float32Array(2);
  pointAt(samples, point, placeIn(samples.times, t), at, 0);
  return [at[0], at[1]];
}
