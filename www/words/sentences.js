// What the page says about the run as it is, in sentences. No document here: numbers in, text out.

/** @import { Exactness, Floor, Metrics, Options } from '../lab/types.js' */

import { grouped, optionWords } from './format.js';

const COUPLINGS = {
  independent:
    'Each pair’s path is straight, but independent pairs cross, and the field averages them: trajectories bend. ' +
    'They are not optimal transport.',
  ot: 'Optimal transport pairs hardly cross within a batch, so that trajectories come out nearly straight.',
  reflow: 'These are the network’s own pairs, which do not cross: training on them makes trajectories straighter.',
};

const NOISE = ['gaussian', 'uniform'];

/**
 * The first words of the page: what is seen on the stage. HTML.
 * @param {Pick<Options, 'source' | 'target' | 'dim'>} options
 */
export function leadOf({ source, target, dim }) {
  const role = (name, words) => `<span class="role ${name}">${words}</span>`;
  if (source === 'digits' || target === 'digits') {
    const way =
      source !== 'digits'
        ? 'noise becomes a handwritten digit'
        : target === 'digits'
          ? 'one handwritten digit becomes another'
          : 'a handwritten digit becomes noise';
    return (
      `A network is learning, in this browser, how every pixel must change at every moment so that ${way}; ` +
      'the pictures follow what it has learned so far.'
    );
  }
  const [from, to] = NOISE.includes(source) ? ['noise', 'data'] : ['the source', 'the target'];
  const seen = dim > 2 ? `, seen by the first two of their ${dim} coordinates,` : '';
  return (
    'A small network is learning, in this browser, which way every point must move at every moment so that ' +
    `${role('source', from)} becomes ${role('target', to)}; ` +
    `the ${role('generated', 'dots')}${seen} follow what it has learned so far.`
  );
}

/**
 * @param {Pick<Options, 'coupling' | 'batch' | 'group'>} options
 * @param {number | null} pairing_ms of one batch
 */
export function couplingSentence({ coupling, batch, group }, pairing_ms) {
  if (coupling !== 'ot' || pairing_ms === null) return COUPLINGS[coupling];
  const groups = group > 0 && group < batch ? ` in groups of ${grouped(group)}` : '';
  return `${COUPLINGS.ot} Pairing ${grouped(batch)} points${groups} takes ${milliseconds(pairing_ms)} a step.`;
}

/**
 * Which device runs, and why.
 * @param {{ kind: string, adapter: string, reason: string, selfCheck: string }} device
 */
export function deviceSentence({ kind, adapter, reason, selfCheck }) {
  const check = selfCheck === 'not needed' ? '' : ` Self-check ${selfCheck}.`;
  return `${kind === 'webgpu' ? 'WebGPU' : 'CPU'} · ${adapter}. ${reason}${check}`;
}

/**
 * What a picture cost, in evaluations of the network for each point.
 * @param {Pick<Options, 'solver' | 'tolerance' | 'source' | 'target'>} options
 * @param {{ times: { length: number }, evaluations: number, dim: number }} samples
 */
export function samplingSentence({ solver, tolerance, source, target }, { times, evaluations, dim }) {
  const steps = times.length - 1;
  const asked =
    solver === 'dopri5'
      ? `dopri5 at tolerance ${tolerance}`
      : `${grouped(steps)} ${solver} ${steps === 1 ? 'step' : 'steps'}`;
  const isPlane = dim > 2 && ![source, target].includes('digits');
  const plane = ` Points have ${dim} coordinates: the first two are shown, and arrows where the others are 0.`;
  const cost = `${grouped(evaluations)} ${evaluations === 1 ? 'evaluation' : 'evaluations'} a point`;
  return `${asked} = ${cost}.${isPlane ? plane : ''}`;
}

/**
 * How many points stand for all in an estimate; 0 for what is exact.
 * @param {Exactness} exactness
 */
const pointsOf = (exactness) => (typeof exactness === 'object' && 'estimate' in exactness ? exactness.estimate : 0);

/**
 * The floor's label on the loss curve.
 * @param {Floor} floor
 */
export function floorLabel({ loss, exactness }) {
  const estimate = pointsOf(exactness);
  return estimate
    ? `≈ floor ${loss.toFixed(2)}, estimated from ${grouped(estimate)} points`
    : `floor ${loss.toFixed(2)}`;
}

/**
 * Where the loss stands above its floor.
 * @param {Floor | null | undefined} floor undefined until it is known, null where it never will be
 * @param {number | undefined} loss
 * @param {Pick<Options, 'coupling' | 'points' | 'sourcePoints'>} options
 */
export function excessSentence(floor, loss, { coupling, points, sourcePoints }) {
  if (floor === undefined || loss === undefined) return '';
  if (floor === null)
    return coupling === 'independent'
      ? 'Its floor is not known here.'
      : 'Its floor is known for independent pairs only.';
  const excess = loss - floor.loss;
  const about = pointsOf(floor.exactness) ? 'about ' : '';
  if (excess >= 0.005) return `Now ${about}${excess.toFixed(2)} above the floor.`;
  if (excess > -0.005) return 'Now at the floor.';
  const why = points || sourcePoints ? 'points drawn once can be learned by heart' : 'batches scatter about it';
  return `Now ${about}${(-excess).toFixed(2)} below the floor: ${why}.`;
}

/**
 * How far a run has come, and while it trains, when it will be through.
 * @param {{ step: number, total: number, finished: boolean, playing: boolean, stepsPerSecond: number }} run
 */
export function progressSentence({ step, total, finished, playing, stepsPerSecond }) {
  if (finished) return `trained, ${grouped(step)} steps`;
  const left = playing && stepsPerSecond > 0 ? ` · ${lasting(Math.ceil((total - step) / stepsPerSecond))} left` : '';
  return `step ${grouped(step)} of ${grouped(total)}${left}`;
}

const lasting = (seconds) =>
  seconds < 100
    ? `${seconds} s`
    : seconds < 6000
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;

/**
 * Why there is no exact velocity.
 * @param {Pick<Options, 'coupling' | 'source' | 'target'>} options
 */
export function noExactSentence({ coupling, source, target }) {
  if (source === 'digits' || target === 'digits')
    return 'No exact velocity: of so many digits it would be that towards the nearest one.';
  if (coupling === 'ot')
    return 'No exact velocity: optimal transport pairs depend on the whole batch, and have no closed form.';
  if (coupling === 'reflow') return 'No exact velocity: these pairs are the network’s own, and have no closed form.';
  return 'No exact velocity: both ends are finite sets of points, and the lines between them fill no space.';
}

/**
 * What a copied link can do, and what it cannot.
 * @param {Pick<Options, 'coupling'>} options
 * @param {boolean} [isWhole] whether it holds all points of the reader's own
 */
export function linkSentence({ coupling }, isWhole = true) {
  if (coupling === 'reflow')
    return 'The link was copied: it repeats the run before reflow. A saved model keeps reflow’s pairs.';
  if (!isWhole) return 'The link was copied, but cannot hold your points, which are too many: a saved model does.';
  return 'The link was copied: it holds every choice and the seed, so it repeats this run.';
}

/**
 * The measures that the panel shows while training goes on, as `[name, value]`.
 * @param {Metrics} metrics
 * @param {number} step
 */
export function liveMeasures({ w2, w2Floor, w2Count, insideShare, insideShareTarget, worstMode, straightness }, step) {
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  return [
    [`W2 of ${grouped(w2Count)} points (two fresh sets of the target: ${w2Floor.toFixed(2)})`, w2.toFixed(2)],
    [`inside the target (its own points: ${percent(insideShareTarget)})`, percent(insideShare)],
    ['coverage: fill of the worst-filled mode', percent(worstMode)],
    ['straightness of trajectories (0 is straight)', straightness.toFixed(3)],
    ['measured at step', grouped(step)],
  ];
}

/** Options that change what the loss is compared with: two such losses have two floors. */
const OWN_FLOOR = [
  'source',
  'target',
  'text',
  'board',
  'points',
  'sourcePoints',
  'coupling',
  'group',
  'schedule',
  'sigmaMin',
  'sigma',
  'timeSampling',
];

/** Options of the sampling alone, which leave the loss as it is. */
const NO_LOSS = ['solver', 'solverSteps', 'tolerance', 'count'];

/**
 * How two runs differ, in words.
 * @param {{ name: string, from: string | number, to: string | number }} changed
 * @param {{ step: number, playing: boolean, loss?: number }[]} runs both
 * @param {Metrics[] | null} measured their metrics; null before they are known
 */
export function differenceSentence({ name, from, to }, [run, other], measured) {
  const parts = [
    `The fork has ${optionWords(name)} ${to} where this run has ${from}; all else, the seed too, is the same.`,
  ];
  const lag = run.step - other.step;
  if (lag > 100 && run.playing)
    parts.push(
      `This run waits at step ${grouped(run.step)} while the fork, at step ${grouped(other.step)}, catches up.`,
    );
  if (run.loss !== undefined && other.loss !== undefined && !NO_LOSS.includes(name)) {
    const floors = OWN_FLOOR.includes(name) ? ', each above a floor of its own: do not compare them' : '';
    parts.push(`Loss ${run.loss.toFixed(2)} and ${other.loss.toFixed(2)}${floors}.`);
  }
  if (measured) {
    const [a, b] = measured;
    const closer =
      Math.abs(a.w2 - b.w2) < 0.1 * a.w2Floor
        ? 'hardly a difference'
        : a.w2 < b.w2
          ? 'this run is closer'
          : 'the fork is closer';
    parts.push(
      `W2 of ${grouped(a.w2Count)} points ${a.w2.toFixed(2)} and ${b.w2.toFixed(2)} ` +
        `(floor ${a.w2Floor.toFixed(2)}): ${closer}; ` +
        `straightness ${a.straightness.toFixed(3)} and ${b.straightness.toFixed(3)}, 0 being straight; ` +
        `${grouped(a.evaluations)} and ${grouped(b.evaluations)} evaluations a point.`,
    );
  }
  return parts.join(' ');
}

function milliseconds(ms) {
  return ms >= 100 ? `${grouped(Math.round(ms))} ms` : `${ms.toPrecision(2)} ms`;
}
