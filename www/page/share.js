// The run as a link and as a file; what else the reader can take away stands in exports/.

import { linkSentence } from '../words/sentences.js';

export async function copyLink(run, notes, isWhole) {
  await navigator.clipboard.writeText(location.href);
  notes.add(linkSentence(run.lab.options, isWhole));
}

export async function saveModel(run) {
  // Asked together, so that no training step comes between them: a pause takes hold when the steps under way are done.
  const [bytes, losses] = await Promise.all([run.lab.save(), run.lab.losses()]);
  download(new Blob([bytes]), `flow-lab-${run.lab.options.target}-${losses.length}.safetensors`);
}

/** @param {string} kind of the button that was pressed; @param {{ stage: Stage, digits: DigitGrid }} seen */
export async function takeAway(kind, run, seen) {
  const { exported } = await import('../exports/export.js');
  const name = `flow-lab-${run.lab.options.target}-${run.past ?? run.step}`;
  const { blob, ending } = await exported(kind, run, seen, document.getElementById('units').value);
  download(blob, `${name}.${ending}`);
}

function download(blob, name) {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {HTMLInputElement} input a file field. @returns {Promise<boolean>} whether a file was chosen */
export async function openModel(run, notes, input) {
  const [file] = input.files;
  input.value = '';
  if (!file) return false;
  await run.open(new Uint8Array(await file.arrayBuffer()));
  notes.clear();
  await run.begin();
  return true;
}
