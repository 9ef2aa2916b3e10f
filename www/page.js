// Wires the page: the lab trains, the stage draws, the hash remembers. The page owns the training loop.

import { Lab } from './lab.js';
import { Controls } from './controls.js';
import { readHash, writeHash } from './hash.js';
import { showMetrics } from './metrics-table.js';
import { Notes, correction } from './notes.js';
import { PointsPanel } from './points-panel.js';
import { linkSentence, samplingSentence } from './sentences.js';
import { Theory } from './theory.js';
import { LossCurve } from './view/loss.js';
import { extentOf, firstTwo, inPlane } from './view/plane.js';
import { Stage } from './view/stage.js';

const CHUNK_MS = 80; // training between two looks at what the reader wants
const REFRESH_MS = 350; // least time between two new pictures
const SAMPLING_SHARE = 0.35; // of the worker's time, while training
const PREVIEW_STEPS_MAX = 50; // solver steps of a picture while training; all of them once it is done
const FIRST_STEPS = 10; // of the very first picture, which must come soon
const VELOCITY_TIMES = 9;
const EXTENT = 4; // of the plane, enough for most
const EXTENTS = { '8gaussians': 8, spiral: 4.5, circles: 4.5, pinwheel: 4.5 };
const SAMPLING_OPTIONS = ['solver', 'solverSteps', 'tolerance', 'count'];
const REFLOW_PAIRS = 10_000;

const $ = (id) => document.getElementById(id);
const notes = new Notes($('notes'));
const loss = new LossCurve($('loss'));
const stage = new Stage($('stage'), EXTENT, showTime);

let lab;
let theory;
let controls;
let panels;
let given = readHash(); // what the link and the reader chose, as [name, text]
let playing = true;
let chunk = 1;
let step = 0;
let run = 0; // counts restarts: an answer that belongs to an earlier run is not shown
let looping = false;
let turns = Promise.resolve(); // ends with the last change of the run that was asked for

start().catch((error) => {
  notes.add(`Flow Lab could not start: ${error.message}`);
  $('steps').textContent = 'not running';
});

async function start() {
  const table = fetch(new URL('options.json', import.meta.url)).then((answer) => answer.json());
  lab = await Lab.create(given);
  window.flowLab = { lab, stage };
  lab.on('device', showDevice);
  lab.on('errors', (errors) => errors.forEach((error) => notes.add(`The device reported: ${error}`)));
  theory = new Theory(lab, stage, loss, { box: $('exact'), reason: $('exact-reason'), excess: $('excess'), coupling: $('coupling') });
  await begin({ first: true });
  controls = new Controls($('controls'), (await table).options, change);
  panels = ['source', 'target'].map((end) => new PointsPanel(end, (data) => bring(end, data)));
  controls.under('source', panels[0].element);
  controls.under('target', panels[1].element);
  controls.under('group', $('coupling'));
  showOptions();
  connect();
  loop();
}

/** Shows a run that has just started, or was opened from a file; `choices` is what its link holds. */
async function begin({ first = false, choices = lab.changed.filter(([, text]) => text !== 'reflow') } = {}) {
  run++;
  stage.clear();
  chunk = 1;
  $('speed').textContent = '';
  $('metrics').hidden = true;
  step = (await lab.losses()).length;
  lab.notes.forEach((note) => notes.add(correction(note)));
  lab.remarks.forEach((remark) => notes.add(`${remark}.`));
  given = choices;
  writeHash(given);
  showOptions();
  showDevice(lab.device);
  showProgress();
  const { source, target, dim } = lab.options;
  stage.target = firstTwo(await lab.reference('target', 1500), dim);
  const wanted = Math.max(...[source, target].map((shape) => EXTENTS[shape] ?? EXTENT), target === 'points' ? extentOf(stage.target) : 0);
  stage.fit(source === 'points' ? Math.max(wanted, extentOf(firstTwo(await lab.reference('source', 1500), dim))) : wanted);
  await refresh(first ? FIRST_STEPS : undefined);
  theory.begin().catch(failed);
}

/** Draws the model as it is now; says how long that took. */
async function refresh(steps = lab.options.solverSteps) {
  const started = performance.now();
  const of = run;
  const { count, dim } = lab.options;
  if (step < lab.options.steps) steps = Math.min(steps, PREVIEW_STEPS_MAX);
  const samples = await lab.sample({ count, steps });
  const [grid, size] = [inPlane(stage.grid, dim), stage.grid.length];
  const frames = new Float32Array(VELOCITY_TIMES * size);
  for (let k = 0; k < VELOCITY_TIMES; k++) {
    frames.set(firstTwo(await lab.velocity(grid, k / (VELOCITY_TIMES - 1)), dim), k * size);
  }
  const losses = await lab.losses();
  if (of === run) {
    stage.show({ ...samples, positions: firstTwo(samples.positions, dim) });
    stage.velocity = { frames, count: VELOCITY_TIMES };
    $('sampling').textContent = samplingSentence(lab.options, samples);
    loss.show(losses);
    theory.show();
  }
  return performance.now() - started;
}

async function loop() {
  if (looping) return;
  looping = true;
  let nextRefresh = 0;
  try {
    while (playing && step < lab.options.steps) {
      await advance(Math.min(chunk, lab.options.steps - step));
      if (performance.now() > nextRefresh && step < lab.options.steps) {
        const took = await refresh();
        nextRefresh = performance.now() + Math.max(REFRESH_MS, took * (1 / SAMPLING_SHARE - 1));
      }
    }
    await refresh();
  } catch (error) {
    failed(error);
  }
  looping = false;
  showProgress();
}

async function advance(steps) {
  const of = run;
  const progress = await lab.train(steps);
  if (of !== run) return;
  step = progress.step;
  const ms = 1000 / progress.stepsPerSecond;
  chunk = Math.max(1, Math.min(500, Math.round(CHUNK_MS / ms)));
  $('speed').textContent = `${Math.round(progress.stepsPerSecond)} steps/s · loss ${progress.loss.toFixed(3)}`;
  showProgress();
  if (!Number.isFinite(progress.loss)) {
    playing = false;
    notes.add(`Training diverged at step ${step}: lower the learning rate, then train again.`);
  }
}

/** Changes the run when the changes asked for before have been made: each must see what the last one left. */
function inTurn(work) {
  const done = turns.then(work);
  turns = done.catch(() => {});
  return done;
}

/** One option was changed by the reader. */
async function change(name, text) {
  await attemptInTurn(async () => {
    const end = ['source', 'target'].indexOf(name);
    if (end >= 0 && text === 'points' && !lab.given[name]) return panels[end].open();
    const checked = await lab.check([...givenBut(name), [name, text]]);
    notes.clear();
    checked.notes.forEach((note) => notes.add(correction(note)));
    await adopt(checked, name);
  });
}

/** What was chosen for all other options. */
function givenBut(name) {
  // A preset is a fresh start: what was chosen for another one would hide it.
  if (name === 'preset') return [];
  // The dimension of points goes with them.
  const gone = lab.options[name] === 'points' ? [name, 'dim'] : [name];
  return given.filter(([known]) => !gone.includes(known));
}

/** Takes over checked options: sampling ones at once, all others by training again. */
async function adopt({ options, changed }, name) {
  // Reflow is not among the choices of the link, and stays until another coupling is chosen.
  const { coupling } = lab.options;
  const kept = coupling === 'reflow' && name !== 'coupling' ? { ...options, coupling } : options;
  const differs = Object.keys(kept).filter((key) => kept[key] !== lab.options[key]);
  if (differs.every((key) => SAMPLING_OPTIONS.includes(key))) {
    lab.options = kept;
    given = changed;
    writeHash(given);
    showOptions();
    await refresh();
  } else {
    await restart(changed);
  }
}

/** The reader brought points for one end; rejects when they cannot be used, and the run goes on. */
function bring(end, data) {
  return inTurn(async () => {
    const pairs = [...given.filter(([name]) => name !== end && name !== 'dim'), [end, 'points']];
    await lab.restart(pairs, { [end]: data });
    notes.clear();
    await begin();
    play(true);
  });
}

async function restart(pairs) {
  await lab.restart(pairs);
  await begin();
  play(true);
}

async function reflow() {
  const choices = given;
  $('reflow').disabled = true;
  $('speed').textContent = `making ${REFLOW_PAIRS.toLocaleString('en')} pairs …`;
  await lab.reflow({ count: REFLOW_PAIRS });
  await begin({ choices });
  play(true);
}

async function measure() {
  const button = $('measure-again');
  button.disabled = true;
  button.textContent = 'Measuring …';
  try {
    // Asked together, so that no training step comes between them.
    const [losses, metrics] = await Promise.all([lab.losses(), lab.metrics()]);
    showMetrics($('metrics'), metrics, lab.options, losses.length);
  } finally {
    button.disabled = false;
    button.textContent = 'Measure again';
  }
}

function play(on) {
  playing = on;
  showProgress();
  if (on) loop();
}

function connect() {
  $('play').addEventListener('click', () => (step >= lab.options.steps ? attemptInTurn(() => restart(given)) : play(!playing)));
  $('step').addEventListener('click', () =>
    attempt(async () => {
      play(false);
      await advance(1);
      await refresh();
    }),
  );
  $('reset').addEventListener('click', () => attemptInTurn(() => restart(given)));
  $('reflow').addEventListener('click', () => attemptInTurn(reflow));
  $('measure').addEventListener('toggle', () => $('measure').open && attempt(measure));
  $('measure-again').addEventListener('click', () => attempt(measure));
  $('flow').addEventListener('click', () => flow(!stage.flowing));
  $('time').addEventListener('input', () => {
    flow(false);
    stage.seek(Number($('time').value));
  });
  for (const box of document.querySelectorAll('[data-layer]')) {
    box.addEventListener('change', () => (stage.layers[box.dataset.layer] = box.checked));
  }
  $('link').addEventListener('click', () => attempt(copyLink));
  $('save').addEventListener('click', () => attempt(saveModel));
  $('open').addEventListener('change', () => attemptInTurn(openModel));
  window.addEventListener('hashchange', () =>
    attemptInTurn(async () => {
      notes.clear();
      await restart(readHash());
    }),
  );
}

async function copyLink() {
  await navigator.clipboard.writeText(location.href);
  notes.add(linkSentence(lab.options));
}

async function saveModel() {
  const url = URL.createObjectURL(new Blob([await lab.save()]));
  const link = Object.assign(document.createElement('a'), { href: url, download: `flow-lab-${lab.options.target}-${step}.safetensors` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function openModel() {
  const [file] = $('open').files;
  $('open').value = '';
  if (!file) return;
  play(false);
  await lab.load(new Uint8Array(await file.arrayBuffer()));
  notes.clear();
  await begin();
}

/** Runs what the reader asked for; a failure becomes a note, and nothing is lost. */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    failed(error);
  }
}

const attemptInTurn = (work) => attempt(() => inTurn(work));

function failed(error) {
  notes.add(error.message);
}

function flow(on) {
  stage.flowing = on;
  $('flow').textContent = on ? 'Hold' : 'Flow';
  $('flow').setAttribute('aria-pressed', String(on));
}

function showTime(t) {
  $('time').value = t;
  $('time-value').textContent = t.toFixed(2);
}

function showOptions() {
  controls?.show(lab.options);
  ['source', 'target'].forEach((end, k) => panels?.[k].show(lab.options[end] === 'points'));
  theory.show();
}

function showProgress() {
  const total = lab.options.steps;
  $('progress').value = step / total;
  $('steps').textContent = step < total ? `step ${step.toLocaleString('en')} of ${total.toLocaleString('en')}` : `trained, ${step.toLocaleString('en')} steps`;
  $('reset').hidden = step >= total; // the first button says it then
  $('play').textContent = step >= total ? 'Train again' : playing ? 'Pause' : 'Play';
  $('reflow').disabled = step === 0;
}

function showDevice({ kind, adapter, reason, selfCheck }) {
  const name = kind === 'webgpu' ? 'WebGPU' : 'CPU';
  $('device').textContent = `${name} · ${adapter}. ${reason} Self-check ${selfCheck}.`;
  $('device').dataset.kind = kind;
}
