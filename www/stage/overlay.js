// What lies on the stage in words: the picked point, the scale of a heat map, and buttons for what gestures do.

/** @import { Scale } from './layers.js' */
/** @import { Facts } from './picked.js' */
/** @import { Stage } from './stage.js' */

import { grouped } from '../words/format.js';
import { LAYER_WORDS } from '../words/layers.js';

const ZOOM = 1.4;
const STEP_PX = 80;

/** @type {[sign: string, words: string, move: (stage: Stage) => void][]} */
const LENS = [
  ['+', 'Zoom in', (stage) => stage.camera.zoom(ZOOM)],
  ['−', 'Zoom out', (stage) => stage.camera.zoom(1 / ZOOM)],
  ['←', 'Move left', (stage) => stage.camera.pan(STEP_PX, 0)],
  ['→', 'Move right', (stage) => stage.camera.pan(-STEP_PX, 0)],
  ['↑', 'Move up', (stage) => stage.camera.pan(0, STEP_PX)],
  ['↓', 'Move down', (stage) => stage.camera.pan(0, -STEP_PX)],
  ['⤢', 'Fit the whole plane', (stage) => stage.camera.fit()],
];

/**
 * @param {{ spot: HTMLElement, scale: HTMLElement, lens: HTMLElement, help?: HTMLElement | null }} parts `spot`
 *   describes the picked point, `scale` a heat map's colours, `help` the keys; `lens` holds the buttons
 * @param {Stage} stage
 * @param {{ signal: AbortSignal, say?: (sentence: string) => void }} how `say` reaches those who do not see: a point
 *   that was picked by tap or key, not every one that a pointer passes
 */
export function attachOverlay({ spot, scale, lens, help }, stage, { signal, say = () => {} }) {
  let last = 0;
  /** @type {Scale | null} */
  let heat = null;
  const show = () => {
    const { facts } = stage.picked;
    spot.hidden = !facts;
    if (facts) spot.textContent = pointSentence(facts);
    return facts;
  };
  const pick = () => {
    const facts = show();
    if (facts?.held) say(pointSentence(facts));
  };
  const time = () => {
    // Readable, not flickering.
    if (spot.hidden || performance.now() - last < 100) return;
    last = performance.now();
    show();
  };
  const showScale = (shown) => {
    heat = shown;
    scale.hidden = !shown || stage.covered;
    if (shown) scale.innerHTML = scaleOf(shown);
  };
  const cover = (covered) => {
    lens.hidden = covered;
    if (help) help.hidden = covered;
    showScale(heat);
  };
  stage.on('pick', pick, { signal });
  stage.on('time', time, { signal });
  stage.on('heat', showScale, { signal });
  stage.on('covered', cover, { signal });
  stage.on('view', showMoves, { signal });

  const buttons = LENS.map(([sign, words, move]) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: sign, title: words });
    button.setAttribute('aria-label', words);
    const press = () => {
      move(stage);
      stage.moved();
    };
    button.addEventListener('click', press, { signal });
    return button;
  });
  lens.append(...buttons);
  signal.addEventListener('abort', () => buttons.forEach((button) => button.remove()), { once: true });
  function showMoves() {
    for (const button of buttons.slice(2)) button.hidden = stage.camera.atHome;
  }
  showMoves();
}

/** @param {Facts} facts */
function pointSentence({ index, t, at, velocity, from, to }) {
  const pair = ([x, y]) => `(${x.toFixed(2)}, ${y.toFixed(2)})`;
  return (
    `Point ${grouped(index + 1)} at t = ${t.toFixed(2)}: ${pair(at)}, velocity ${pair(velocity)}, ` +
    `speed ${Math.hypot(...velocity).toFixed(2)}. It came from ${pair(from)} and will end at ${pair(to)}.`
  );
}

/** @param {Scale} scale */
function scaleOf({ layer, low, high, role }) {
  const { words, unit } = LAYER_WORDS[layer].scale;
  const number = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2).replace(/\.?0+$/, ''));
  const bar = `<div style="background: linear-gradient(to right, transparent, var(--${role}))"></div>`;
  return `<p>${words}</p>${bar}<p><span>${number(low)}</span><span>${number(high)} ${unit}</span></p>`;
}
