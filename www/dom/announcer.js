// One live region for the whole page. It speaks at milestones only: what changes many times a second
// would drown a screen reader.

export class Announcer {
  #element;
  #quarters = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} sentence */
  say(sentence) {
    this.#element.textContent = sentence;
  }

  /**
   * Training goes on: a quarter of it is a milestone.
   * @param {number} step
   * @param {number} total
   * @param {number} [loss]
   */
  progressed(step, total, loss) {
    const quarters = Math.floor((4 * step) / total);
    const reached = quarters > this.#quarters;
    this.#quarters = quarters;
    if (!reached) return;
    const now = loss === undefined ? '' : `, loss ${loss.toFixed(2)}`;
    this.say(
      quarters >= 4 ? `Training is done: ${step} steps${now}.` : `${25 * quarters} per cent of training is done${now}.`,
    );
  }

  /** @param {string} target */
  begun(target) {
    this.#quarters = 0;
    this.say(`Training begins. The target is ${target}.`);
  }
}
