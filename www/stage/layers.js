// The stage's layers, in the order in which they are drawn.

/** @import { Field, Lattice, Palette, Raster, Scene } from '../draw/types.js' */
/** @import { Camera } from './camera.js' */
/** @import { Stage } from './stage.js' */

import { drawArrows, fastestOf, longestOf } from '../draw/arrows.js';
import { velocitiesAt } from '../draw/between.js';
import { contoursOf, densityOf } from '../draw/density.js';
import { drawLattice } from '../draw/grid.js';
import { drawHeat, rasterOver } from '../draw/heat.js';
import { drawPairs } from '../draw/pairs.js';
import { drawTails, drawTrajectories } from '../draw/trajectories.js';

const SHOWN = 150; // trajectories
const TAILS = 400;
const PAIRS = 160;
const DENSITY_SIDE = 96;
const LEVELS = [0.08, 0.25, 0.45, 0.65, 0.85]; // contours, as shares of the greatest density
const NATS = 8; // the likelihood's scale reaches so far below its greatest value

/**
 * The scale of a heat map: its ends, and the role whose colour it has.
 * @typedef {{ layer: string, low: number, high: number, role: keyof Palette }} Scale
 */

/**
 * What a layer is drawn of; `heat` tells the reader a heat map's scale, `density` is what two layers show.
 * @typedef {Scene & { camera: Camera, stage: Stage, heat: (scale: Scale) => void, density?: Density }} StageScene
 */

/** @typedef {{ raster: Raster, values: Float32Array, most: number }} Density */

/**
 * Only one layer with `heat` is shown at a time. What readers call them is in words/layers.js.
 * @type {{ name: string, heat?: boolean, draw: (scene: StageScene) => void }[]}
 */
export const LAYERS = [
  { name: 'density', heat: true, draw: drawDensity },
  { name: 'speed', heat: true, draw: drawSpeed },
  { name: 'likelihood', heat: true, draw: drawLikelihood },
  { name: 'contours', draw: drawContours },
  { name: 'grid', draw: (scene) => grid(scene, scene.stage.grid, 0.8, 1.2) },
  { name: 'fineGrid', draw: (scene) => grid(scene, scene.stage.fineGrid, 0.5, 1) },
  { name: 'source', draw: drawSource },
  { name: 'target', draw: drawTarget },
  { name: 'pairs', draw: drawTrainingPairs },
  { name: 'trajectories', draw: drawWhole },
  { name: 'tails', draw: drawBehind },
  { name: 'velocity', draw: (scene) => arrows(scene, scene.stage.velocity, 'velocity', 0.5) },
  { name: 'exact', draw: (scene) => arrows(scene, scene.stage.exact, 'exact', 0.95, true) },
  { name: 'difference', draw: drawDifference },
  { name: 'generated', draw: drawGenerated },
];

/** @param {StageScene} scene */
function drawSource({ brush, palette, dot_px, stage }) {
  if (stage.source)
    brush.points(stage.source, {
      color: palette.source,
      size_px: 1.5 * dot_px,
      alpha: 0.5,
      shape: 'ring',
      fixed: true,
    });
}

/** @param {StageScene} scene */
function drawTarget({ brush, palette, dot_px, stage }) {
  if (stage.target)
    brush.points(stage.target, { color: palette.target, size_px: dot_px, alpha: 0.4, shape: 'square', fixed: true });
}

/** @param {StageScene} scene */
function drawGenerated({ brush, palette, dot_px, current }) {
  if (current) brush.points(current, { color: palette.generated, size_px: 1.2 * dot_px, alpha: 0.85, shape: 'disc' });
}

/** @param {StageScene} scene */
function drawWhole({ brush, palette, stage }) {
  if (stage.samples) drawTrajectories(brush, stage.samples, { color: palette.generated, shown: SHOWN, alpha: 0.25 });
}

/** @param {StageScene} scene */
function drawBehind({ brush, palette, dot_px, stage, t }) {
  if (stage.samples && t > 0)
    drawTails(brush, stage.samples, t, { color: palette.generated, shown: TAILS, alpha: 0.45, width_px: 0.5 * dot_px });
}

/** @param {StageScene} scene */
function drawTrainingPairs({ brush, palette, dot_px, stage }) {
  const style = {
    color: palette.soft,
    sourceColor: palette.source,
    targetColor: palette.target,
    shown: PAIRS,
    alpha: 0.45,
    size_px: 1.5 * dot_px,
  };
  if (stage.pairs) drawPairs(brush, stage.pairs, style);
}

/**
 * @param {StageScene} scene
 * @param {Lattice | null} lattice
 */
function grid({ brush, palette, t }, lattice, alpha, width_px) {
  if (lattice) drawLattice(brush, lattice, t, { color: palette.soft, alpha, width_px });
}

/**
 * All fields at one scale, the learned one's, so that their difference is seen.
 * @param {StageScene} scene
 * @param {Field | null} field
 * @param {keyof Palette} role
 */
function arrows(scene, field, role, alpha, dashed = false) {
  if (!field) return;
  const { brush, camera, palette, t, stage, dot_px } = scene;
  const fastest = stage.velocity ? fastestOf(at(stage.velocity, t)) : fastestOf(at(field, t));
  drawArrows(brush, camera, field.points, at(field, t), {
    color: palette[role],
    longest_px: longestOf(camera),
    fastest,
    alpha,
    dashed,
    width_px: 0.4 * dot_px,
  });
}

/** @param {StageScene} scene */
function drawDifference({ brush, camera, palette, t, dot_px, stage: { velocity, exact } }) {
  if (!velocity || exact?.points !== velocity.points) return;
  const [learned, truth] = [at(velocity, t), at(exact, t)];
  const wrong = learned.map((value, i) => value - truth[i]);
  drawArrows(brush, camera, velocity.points, wrong, {
    color: palette.ink,
    longest_px: longestOf(camera),
    fastest: fastestOf(learned),
    alpha: 0.9,
    width_px: 0.55 * dot_px,
  });
}

/** @param {{ frames: Float32Array, count: number }} field */
const at = (field, t) => velocitiesAt(field.frames, field.count, t);

/**
 * Two layers show it in the same frame.
 * @param {StageScene} scene
 */
function density(scene) {
  const { camera, current } = scene;
  if (!current || scene.density) return scene.density;
  const raster = rasterOver(camera.view, DENSITY_SIDE);
  const deviation = 0.055 * camera.extent * (1000 / (current.length / 2)) ** (1 / 6);
  const values = densityOf(current, raster, deviation);
  return (scene.density = { raster, values, most: values.reduce((most, value) => Math.max(most, value), 1e-9) });
}

/** @param {StageScene} scene */
function drawDensity(scene) {
  const found = density(scene);
  if (!found) return;
  drawHeat(scene.brush, found.raster, found.values, {
    color: scene.palette.generated,
    low: 0,
    high: found.most,
    alpha: 0.75,
  });
  scene.heat({ layer: 'density', low: 0, high: found.most, role: 'generated' });
}

/** @param {StageScene} scene */
function drawContours(scene) {
  const found = density(scene);
  if (!found) return;
  const lines = contoursOf(
    found.values,
    found.raster,
    LEVELS.map((level) => level * found.most),
  );
  LEVELS.forEach((level, k) => brushContour(scene, lines[k], 0.35 + 0.55 * level));
}

function brushContour({ brush, palette }, ends, alpha) {
  if (ends.length) brush.segments(ends, { color: palette.ink, width_px: 1.1, alpha });
}

/** @param {StageScene} scene */
function drawSpeed({ brush, palette, t, stage: { speed }, heat }) {
  if (!speed) return;
  const values = at(speed, t);
  drawHeat(brush, speed.raster, values, { color: palette.velocity, low: 0, high: speed.most, alpha: 0.75 });
  heat({ layer: 'speed', low: 0, high: speed.most, role: 'velocity' });
}

/** @param {StageScene} scene */
function drawLikelihood({ brush, palette, stage: { likelihood }, heat }) {
  if (!likelihood) return;
  const { raster, values } = likelihood;
  const most = values.reduce((most, value) => (value > most ? value : most), -1e9);
  drawHeat(brush, raster, values, { color: palette.generated, low: most - NATS, high: most, alpha: 0.8 });
  heat({ layer: 'likelihood', low: most - NATS, high: most, role: 'generated' });
}
