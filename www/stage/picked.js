// One of the flowing points, picked by hover, tap or key: where it is, how it moves, where it
// came from, where it will go.

import { drawArrows } from '../draw/arrows.js';
import { positionsAt } from '../draw/between.js';
import { drawWay } from '../draw/trajectories.js';

const REACH_PX = 18;
const SOON = 0.02; // of flow time: the velocity is the mean over so long

export class Picked {
  #stage;
  #index = null;
  #held = false; // tapped or by key: a hover does not let it go

  constructor(stage) {
    this.#stage = stage;
  }

  /** Picks the point nearest to a pixel, none where there is none near. */
  at(x_px, y_px, tapped) {
    const { camera, drawn } = this.#stage;
    if (this.#held && !tapped) return;
    let [nearest, best] = [null, REACH_PX ** 2];
    for (let i = 0; drawn && x_px !== null && i < drawn.length; i += 2) {
      const apart = (camera.x(drawn[i]) - x_px) ** 2 + (camera.y(drawn[i + 1]) - y_px) ** 2;
      if (apart < best) [nearest, best] = [i / 2, apart];
    }
    const same = nearest === this.#index;
    this.#held = tapped && nearest !== null && !(same && this.#held);
    this.#choose(tapped && same && !this.#held ? null : nearest);
  }

  /** The next point in the list, or the one before. */
  next(by) {
    const { samples } = this.#stage;
    if (!samples) return;
    this.#held = true;
    this.#choose(this.#index === null ? 0 : (this.#index + by + samples.count) % samples.count);
  }

  /** Picks what another stage has picked. */
  follow(other) {
    this.#held = other.#held;
    this.#choose(other.#index);
  }

  letGo() {
    this.#held = false;
    this.#choose(null);
  }

  /** There are so many points now: one beyond them is let go. */
  keepWithin(count) {
    if (this.#index !== null && this.#index >= count) this.letGo();
  }

  #choose(index) {
    if (index === this.#index) return;
    this.#index = index;
    this.#stage.tellPick(this.facts);
  }

  /** `{ index, t, at, velocity, from, to }` in the plane, or null. */
  get facts() {
    return this.#factsAt(this.#stage.t);
  }

  #factsAt(t) {
    const { samples } = this.#stage;
    if (this.#index === null || !samples || this.#index >= samples.count) return null;
    const point = (t) => positionOf(samples, this.#index, t);
    const start = Math.min(t, 1 - SOON);
    const [here, soon] = [point(start), point(start + SOON)];
    const velocity = [0, 1].map((axis) => (soon[axis] - here[axis]) / SOON);
    return { index: this.#index, t, at: point(t), velocity, from: point(0), to: point(1), held: this.#held };
  }

  draw({ brush, camera, palette, t, stage, dot_px }) {
    const facts = this.#factsAt(t);
    if (!facts) return;
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

function positionOf({ positions, count, times }, point, t) {
  const one = { positions: new Float32Array(2 * times.length), count: 1, times };
  for (let k = 0; k < times.length; k++)
    one.positions.set(positions.subarray(2 * (k * count + point), 2 * (k * count + point) + 2), 2 * k);
  return [...positionsAt(one, t)];
}
