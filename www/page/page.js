// Wires the page: the view trains and draws, the panel asks, the address remembers.

import { Announcer } from '../dom/announcer.js';
import { disclosure } from '../dom/disclosure.js';
import { Notes } from '../dom/notes.js';
import { OwnPoints } from '../points/own-points.js';
import { FlowView } from '../view/flow-view.js';
import { $, maybe } from './by-id.js';
import { Choices, givenIn } from './choices.js';
import { Comparison } from './comparison.js';
import { refuseDrops } from './drops.js';
import { Film } from './film.js';
import { FirstControls } from './first-controls.js';
import { Address } from './hash.js';
import { LayerToggles } from './layer-toggles.js';
import { StoryLoader } from './load-story.js';
import { loadOptionsTable } from './options-table.js';
import { Panel } from './panel.js';
import { connectSharing } from './share.js';
import { Status } from './status.js';
import { TrainButtons } from './train-buttons.js';

const page = new AbortController();
const { signal } = page;
const notes = new Notes($('notes'));
const announcer = new Announcer($('said'));
const status = new Status(announcer, notes);
const failed = (error) => notes.add(error.message);
// What the reader asks for before there is a run waits for it.
const attempt = (work) => void started.then(() => choices?.attempt(work));

// Every part of the page hears what it has a method for, the run first: `begun`, `progressed`, `pictured`, …
const tell =
  (event) =>
  (...details) => {
    for (const part of [status, panel, film, toggles, comparison]) part[event]?.(view.run, ...details);
  };
const heard = ['progressed', 'pictured', 'sampled', 'theorised', 'fetched', 'barred'];
const view = new FlowView($('first'), {
  hooks: {
    ...Object.fromEntries(heard.map((event) => [event, tell(event)])),
    begun,
    failed,
    said: (sentence) => announcer.say(sentence),
  },
  onLabel: (label) => choices.change('label', label),
  signal,
});
const redraw = () => attempt(() => Promise.all([view.run?.redraw(), comparison.redraw()]));
const toggles = new LayerToggles($('layers'), view.stage, redraw, signal);
const panel = new Panel({ run: () => view.run, attempt, failed, signal });
const film = new Film({ view, attempt, signal });
const comparison = new Comparison(view, {
  given: () => choices.given,
  join: (stage) => toggles.join(stage),
  failed,
  signal,
});
disclosure($('layers-toggle'), $('layers'), { signal });
const storyFailed = (error) => notes.add(`How it works: ${error.message}`);
const story = new StoryLoader($('story'), { run: () => view.run, signal }, storyFailed);
$('tell').addEventListener('click', () => $('story').scrollIntoView(), { signal });
$('slow').addEventListener('click', () => void story.go('step', 'own'), { signal });

// Once there is a run, and once there are the inputs.
let choices;
let buttons;
let own;
let first;

let table; // of the options
const address = new Address(signal);

const started = start().catch((error) => {
  notes.add(`Flow Lab could not start: ${error.message}`);
  $('steps').textContent = 'not running';
  // Nothing is lost by beginning from nothing: with this link again, or with another one.
  $('play').textContent = 'Try again';
  $('play').addEventListener('click', () => location.reload(), { signal });
  address.listen(() => location.reload());
});

window.addEventListener('pagehide', ({ persisted }) => persisted || page.abort(), { signal });
refuseDrops(signal);

async function start() {
  const still = view.stage.clock.jumps;
  table = await loadOptionsTable((sentence) => notes.add(sentence));
  const { pairs, kept, data } = givenIn(address.read(table), notes);
  const run = await view.open(pairs, data);
  const { stage, digits } = view;
  const other = { get: () => comparison.other };
  const flowLab = Object.defineProperty({ lab: run.lab, stage, run, digits, view, comparison }, 'other', other);
  Object.assign(window, { flowLab }); // for the tests
  status.listen(run.lab);
  choices = new Choices(run, notes, address, { shown: showOptions, needsPoints, waiting });
  choices.kept = kept;
  buttons = new TrainButtons(view, choices, { busy: (words) => status.busy(words), signal });
  own = new OwnPoints(choices, view.plane, signal);
  connectSharing(view, choices, notes, signal);
  $('draw').addEventListener('click', () => attempt(() => draw('target')), { signal });
  run.playing = !still;
  await run.begin({ atOnce: !still });
  maybe('poster')?.remove();
  if (still) stage.seek(1);
  build(table);
  address.listen(() => attempt(() => address.waiting && choices.follow(table)));
  if (!still) void run.loop();
}

/** Makes what comes out of the table of options. */
function build(specs) {
  const change = (name, text) => choices.change(name, text);
  panel.build(specs, change);
  for (const end of ['source', 'target']) panel.controls.under(end, own.buttonOf(end));
  first = new FirstControls(specs, change, signal);
  comparison.build(specs);
  showOptions();
  panel.fill().catch(failed); // it may have been opened before
}

function begun() {
  choices.keep(buttons.linked);
  tell('begun')();
  showOptions();
  tell('progressed')();
}

function showOptions() {
  const { run } = view;
  if (!run) return;
  for (const part of [panel.controls, first, status]) part?.show(run.lab.options);
  run.exact.show();
}

/** Something that the reader asked for waits for the worker. */
function waiting(on) {
  if (on) status.busy('waiting for the step under way …');
  else if (view.run) status.progressed(view.run);
}

function needsPoints(end) {
  showOptions(); // the choice is not made yet
  return panel.open ? own.edit(end) : draw(end);
}

const draw = (end) => own.draw(end, () => $('draw').focus());
