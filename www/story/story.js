// The story below the stage: chapters of text, and one figure that stays in view while they pass.
// Loaded when it comes near.

/** @import { Chapter } from './types.js' */

import { elementIn } from '../dom/element-in.js';
import { loadJson } from '../dom/load-text.js';
import { Figure } from './figure.js';
import { withFormulas } from './formulas.js';
import { Labs } from './labs.js';

const LAID = 1; // chapters laid out in one go: four, with their formulas, took 50 ms
const SETTLE_MS = 250; // a chapter that is only scrolled past does not open

export class Story {
  /** The chapter that is open, by its id; '' before the first. */
  open = '';
  /** @type {Figure} */
  figure;
  /** @type {HTMLElement} */
  #element;
  /** @type {Chapter[]} */
  #chapters;
  #page;
  /**
   * By their chapters' ids.
   * @type {Map<string, HTMLElement>}
   */
  #articles = new Map();
  /**
   * Of the contents.
   * @type {Map<string, HTMLAnchorElement>}
   */
  #links = new Map();
  #labs = new Labs();
  /** @type {Record<string, string>} */
  #formulas;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;
  /**
   * A chapter's id ↦ whether its middle is in view.
   * @type {Map<string, boolean>}
   */
  #present = new Map();

  /**
   * Fills the section with the chapters, and opens them as they come by.
   * @param {HTMLElement} element
   * @param {Chapter[]} chapters
   * @param {ConstructorParameters<typeof Figure>[2]} page
   */
  static async begin(element, chapters, page) {
    const story = new Story();
    story.#element = element;
    story.#chapters = chapters;
    story.#page = page;
    story.#formulas = await loadJson('formulas.json');
    await story.#fill();
    Object.assign(window, { flowStory: story }); // for the tests
    return story;
  }

  async #fill() {
    const body = document.createElement('div');
    body.className = 'story';
    body.innerHTML =
      '<div class="figure" role="group" aria-label="Figure of the chapter"></div><div class="chapters"></div>';
    const [figure, articles] = ['.figure', '.chapters'].map((selector) => elementIn(body, selector));
    this.#element.querySelector('[data-contents]')?.replaceWith(this.#contents());
    this.#element.append(body);
    for (let first = 0; first < this.#chapters.length; first += LAID) {
      articles.append(...this.#chapters.slice(first, first + LAID).map((chapter) => this.#article(chapter)));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    this.figure = new Figure(figure, this.#labs, this.#page);
    const watch = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '-65% 0px -30% 0px' });
    body.querySelectorAll('article').forEach((article) => watch.observe(article));
    this.#page.signal.addEventListener('abort', () => watch.disconnect(), { once: true });
  }

  #contents() {
    const nav = Object.assign(document.createElement('nav'), { className: 'contents', ariaLabel: 'Chapters' });
    const list = nav.appendChild(document.createElement('ol'));
    for (const { id, title } of this.#chapters) {
      const link = Object.assign(document.createElement('a'), { href: `?chapter=${id}`, innerHTML: title });
      const { signal } = this.#page;
      /** @param {MouseEvent} event */
      const click = (event) => {
        link.href = `?chapter=${id}${location.hash}`; // as the address is now, for another tab
        if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        this.go(id);
      };
      link.addEventListener('click', click, { signal });
      link.addEventListener('auxclick', click, { signal });
      this.#links.set(id, link);
      list.appendChild(document.createElement('li')).append(link);
    }
    return nav;
  }

  /** @param {Chapter} chapter */
  #article({ id, title, text, formula = [], more, wait }) {
    const article = Object.assign(document.createElement('article'), { id: `chapter-${id}`, tabIndex: -1 });
    const html = (source) => withFormulas(source, this.#formulas);
    article.setAttribute('aria-labelledby', `title-${id}`);
    article.innerHTML = `
      <h3 id="title-${id}">${title}</h3>
      ${html(text)}
      ${formula.length ? `<div class="formula">${formula.map((tex) => this.#formulas[tex]).join('')}</div>` : ''}
      ${html(more ?? '')}
      <p class="wait" data-state="waiting" role="status"><b>Your turn.</b> <span>${html(wait)}</span></p>`;
    this.#articles.set(id, article);
    return article;
  }

  /**
   * Scrolls to a chapter and opens it.
   * @param {string} id as an address may have it
   * @param {string} [given] is handed to the chapter, and opens it anew
   */
  go(id, given) {
    const article = this.#articles.get(id);
    if (!article) throw new Error(`there is no chapter ${id}: the contents list all of them.`);
    article.scrollIntoView({ block: 'start' });
    article.focus({ preventScroll: true });
    if (given) this.open = '';
    this.#enter(id, given);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const { target, isIntersecting } of entries)
      this.#present.set(target.id.slice('chapter-'.length), isIntersecting);
    const now = this.#chapters.find(({ id }) => this.#present.get(id));
    clearTimeout(this.#waiting);
    if (now && now.id !== this.open) this.#waiting = setTimeout(() => this.#enter(now.id), SETTLE_MS);
  }

  /**
   * @param {string} id
   * @param {string} [given]
   */
  #enter(id, given) {
    clearTimeout(this.#waiting);
    const [chapter, article] = [this.#chapters.find((chapter) => chapter.id === id), this.#articles.get(id)];
    if (!chapter || !article || id === this.open) return;
    this.open = id;
    for (const other of this.#articles.values()) other.classList.toggle('open', other === article);
    for (const [other, link] of this.#links) link.ariaCurrent = other === id ? 'true' : null;
    const wait = elementIn(article, '.wait');
    this.figure.begin(() => {
      if (wait.dataset.state === 'reached') return;
      wait.dataset.state = 'reached';
      elementIn(wait, 'b').textContent = 'Done.';
    });
    this.figure.try(() => chapter.open(this.figure, given));
  }
}
