// Where points of any dimension are between two of the times that were computed.

/** @param {{ times, positions, count, dim }} samples. @returns {Float32Array} count × dim numbers */
export function positionsIn({ times, positions, count, dim }, t) {
  const size = count * dim;
  const place = Math.min(Math.max(t, 0), 1) * (times.length - 1);
  const row = Math.min(Math.floor(place), times.length - 2);
  const share = place - row;
  return positions.slice(row * size, (row + 1) * size).map((value, i) => value + share * (positions[(row + 1) * size + i] - value));
}
