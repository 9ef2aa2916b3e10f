// What lies on the stage in words: the picked point, the scale of a heat map, and buttons for what gestures do.

import { grouped } from '../words/format.js';
import { LAYER_WORDS } from '../words/layers.js';

const ZOOM = 1.4;
const STEP_PX = 80;

const LENS = [
  ['+', 'Zoom in', (stage) => stage.camera.zoom(ZOOM)],
  ['−', 'Zoom out', (stage) => stage.camera.zoom(1 / ZOOM)],
  ['←', 'Move left', (stage) => stage.camera.pan(STEP_PX, 0)],
  ['→', 'Move right', (stage) => stage.camera.pan(-STEP_PX, 0)],
  ['↑', 'Move up', (stage) => stage.camera.pan(0, STEP_PX)],
  ['↓', 'Move down', (stage) => stage.camera.pan(0, -STEP_PX)],
  ['⤢', 'Fit the whole plane', (stage) => stage.camera.fit()],
];

/** @param {HTMLElement} plane holds the stage's canvas, a `.spot`, a `.scale` and a `.lens` */
export function attachOverlay(plane, stage) {
  const [spot, scale, lens] = ['.spot', '.scale', '.lens'].map((selector) => plane.querySelector(selector));
  let last = 0;
  const show = () => {
    const { facts } = stage.picked;
    spot.hidden = !facts;
    if (facts) spot.textContent = pointSentence(facts);
  };
  stage.on('pick', show);
  stage.on('time', () => {
    // Readable, not flickering.
    if (spot.hidden || performance.now() - last < 100) return;
    last = performance.now();
    show();
  });
  stage.on('heat', (shown) => {
    scale.hidden = !shown;
    if (shown) scale.innerHTML = scaleOf(shown);
  });
  for (const [sign, words, move] of LENS) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: sign, title: words });
    button.setAttribute('aria-label', words);
    button.addEventListener('click', () => {
      move(stage);
      stage.moved();
    });
    lens.append(button);
  }
  const moves = [...lens.children].slice(2);
  const showMoves = () => moves.forEach((button) => (button.hidden = stage.camera.atHome));
  stage.on('view', showMoves);
  showMoves();
}

function pointSentence({ index, t, at, velocity, from, to }) {
  const pair = ([x, y]) => `(${x.toFixed(2)}, ${y.toFixed(2)})`;
  return (
    `Point ${grouped(index + 1)} at t = ${t.toFixed(2)}: ${pair(at)}, velocity ${pair(velocity)}, ` +
    `speed ${Math.hypot(...velocity).toFixed(2)}. It came from ${pair(from)} and will end at ${pair(to)}.`
  );
}

function scaleOf({ layer, low, high, role }) {
  const { words, unit } = LAYER_WORDS[layer].scale;
  const number = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2).replace(/\.?0+$/, ''));
  const bar = `<div style="background: linear-gradient(to right, transparent, var(--${role}))"></div>`;
  return `<p>${words}</p>${bar}<p><span>${number(low)}</span><span>${number(high)} ${unit}</span></p>`;
}
