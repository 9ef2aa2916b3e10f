// What the plots' axes have in common. Their letters grow with the page's own, on a projector too.

/** How large the page's letters are: 1 at 16 px. */
export const typeScale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

export const fontOf = (size_px) => `${size_px}px system-ui, sans-serif`;

/**
 * What the axes of a plot share.
 * @param {() => string} letters their colour
 * @param {() => string} lines the grid's colour
 * @returns {import('uplot').Axis}
 */
export const axisOf = (letters, lines) => ({
  stroke: letters,
  grid: { stroke: lines, width: 1 },
  ticks: { show: false },
  font: fontOf(12 * typeScale()),
});
