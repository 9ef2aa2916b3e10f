// Wires the page: the run trains, the stage draws, the panel asks, the hash remembers.

import { Announcer } from '../dom/announcer.js';
import { disclosure } from '../dom/disclosure.js';
import { Notes, correction } from '../dom/notes.js';
import { needsDigits } from '../lab/image-pack.js';
import { OwnPoints } from '../points/own-points.js';
import { Run } from '../run/run.js';
import { attachOverlay } from '../stage/overlay.js';
import { Stage } from '../stage/stage.js';
import { grouped } from '../words/format.js';
import {
  couplingSentence,
  excessSentence,
  floorLabel,
  leadOf,
  noExactSentence,
  progressSentence,
  samplingSentence,
} from '../words/sentences.js';
import { Choices, readLink } from './choices.js';
import { Comparison } from './comparison.js';
import { Controls, fill } from './controls.js';
import { DigitGrid } from './digit-grid.js';
import { readHash } from './hash.js';
import { LayerToggles } from './layer-toggles.js';
import { StoryLoader } from './load-story.js';
import { Measures } from './measures.js';
import { PlayHeads } from './play-heads.js';
import { copyLink, openModel, saveModel, takeAway } from './share.js';

const REFLOW_PAIRS = 10_000;
const SOLVER_STEPS = [1, 2, 3, 4, 5, 7, 10, 15, 20, 50, 100, 200, 500]; // of the first screen's slider

const $ = (id) => document.getElementById(id);
const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
const notes = new Notes($('notes'));
const announcer = new Announcer($('said'));
const stage = new Stage($('stage'));
const playHeads = new PlayHeads(stage);
const toggles = new LayerToggles($('layers'), stage, () =>
  choices?.attempt(() => Promise.all([run.redraw(), comparison?.redraw()])),
);
const digits = new DigitGrid(document.querySelector('.plane'), stage, (label) => choices.change('label', label));
const panel = disclosure($('panel-toggle'), $('panel'), { close: $('panel-close'), bodyClass: 'with-panel' });
disclosure($('layers-toggle'), $('layers'));
const film = disclosure($('strips-toggle'), $('strips'));
const fork = disclosure($('compare'), $('fork'));
attachOverlay(document.querySelector('.plane'), stage);

let run;
let choices;
let loss; // the curve, made when the panel is first opened: a hidden one has no size
let losses = new Float32Array();
let measures;
let comparison;
let controls;
let strips; // made when they are first unfolded
let own;
let lastSamples = null; // what the stage shows, in all its dimensions
let reflowed; // the choices of the link before reflow

start().catch((error) => {
  notes.add(`Flow Lab could not start: ${error.message}`);
  $('steps').textContent = 'not running';
});

async function start() {
  if (still) {
    stage.clock.jumps = true;
    playHeads.flow(false);
  }
  const table = fetch(new URL('options.json', import.meta.url)).then((answer) => answer.json());
  const failed = (error) => notes.add(error.message);
  const hooks = {
    begun,
    progressed,
    pictured,
    sampled,
    theorised,
    fetched,
    barred: (layer, reason) => toggles.bar(layer, reason),
    failed,
  };
  const { pairs, kept, data } = readLink(readHash(), notes);
  run = await Run.create(pairs, stage, hooks, data);
  const { lab } = run;
  window.flowLab = { lab, stage, run, digits };
  lab.on('device', showDevice);
  lab.on('errors', (errors) => errors.forEach((error) => notes.add(`The device reported: ${error}`)));
  choices = new Choices(run, notes, { shown: showOptions, needsPoints });
  choices.kept = kept;
  measures = new Measures(run, {
    list: $('live'),
    table: $('metrics'),
    button: $('measure-again'),
    wanted: () => panel.open,
  });
  playHeads.run = run;
  run.playing = !still;
  await run.begin({ atOnce: !still });
  $('poster')?.remove();
  if (still) stage.seek(1);
  build((await table).options);
  connect();
  if (!still) run.loop();
}

const story = new StoryLoader($('story'), { run: () => run }, (error) => notes.add(`How it works: ${error.message}`));
$('tell').addEventListener('click', () => $('story').scrollIntoView());
$('slow').addEventListener('click', () => story.go('step', 'own'));

/** Makes the inputs out of the table of options. */
function build(specs) {
  controls = new Controls($('controls'), specs, (name, text) => choices.change(name, text));
  own = new OwnPoints(choices, document.querySelector('.plane'));
  for (const end of ['source', 'target']) controls.under(end, own.buttonOf(end));
  controls.under('group', $('coupling'));
  fill(
    $('target'),
    specs.find(({ name }) => name === 'target'),
  );
  const failed = (error) => notes.add(error.message);
  comparison = new Comparison(run, specs, {
    given: () => choices.given,
    join: (other) => toggles.join(other),
    fold: () => fork.show(false),
    failed,
  });
  showOptions();
}

// --- What the run says -----------------------------------------------------------------------

function begun() {
  const { lab } = run;
  lab.notes.forEach((note) => notes.add(correction(note)));
  lab.remarks.forEach((remark) => notes.add(`${remark}.`));
  choices.keep(reflowed ?? lab.changed.filter(([, text]) => text !== 'reflow'));
  reflowed = undefined;
  measures.clear();
  strips?.clear();
  toggles.bar('likelihood', '');
  $('speed').textContent = '';
  announcer.begun(lab.options.target);
  showOptions();
  showDevice(lab.device);
  progressed();
  comparison?.beganAnew().catch((error) => notes.add(error.message));
}

function progressed() {
  const { step, total, finished, playing, past } = run;
  const words = progressSentence(run);
  if ($('steps').textContent !== words) $('steps').textContent = words;
  if (run.loss !== undefined) {
    const shared = run.workers > 1 ? ` by ${run.workers} workers` : '';
    const pace = `${grouped(Math.round(run.stepsPerSecond))} steps/s`;
    $('speed').textContent = `${pace}${shared} · loss ${run.loss.toFixed(3)}`;
  }
  $('reset').hidden = finished; // the first button says it then
  $('play').textContent = finished && past === null ? 'Train again' : playing ? 'Pause' : 'Play';
  $('reflow').disabled = step === 0;
  playHeads.show();
  announcer.progressed(step, total, run.loss);
  measures.look();
  strips?.look();
  comparison?.follow();
}

function pictured(fresh) {
  losses = fresh;
  loss?.show(losses);
  comparison?.pictured(losses);
}

/** Bytes of the digits that have come. */
function fetched({ loaded, total }) {
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  $('speed').textContent = loaded < total ? `fetching digits, ${mb(loaded)} of ${mb(total)} MB` : '';
}

function sampled(samples) {
  digits.show(needsDigits(run.lab.options) ? samples : null, run.lab.options);
  lastSamples = samples;
  strips?.show(samples);
  $('sampling').textContent = samplingSentence(run.lab.options, samples);
}

function theorised({ floor, pairing_ms, exists }) {
  const { options } = run.lab;
  $('coupling').textContent = couplingSentence(options, pairing_ms);
  $('excess').textContent = excessSentence(floor, loss?.now, options);
  if (loss) loss.floor = floor ? { loss: floor.loss, label: floorLabel(floor) } : null;
  const reason = exists === undefined ? 'It is being worked out.' : exists ? '' : noExactSentence(options);
  for (const name of ['exact', 'difference']) toggles.bar(name, reason);
}

// --- What the reader does --------------------------------------------------------------------

function connect() {
  const attempt = (work) => choices.attempt(work);
  $('play').addEventListener('click', () =>
    run.finished && run.past === null ? attempt(() => choices.restart()) : run.play(!run.playing),
  );
  $('step').addEventListener('click', () =>
    attempt(async () => {
      run.play(false);
      await run.lookAt(null);
      await run.advance(1);
      await run.refresh();
    }),
  );
  $('reset').addEventListener('click', () => attempt(() => choices.restart()));
  $('target').addEventListener('change', () => choices.change('target', $('target').value));
  $('solver-steps').addEventListener('input', () => showSolverSteps(SOLVER_STEPS[$('solver-steps').value]));
  $('solver-steps').addEventListener('change', () =>
    choices.change('solverSteps', String(SOLVER_STEPS[$('solver-steps').value])),
  );
  $('reflow').addEventListener('click', () => attempt(reflow));
  $('panel-toggle').addEventListener('click', openedPanel);
  $('draw').addEventListener('click', () => attempt(() => draw('target')));
  $('strips-toggle').addEventListener('click', () => attempt(openedStrips));
  // Either may have been opened before there was a run.
  openedPanel();
  attempt(openedStrips);
  $('measure').addEventListener('toggle', () => $('measure').open && attempt(() => measures.measure()));
  $('measure-again').addEventListener('click', () => attempt(() => measures.measure()));
  $('link').addEventListener('click', () => attempt(() => copyLink(run, notes, choices.linkIsWhole)));
  $('save').addEventListener('click', () => attempt(() => saveModel(run)));
  for (const button of $('exports').querySelectorAll('button')) button.addEventListener('click', () => taken(button));
  $('open').addEventListener('change', () =>
    attempt(async () => (await openModel(run, notes, $('open'))) && choices.forgetPoints()),
  );
  // The address may change once more before it is this link's turn, when the run before writes its own.
  window.addEventListener('hashchange', ({ newURL }) =>
    attempt(async () => {
      notes.clear();
      await choices.follow(readHash(new URL(newURL).hash));
    }),
  );
}

/** Files are made beside whatever else is asked for: a film takes as long as it lasts. */
async function taken(button) {
  // A disabled button would lose the keyboard's focus.
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  $('exporting').textContent = `Making it: ${button.textContent} …`;
  try {
    await takeAway(button.value, run, { stage, digits });
    $('exporting').textContent = `Done: ${button.textContent}.`;
  } catch (error) {
    $('exporting').textContent = '';
    notes.add(error.message);
  }
  button.ariaBusy = 'false';
}

async function openedPanel() {
  if (!panel.open) return;
  // On a phone the sheet takes the lower half: the stage stays in sight above it.
  if (window.matchMedia('(max-width: 52rem)').matches)
    $('stages').scrollIntoView({ behavior: still ? 'auto' : 'smooth' });
  await controls?.unfold();
  // The library that draws curves is as large as all the rest.
  const { LossCurve } = await import('../chart/loss.js');
  loss ??= new LossCurve($('loss'));
  loss.show(losses);
  run.exact.show();
  measures.look();
}

async function openedStrips() {
  if (!film.open) return;
  const { Strips } = await import('./strips.js');
  strips ??= new Strips(
    $('strips'),
    run,
    { flow: (t) => playHeads.hold(t), train: (step) => playHeads.scrub(step) },
    () => film.open,
  );
  strips.open(lastSamples);
}

function needsPoints(end) {
  showOptions(); // the choice is not made yet
  return panel.open ? own.edit(end) : draw(end);
}

const draw = (end) => own.draw(end, () => $('draw').focus());

async function reflow() {
  reflowed = choices.given;
  $('reflow').disabled = true;
  $('speed').textContent = `making ${grouped(REFLOW_PAIRS)} pairs …`;
  await run.lab.reflow({ count: REFLOW_PAIRS });
  await run.begin();
  run.play(true);
}

// --- What is shown ---------------------------------------------------------------------------

function showOptions() {
  const { options } = run.lab;
  controls?.show(options);
  $('target').value = options.target;
  if ($('lead').innerHTML !== leadOf(options)) $('lead').innerHTML = leadOf(options);
  const place = SOLVER_STEPS.findLastIndex((steps) => steps <= options.solverSteps);
  $('solver-steps').value = place;
  showSolverSteps(options.solverSteps);
  run.exact.show();
}

function showSolverSteps(steps) {
  document.querySelector('output[for="solver-steps"]').textContent = grouped(steps);
  $('solver-steps').setAttribute('aria-valuetext', `${steps} steps`);
}

function showDevice({ kind, adapter, reason, selfCheck }) {
  const name = kind === 'webgpu' ? 'WebGPU' : 'CPU';
  const checked = selfCheck === 'not needed' ? '' : ` Self-check ${selfCheck}.`;
  $('device').textContent = `${name} · ${adapter}. ${reason}${checked}`;
  $('device').dataset.kind = kind;
}
