// The run as a link and as a file.

import { linkSentence } from './sentences.js';

export async function copyLink(run, notes, isWhole) {
  await navigator.clipboard.writeText(location.href);
  notes.add(linkSentence(run.lab.options, isWhole));
}

export async function saveModel(run) {
  // Asked together, so that no training step comes between them: a pause takes hold when the steps under way are done.
  const [bytes, losses] = await Promise.all([run.lab.save(), run.lab.losses()]);
  const url = URL.createObjectURL(new Blob([bytes]));
  const link = Object.assign(document.createElement('a'), { href: url, download: `flow-lab-${run.lab.options.target}-${losses.length}.safetensors` });
  link.click();
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
