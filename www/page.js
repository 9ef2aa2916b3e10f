// Wires the page: the lab trains, the stage draws, the hash remembers. The page owns the training loop.

import { Lab } from './lab.js';
import { Controls } from './controls.js';
import { readHash, writeHash } from './hash.js';
import { Notes, correction } from './notes.js';
import { LossCurve } from './view/loss.js';
import { Stage } from './view/stage.js';

const CHUNK_MS = 80; // training between two looks at what the reader wants
const REFRESH_MS = 350; // least time between two new pictures
const SAMPLING_SHARE = 0.35; // of the worker's time, while training
const PREVIEW_STEPS_MAX = 50; // solver steps of a picture while training; all of them once it is done
const FIRST_STEPS = 10; // of the very first picture, which must come soon
const VELOCITY_TIMES = 9;
const EXTENT = 4; // of the plane, enough for most; 8 Gaussians reach further
const WIDE_EXTENT = 8;
const SAMPLING_OPTIONS = ['solver', 'solverSteps', 'count'];

const $ = (id) => document.getElementById(id);
const notes = new Notes($('notes'));
const loss = new LossCurve($('loss'));
const stage = new Stage($('stage'), EXTENT, showTime);

let lab;
let controls;
let given = readHash(); // what the link and the reader chose, as [name, text]
let playing = true;
let chunk = 1;
let step = 0;
let run = 0; // counts restarts: an answer that belongs to an earlier run is not shown
let looping = false;

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
  await begin({ first: true });
  controls = new Controls($('controls'), (await table).options, change);
  controls.show(lab.options);
  connect();
  loop();
}

/** Shows a run that has just started, or was opened from a file. */
async function begin({ first = false } = {}) {
  run++;
  step = (await lab.losses()).length;
  lab.notes.forEach((note) => notes.add(correction(note)));
  given = lab.changed;
  writeHash(given);
  controls?.show(lab.options);
  showDevice(lab.device);
  showProgress();
  const { source, target } = lab.options;
  stage.fit([source, target].includes('8gaussians') ? WIDE_EXTENT : EXTENT);
  stage.target = await lab.reference('target', 1500);
  await refresh(first ? FIRST_STEPS : undefined);
}

/** Draws the model as it is now; says how long that took. */
async function refresh(steps = lab.options.solverSteps) {
  const started = performance.now();
  const of = run;
  if (step < lab.options.steps) steps = Math.min(steps, PREVIEW_STEPS_MAX);
  const samples = await lab.sample({ count: lab.options.count, steps });
  const frames = new Float32Array(VELOCITY_TIMES * stage.grid.length);
  for (let k = 0; k < VELOCITY_TIMES; k++) {
    frames.set(await lab.velocity(stage.grid, k / (VELOCITY_TIMES - 1)), k * stage.grid.length);
  }
  const losses = await lab.losses();
  if (of === run) {
    stage.show(samples);
    stage.velocity = { frames, count: VELOCITY_TIMES };
    loss.show(losses);
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

/** One option was changed by the reader. */
async function change(name, text) {
  await attempt(async () => {
    // A preset is a fresh start: what was chosen for another one would hide it.
    const pairs = name === 'preset' ? [] : given.filter(([known]) => known !== name);
    const checked = await lab.check([...pairs, [name, text]]);
    notes.clear();
    checked.notes.forEach((note) => notes.add(correction(note)));
    await adopt(checked);
  });
}

/** Takes over checked options: sampling ones at once, all others by training again. */
async function adopt({ options, changed }) {
  const differs = Object.keys(options).filter((key) => options[key] !== lab.options[key]);
  if (differs.every((key) => SAMPLING_OPTIONS.includes(key))) {
    Object.assign(lab, { options, changed });
    given = changed;
    writeHash(given);
    controls.show(options);
    await refresh();
  } else {
    await restart(changed);
  }
}

async function restart(pairs) {
  run++;
  stage.clear();
  await lab.restart(pairs);
  $('speed').textContent = '';
  chunk = 1;
  await begin();
  play(true);
}

function play(on) {
  playing = on;
  showProgress();
  if (on) loop();
}

function connect() {
  $('play').addEventListener('click', () => (step >= lab.options.steps ? attempt(() => restart(given)) : play(!playing)));
  $('step').addEventListener('click', () =>
    attempt(async () => {
      play(false);
      await advance(1);
      await refresh();
    }),
  );
  $('reset').addEventListener('click', () => attempt(() => restart(given)));
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
  $('open').addEventListener('change', () => attempt(openModel));
  window.addEventListener('hashchange', () =>
    attempt(async () => {
      notes.clear();
      await restart(readHash());
    }),
  );
}

async function copyLink() {
  await navigator.clipboard.writeText(location.href);
  notes.add('The link was copied: it holds every choice and the seed, so it repeats this run.');
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

function showProgress() {
  const total = lab.options.steps;
  $('progress').value = step / total;
  $('steps').textContent = step < total ? `step ${step.toLocaleString('en')} of ${total.toLocaleString('en')}` : `trained, ${step.toLocaleString('en')} steps`;
  $('reset').hidden = step >= total; // the first button says it then
  $('play').textContent = step >= total ? 'Train again' : playing ? 'Pause' : 'Play';
}

function showDevice({ kind, adapter, reason, selfCheck }) {
  const name = kind === 'webgpu' ? 'WebGPU' : 'CPU';
  $('device').textContent = `${name} · ${adapter}. ${reason} Self-check ${selfCheck}.`;
  $('device').dataset.kind = kind;
}
