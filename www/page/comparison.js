// Two runs side by side: the present one, and a fork of it with one option changed; same seed, same flow time, same
// pace. A changed sampling option forks the trained weights as they are; any other trains from the first step, while
// the present run waits where it is until the fork has caught up.

import { later } from '../dom/later.js';
import { SAMPLING_OPTIONS } from '../lab.js';
import { needsDigits } from '../lab/image-pack.js';
import { Run } from '../run/run.js';
import { attachOverlay } from '../stage/overlay.js';
import { Stage } from '../stage/stage.js';
import { optionWords } from '../words/format.js';
import { differenceSentence } from '../words/sentences.js';
import { choice } from './controls.js';
import { DigitGrid } from './digit-grid.js';

const TOGETHER = 50; // steps that runs at one pace take between two looks at each other
const MEASURE_MS = 5000;
const COUNT = 300; // points measured
const NOT_FORKED = ['preset', 'seed', 'device', 'dim'];

const $ = (id) => document.getElementById(id);

export class Comparison {
  #run;
  #other = null;
  #curve;
  #changed; // { name, from, to }
  #leave = []; // what ends with the comparison
  #measured = null; // [of the present run, of its fork]
  #due = 0; // infinite while it measures
  #later;
  #of = ''; // the steps that were measured last
  #number = 0;

  /**
   * @param {object[]} specs the table of options.
   * @param {{ given: () => [string, string][], join: (stage) => () => void, fold: () => void, failed:
   *   (error: Error) => void }} page
   */
  constructor(run, specs, page) {
    this.#run = run;
    Object.assign(this, { page, specs });
    const names = specs.map(({ name }) => name).filter((name) => !NOT_FORKED.includes(name));
    $('fork-option').append(...names.map((name) => new Option(optionWords(name), name)));
    $('fork-option').value = 'coupling';
    $('fork-option').addEventListener('change', () => this.#offerValue());
    $('compare').addEventListener('click', () => this.#offerValue());
    this.#offerValue();
    $('fork').addEventListener('submit', (event) => {
      event.preventDefault();
      this.begin($('fork-option').value, $('fork-value').value).then(() => this.#other && page.fold(), page.failed);
    });
    $('fork-end').addEventListener('click', () => {
      this.end();
      $('compare').focus();
    });
  }

  get other() {
    return this.#other;
  }

  // A field for the value, set to something that differs from the present one.
  #offerValue() {
    const spec = this.specs.find(({ name }) => name === $('fork-option').value);
    const now = String(this.#run.lab.options[spec.name]);
    let field;
    if (spec.type === 'choice') {
      field = choice(spec);
      const free = [...field.options].filter((option) => !option.disabled && option.value !== now);
      field.value = free[0]?.value;
    } else {
      field = Object.assign(document.createElement('input'), {
        type: 'text',
        value: spec.type === 'text' ? now : differing(spec, Number(now)),
      });
    }
    field.id = 'fork-value';
    $('fork-value').replaceWith(field);
  }

  /** Forks the present run with one option changed. */
  async begin(name, value) {
    this.end();
    const number = ++this.#number;
    const run = this.#run;
    const pairs = [...this.page.given().filter(([known]) => known !== name), [name, value]];
    const { options, notes } = await run.lab.check(pairs);
    if (notes.length) throw new Error(`${name} = ${value}: ${notes[0].problem}`);
    const from = run.lab.options[name];
    if (String(options[name]) === String(from))
      throw new Error(`${optionWords(name)} is ${from} in both runs: choose another value for the fork.`);
    if (run.lab.options.coupling === 'reflow')
      throw new Error('A run after reflow cannot be forked: train again first.');
    const stage = new Stage(this.#place(), { clock: run.stage.clock });
    attachOverlay(stage.canvas.parentElement, stage);
    const digits = new DigitGrid(stage.canvas.parentElement, stage);
    const sampled = (samples) => digits.show(needsDigits(other.lab.options) ? samples : null, other.lab.options);
    const other = await Run.create(
      pairs,
      stage,
      { ...this.#hooks(), sampled, failed: this.page.failed },
      run.lab.given,
    );
    if (number !== this.#number) return other.dispose();
    this.#changed = { name, from, to: other.lab.options[name] };
    this.#leave.push(this.page.join(stage), link(run.stage, stage), () => other.dispose());
    if (SAMPLING_OPTIONS.includes(name)) {
      const value = other.lab.options[name];
      await other.lab.load(await run.lab.save());
      await other.lab.use({ [name]: value });
    }
    await other.begin();
    if (number !== this.#number) return;
    run.limit = () => pace(run, other);
    other.limit = () => pace(other, run);
    const { LossCurve } = await later(() => import('../chart/loss.js'));
    if (number !== this.#number) return;
    this.#curve = new LossCurve($('both-losses'));
    this.#other = window.flowLab.other = other;
    this.#title();
    this.follow();
    this.otherLosses = await other.lab.losses();
    this.pictured(await run.lab.losses());
    if (run.finished && !other.finished) other.play(true);
  }

  /** The present run played, paused, looked at its past or began anew: so does its fork. */
  follow() {
    const [run, other] = [this.#run, this.#other];
    if (!other) return;
    const playing = run.playing || (run.finished && run.past === null);
    if (other.playing !== playing && !(other.finished && playing)) other.play(playing);
    if (other.past === null ? run.past !== null : run.past !== this.followed)
      other.lookAt(run.past).catch(this.page.failed);
    this.followed = run.past;
    this.#say();
  }

  /** The present run has begun anew: its fork does as well, with its own option. */
  async beganAnew() {
    const { name, to } = this.#changed ?? {};
    if (!this.#other) return;
    this.#measured = null;
    await this.#other.restart(
      [...this.page.given().filter(([known]) => known !== name), [name, String(to)]],
      this.#run.lab.given,
    );
  }

  /** New losses of either. */
  pictured(losses) {
    this.losses = losses;
    this.#drawCurves();
    this.#measure();
  }

  #drawCurves() {
    if (this.#other && this.losses) this.#curve.show(this.losses, this.otherLosses);
  }

  redraw() {
    return this.#other?.redraw();
  }

  end() {
    this.#number++;
    for (const leave of this.#leave.splice(0)) leave();
    this.#other = window.flowLab.other = null;
    [this.#run.limit, this.#measured, this.#of, this.otherLosses] = [() => Infinity, null, '', null];
    $('both').hidden = true;
    document.querySelector('#stages .fork')?.remove();
    document.body.classList.remove('comparing');
    $('both-losses').replaceChildren();
    document.querySelector('#stages h2').hidden = true;
  }

  #hooks() {
    return {
      progressed: () => this.#say(),
      pictured: (losses) => {
        this.otherLosses = losses;
        this.#drawCurves();
        this.#measure();
      },
    };
  }

  // The fork's own stage, beside the first. @returns its canvas
  #place() {
    const section = document.querySelector('#stages .stage').cloneNode(true);
    section.classList.add('fork');
    section.setAttribute('aria-label', 'The fork');
    section.querySelectorAll('svg, .pen').forEach((element) => element.remove());
    section.querySelector('.plane').classList.remove('drawing');
    section.querySelector('.lens').replaceChildren();
    for (const element of section.querySelectorAll('[id]')) element.id = `fork-${element.id}`;
    $('stages').append(section);
    $('both').hidden = false;
    document.body.classList.add('comparing');
    const canvas = section.querySelector('canvas');
    canvas.setAttribute('aria-label', 'The plane with the points of the fork');
    return canvas;
  }

  #title() {
    const { name, from, to } = this.#changed;
    const [one, two] = document.querySelectorAll('#stages h2');
    one.hidden = two.hidden = false;
    one.textContent = `This run: ${optionWords(name)} ${from}`;
    two.textContent = `The fork: ${optionWords(name)} ${to}`;
  }

  #say() {
    if (!this.#other) return;
    const sentence = differenceSentence(this.#changed, [this.#run, this.#other], this.#measured);
    if ($('difference').textContent !== sentence) $('difference').textContent = sentence;
  }

  // Once in a while, as long as either has learned something since.
  async #measure() {
    const other = this.#other;
    clearTimeout(this.#later);
    if (!other || this.#due === Infinity) return;
    const key = `${this.#run.step} ${other.step}`;
    if (key === this.#of) return;
    if (performance.now() < this.#due)
      return void (this.#later = setTimeout(() => this.#measure(), this.#due - performance.now()));
    this.#due = Infinity;
    const number = this.#number;
    try {
      const measured = await Promise.all(
        [this.#run, other].map((run) =>
          run.lab.metrics({ count: COUNT, steps: Math.min(run.lab.options.solverSteps, 50) }),
        ),
      );
      if (number === this.#number) [this.#measured, this.#of] = [measured, key];
    } catch {
      // One of them was replaced meanwhile: the next look says more.
    }
    this.#due = performance.now() + MEASURE_MS;
    this.#say();
    this.#measure();
  }
}

/** How far a run may go: two that play keep to one pace, and the one behind catches up first. */
function pace(run, other) {
  if (other.finished || !other.playing) return Infinity;
  if (run.step < other.step) return other.step;
  return run.step === other.step ? run.step + TOGETHER : run.step;
}

/** Another good value of a numeric option, for a start. */
function differing({ type, min, max }, now) {
  const wanted = now === 0 ? (type === 'integer' ? 1000 : 0.1) : now / 4;
  const value = Math.min(max, Math.max(min, type === 'integer' ? Math.max(1, Math.round(wanted)) : wanted));
  return String(value === now ? Math.min(max, now * 2) : value);
}

/** Both stages see the same part of the plane, and pick the same point. */
function link(a, b) {
  const both = [
    [a, b],
    [b, a],
  ];
  const unlink = both.flatMap(([one, two]) => [
    one.on('camera', () => two.seeAs(one)),
    one.on('pick', () => two.picked.follow(one.picked)),
  ]);
  return () => unlink.forEach((leave) => leave());
}
