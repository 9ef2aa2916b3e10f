// Many straight segments as pixels, with blunt ends and smooth edges: what a 2D canvas strokes, several times as fast.

/** @import { Camera, SegmentStyle } from './types.js' */

import { Pixels } from './pixels.js';

export class Segments {
  #pixels;

  /** @param {Pixels} pixels */
  constructor(pixels) {
    this.#pixels = pixels;
  }

  /**
   * A layer of segments, n × 4 numbers.
   * @param {Camera} camera
   * @param {Float32Array} ends
   * @param {SegmentStyle} style
   */
  draw(camera, ends, { color, width_px, alpha, fades }) {
    const { width, height } = camera.canvas;
    const { EDGE } = Pixels;
    const { opacity, stride } = this.#pixels.layer();
    const thick = width_px * camera.density;
    const reach = thick / 2 + 0.5; // coverage is 0 beyond this distance from the segment's middle line
    const densest = Math.min(1, thick);
    const scale = camera.scale_px * camera.density;
    const [left, top] = [width / 2 - camera.centreX * scale + EDGE, height / 2 + camera.centreY * scale + EDGE];
    const [x0, x1, y0, y1] = [EDGE, width + EDGE, EDGE, height + EDGE]; // what is seen
    let [l, r, t, b] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < ends.length; i += 4) {
      const [ax, ay] = [left + ends[i] * scale, top - ends[i + 1] * scale];
      const [bx, by] = [left + ends[i + 2] * scale, top - ends[i + 3] * scale];
      const length = Math.sqrt((bx - ax) ** 2 + (by - ay) ** 2);
      if (!(length > 0 && length < Infinity)) continue;
      const flat = Math.abs(bx - ax) >= Math.abs(by - ay);
      // Along the longer way (m) and across it (c), whichever of x and y they are.
      const am = flat ? ax : ay;
      const ac = flat ? ay : ax;
      const um = (flat ? bx - ax : by - ay) / length;
      const uc = (flat ? by - ay : bx - ax) / length;
      const c0 = flat ? y0 : x0;
      const c1 = flat ? y1 : x1;
      const stepM = flat ? 1 : stride;
      const stepC = flat ? stride : 1;
      const opaque = 255 * alpha * (fades ? fades[i / 4] : 1);
      const shortest = Math.min(1, length);
      const spread = reach / Math.abs(um);
      const slope = uc / um;
      const before = Math.abs(um) / 2 + reach * Math.abs(uc);
      const bm = am + um * length;
      const first = Math.max(flat ? x0 : y0, Math.ceil(Math.min(am, bm) - before - 0.5));
      const last = Math.min((flat ? x1 : y1) - 1, Math.floor(Math.max(am, bm) + before - 0.5));
      let lowest = c1;
      let highest = c0 - 1;
      for (let m = first; m <= last; m++) {
        const dm = m + 0.5 - am;
        const middle = ac + dm * slope - 0.5;
        const from = Math.max(c0, Math.ceil(middle - spread));
        const to = Math.min(c1 - 1, Math.floor(middle + spread));
        for (let c = from; c <= to; c++) {
          const dc = c + 0.5 - ac;
          const along = dm * um + dc * uc + 0.5;
          const across = Math.min(densest, reach - Math.abs(dc * um - dm * uc));
          const ending = Math.min(shortest, along, length + 1 - along);
          if (across <= 0 || ending <= 0) continue;
          const covered = Math.floor(opaque * across * ending + 0.5);
          const at = m * stepM + c * stepC;
          if (opacity[at] < covered) opacity[at] = covered;
        }
        if (from < lowest) lowest = from;
        if (to > highest) highest = to;
      }
      if (highest < lowest || last < first) continue;
      l = Math.min(l, flat ? first : lowest);
      r = Math.max(r, flat ? last : highest);
      t = Math.min(t, flat ? lowest : first);
      b = Math.max(b, flat ? highest : last);
    }
    if (r >= l) this.#pixels.lay(color, l, t, r + 1, b + 1);
  }
}
