// Lines across the plane, which the flow bends: space itself, deforming.

/** @import { Brush } from '../brush/types.js' */
/** @import { Lattice } from './types.js' */

import { positionsAt } from './between.js';

/**
 * Points along straight lines over [-extent, extent]², `cells` squares a side, each side in so many `pieces`.
 * @returns {{ points: Float32Array, lines: number, perLine: number }} one line after the other
 */
export function latticeOf(extent, cells, pieces = 4) {
  const [lines, perLine] = [2 * (cells + 1), cells * pieces + 1];
  const points = new Float32Array(2 * lines * perLine);
  let filled = 0;
  for (let line = 0; line < lines; line++) {
    const across = -extent + (2 * extent * (line >> 1)) / cells;
    for (let k = 0; k < perLine; k++) {
      const along = -extent + (2 * extent * k) / (perLine - 1);
      points.set(line % 2 ? [across, along] : [along, across], filled);
      filled += 2;
    }
  }
  return { points, lines, perLine };
}

/**
 * @param {Brush} brush
 * @param {Lattice} lattice
 * @param {number} t
 * @param {{ color: string, alpha: number, width_px?: number }} style
 */
export function drawLattice(brush, { lines, perLine, samples }, t, { color, alpha, width_px = 1 }) {
  const xy = positionsAt(samples, t);
  const ends = new Float32Array(4 * lines * (perLine - 1));
  let filled = 0;
  for (let line = 0; line < lines; line++) {
    for (let k = 1; k < perLine; k++) {
      const at = 2 * (line * perLine + k);
      for (let i = -2; i < 2; i++) ends[filled++] = xy[at + i];
    }
  }
  brush.segments(ends, { color, alpha, width_px });
}
