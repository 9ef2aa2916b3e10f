// What brushes take and are. Types only.

export {};

/**
 * What part of the plane a canvas shows; stage/camera.js is one that moves.
 * @typedef {object} Camera
 * @property {{ width: number, height: number }} canvas whose bitmap is drawn on, in its own pixels
 * @property {number} density pixels of the bitmap for a CSS pixel
 * @property {number} width_px
 * @property {number} height_px
 * @property {number} scale_px CSS pixels for one unit of the plane
 * @property {number} centreX
 * @property {number} centreY
 * @property {(x: number) => number} x the CSS pixel of a coordinate, from the left
 * @property {(y: number) => number} y from the top
 */

/** @typedef {{ left: number, right: number, bottom: number, top: number }} Bounds of a rectangle of the plane */

/** @typedef {'disc' | 'ring' | 'square' | 'cross'} Shape */

/**
 * Colours are #rrggbb. `fixed` promises that the array will not change, so that it is sent to the GPU once.
 * @typedef {{ color: string, size_px: number, alpha: number, shape?: Shape, fixed?: boolean }} PointStyle
 */

/**
 * `fades`, n numbers, multiply alpha.
 * @typedef {{ color: string, width_px: number, alpha: number, fades?: Float32Array, fixed?: boolean }} SegmentStyle
 */

/**
 * Points are n × 2 numbers, segments n × 4; an image's bytes begin with the row at the bottom.
 * @typedef {object} Brush
 * @property {(camera: Camera) => void} begin clears
 * @property {(xy: Float32Array, style: PointStyle) => void} points
 * @property {(ends: Float32Array, style: SegmentStyle) => void} segments
 * @property {(rgba: Uint8ClampedArray, width: number, height: number, bounds: Bounds) => void} image
 * @property {() => void} end now all of it is there
 */
