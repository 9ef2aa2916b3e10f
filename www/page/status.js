// What the run says, in the texts around the stage.

/** @import { Announcer } from '../dom/announcer.js' */
/** @import { Notes } from '../dom/notes.js' */
/** @import { Lab } from '../lab.js' */
/** @import { Bytes, Device, Options, Samples } from '../lab/types.js' */
/** @import { Run } from '../run/run.js' */

import { correction } from '../dom/notes.js';
import { grouped } from '../words/format.js';
import { deviceSentence, leadOf, progressSentence, samplingSentence } from '../words/sentences.js';
import { $ } from './by-id.js';

export class Status {
  #announcer;
  #notes;

  /**
   * @param {Announcer} announcer
   * @param {Notes} notes
   */
  constructor(announcer, notes) {
    this.#announcer = announcer;
    this.#notes = notes;
  }

  /**
   * Hears what the lab says of its device.
   * @param {Lab} lab
   */
  listen(lab) {
    lab.on('device', (device) => this.device(device));
    lab.on('errors', (errors) => errors.forEach((error) => this.#notes.add(`The device reported: ${error}`)));
  }

  /** @param {Run} run */
  begun({ lab }) {
    lab.notes.forEach((note) => this.#notes.add(correction(note)));
    lab.remarks.forEach((remark) => this.#notes.add(`${remark}.`));
    write('speed', '');
    document.title = `Flow Lab: ${lab.options.target}`;
    this.#announcer.begun(lab.options.target);
    this.show(lab.options);
    this.device(lab.device);
  }

  /** @param {Run} run */
  progressed(run) {
    const { step, total, finished, playing, past, loss } = run;
    write('steps', progressSentence(run));
    if (loss !== undefined) {
      const shared = run.workers > 1 ? ` by ${run.workers} workers` : '';
      write('speed', `${grouped(Math.round(run.stepsPerSecond))} steps/s${shared} · loss ${loss.toFixed(3)}`);
    }
    $('reset').hidden = finished; // the first button says it then
    write('play', finished && past === null ? 'Train again' : playing ? 'Pause' : 'Play');
    $('reflow', HTMLButtonElement).disabled = step === 0;
    this.#announcer.progressed(step, total, loss);
  }

  /** Something is done that takes its time. */
  busy(words) {
    write('speed', words);
  }

  /**
   * Bytes of the digits that have come.
   * @param {Run} run
   * @param {Bytes} bytes
   */
  fetched(run, { loaded, total }) {
    const mb = (bytes) => (bytes / 1e6).toFixed(1);
    write('speed', loaded < total ? `fetching digits, ${mb(loaded)} of ${mb(total)} MB` : '');
  }

  /**
   * @param {Run} run
   * @param {Samples} samples
   */
  sampled({ lab }, samples) {
    write('sampling', samplingSentence(lab.options, samples));
  }

  /** @param {Options} options */
  show(options) {
    if ($('lead').innerHTML !== leadOf(options)) $('lead').innerHTML = leadOf(options);
  }

  /** @param {Device} device */
  device(device) {
    write('device', deviceSentence(device));
    $('device').dataset.kind = device.kind;
  }
}

function write(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}
