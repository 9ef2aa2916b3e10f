// The run as a link and as a file; what else the reader can take away stands in exports/.

/** @import { Notes } from '../dom/notes.js' */
/** @import { Run } from '../run/run.js' */
/** @import { FlowView } from '../view/flow-view.js' */
/** @import { Choices } from './choices.js' */

import { later } from '../dom/later.js';
import { linkSentence } from '../words/sentences.js';
import { $ } from './by-id.js';

/**
 * Connects the panel's buttons.
 * @param {FlowView} view
 * @param {Choices} choices
 * @param {Notes} notes
 * @param {AbortSignal} signal
 */
export function connectSharing(view, choices, notes, signal) {
  const { run } = view;
  if (!run) return;
  const attempt = (work) => () => void choices.attempt(work);
  const open = async () => (await openModel(run, notes, $('open', HTMLInputElement))) && choices.forgetPoints();
  $('link').addEventListener(
    'click',
    attempt(() => copyLink(run, notes, choices.linkIsWhole)),
    { signal },
  );
  $('save').addEventListener(
    'click',
    attempt(() => saveModel(run)),
    { signal },
  );
  $('open').addEventListener('change', attempt(open), { signal });
  for (const button of $('exports').querySelectorAll('button'))
    button.addEventListener('click', () => void take(button, view, notes), { signal });
}

/**
 * @param {Run} run
 * @param {Notes} notes
 * @param {boolean} isWhole
 */
async function copyLink(run, notes, isWhole) {
  if (await copied(location.href)) return notes.add(linkSentence(run.lab.options, isWhole));
  notes.add('This browser lets no page copy here (it does over https): copy the link out of the address bar.');
}

/** Over plain http, and in a foreign frame, there is no clipboard; the old way still works in most browsers. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
    field.style.position = 'fixed'; // else the page scrolls to it
    const before = document.activeElement;
    document.body.append(field);
    field.select();
    try {
      return document.execCommand('copy');
    } catch {
      return false;
    } finally {
      field.remove();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    }
  }
}

/** @param {Run} run */
async function saveModel(run) {
  // Asked together, so that no training step comes between them: a pause takes hold when the steps under way are done.
  const [bytes, losses] = await Promise.all([run.lab.save(), run.lab.losses()]);
  download(new Blob([bytes]), `flow-lab-${run.lab.options.target}-${losses.length}.safetensors`);
}

// Files are made beside whatever else is asked for: a film takes as long as it lasts.
async function take(button, view, notes) {
  // A disabled button would lose the keyboard's focus.
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  $('exporting').textContent = `Making it: ${button.textContent} …`;
  try {
    await takeAway(button.value, view);
    $('exporting').textContent = `Done: ${button.textContent}.`;
  } catch (error) {
    $('exporting').textContent = '';
    notes.add(error.message);
  }
  button.ariaBusy = 'false';
}

/**
 * @param {string} kind
 * @param {FlowView} view
 */
async function takeAway(kind, view) {
  const { run } = view;
  if (!run) return;
  const name = `flow-lab-${run.lab.options.target}-${run.past ?? run.step}`;
  const { exported } = await later(() => import('../exports/export.js'));
  const units = $('units', HTMLSelectElement).value === 'model' ? 'model' : 'data';
  const { blob, ending } = await exported(kind, run, view, units);
  download(blob, `${name}.${ending}`);
}

function download(blob, name) {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * @param {Run} run
 * @param {Notes} notes
 * @param {HTMLInputElement} input a field for files
 * @returns {Promise<boolean>} whether one was chosen
 */
async function openModel(run, notes, input) {
  const file = input.files?.[0];
  input.value = '';
  if (!file) return false;
  await run.open(new Uint8Array(await file.arrayBuffer()));
  notes.clear();
  await run.begin();
  return true;
}
