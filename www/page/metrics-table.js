// What is measured of the generated points, each number beside what fresh points of the target give.

import { grouped } from '../words/format.js';
import { samplingSentence } from '../words/sentences.js';

/**
 * Fills a table.
 * @param {HTMLTableElement} table
 * @param {import('../lab/types.js').Metrics} metrics
 * @param {import('../lab/types.js').Options} options
 * @param {number} step of training
 */
export function showMetrics(table, metrics, options, step) {
  const { w2Count, count, evaluations } = metrics;
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const rows = [
    [`W2, ${grouped(w2Count)} points`, number(metrics.w2), `${number(metrics.w2Floor)} (floor)`],
    [`sliced W2, ${grouped(count)} points`, number(metrics.slicedW2), `${number(metrics.slicedW2Floor)} (floor)`],
    ['NPE, path energy off the least, as a share', number(metrics.npe), '0'],
    ['share inside the target', percent(metrics.insideShare), percent(metrics.insideShareTarget)],
    ['fill of the worst-filled mode', percent(metrics.worstMode), percent(metrics.worstModeTarget)],
    ['straightness of trajectories, 0 is straight', number(metrics.straightness), '0'],
  ];
  if (metrics.classAccuracy !== null) {
    rows.push([
      'look like the class they should have',
      percent(metrics.classAccuracy),
      `${percent(metrics.classAccuracyTarget)} of held-out digits`,
    ]);
  }
  const body = document.createElement('tbody');
  for (const [name, model, target] of rows) {
    const row = body.insertRow();
    const head = Object.assign(document.createElement('th'), { scope: 'row', textContent: name });
    row.append(head);
    for (const text of [model, target]) row.insertCell().textContent = text;
  }
  table.tBodies[0].replaceWith(body);
  const times = { length: options.solverSteps + 1 };
  const sampling = samplingSentence(options, { times, evaluations, dim: 2 });
  table.createCaption().textContent = `Step ${grouped(step)}, ${grouped(count)} points; ${sampling}`;
  table.hidden = false;
}

function number(value) {
  return value === null ? '–' : value.toFixed(3);
}
