// Between points of any dimension and the plane of their first two coordinates.

/**
 * @param {Float32Array} values n × dim coordinates
 * @param {number} dim
 * @returns {Float32Array} n × 2
 */
export function firstTwo(values, dim) {
  if (dim === 2) return values;
  return Float32Array.from({ length: (2 * values.length) / dim }, (_, i) => values[(i >> 1) * dim + (i % 2)]);
}

/**
 * Points of the plane in `dim` dimensions, the other coordinates 0.
 * @param {Float32Array} xy
 * @param {number} dim
 */
export function inPlane(xy, dim) {
  if (dim === 2) return xy;
  return Float32Array.from({ length: (xy.length / 2) * dim }, (_, i) =>
    i % dim < 2 ? xy[2 * Math.floor(i / dim) + (i % dim)] : 0,
  );
}

/**
 * Half of the side of a square around nearly all of `xy`, n × 2 coordinates.
 * @param {Float32Array} xy
 */
export function extentOf(xy) {
  const reach = Float32Array.from({ length: xy.length / 2 }, (_, i) =>
    Math.max(Math.abs(xy[2 * i]), Math.abs(xy[2 * i + 1])),
  ).sort();
  return 1.1 * reach[Math.floor(0.995 * (reach.length - 1))];
}
