// The story below the stage: chapters of text, and one figure that stays in view while they pass.
// Loaded when it comes near.

import { loadJson } from '../dom/load-text.js';
import { Figure } from './figure.js';
import { withFormulas } from './formulas.js';
import { Labs } from './labs.js';

const LAID = 1; // chapters laid out in one go: four, with their formulas, took 50 ms
const SETTLE_MS = 250; // a chapter that is only scrolled past does not open

export class Story {
  /** The chapter that is open, by its id; '' before the first. */
  open = '';
  figure;
  #element;
  #chapters;
  #page;
  #labs = new Labs();
  #formulas;
  #waiting;
  #present = new Map(); // chapter's id ↦ whether its middle is in view

  /** Fills the section with the chapters, and opens them as they come by. */
  static async begin(element, chapters, page) {
    const story = new Story();
    [story.#element, story.#chapters, story.#page] = [element, chapters, page];
    story.#formulas = await loadJson('formulas.json');
    await story.#fill();
    return (window.flowStory = story);
  }

  async #fill() {
    const body = document.createElement('div');
    body.className = 'story';
    body.innerHTML =
      '<div class="figure" role="group" aria-label="Figure of the chapter"></div><div class="chapters"></div>';
    this.#element.querySelector('[data-contents]')?.replaceWith(this.#contents());
    this.#element.append(body);
    for (let first = 0; first < this.#chapters.length; first += LAID) {
      body.lastChild.append(...this.#chapters.slice(first, first + LAID).map((chapter) => this.#article(chapter)));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    this.figure = new Figure(body.firstChild, this.#labs, this.#page);
    const watch = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '-65% 0px -30% 0px' });
    body.querySelectorAll('article').forEach((article) => watch.observe(article));
  }

  #contents() {
    const nav = Object.assign(document.createElement('nav'), { className: 'contents', ariaLabel: 'Chapters' });
    const list = nav.appendChild(document.createElement('ol'));
    for (const { id, title } of this.#chapters) {
      const link = Object.assign(document.createElement('a'), { href: `?chapter=${id}`, innerHTML: title });
      link.addEventListener('click', (event) => {
        event.preventDefault();
        this.go(id);
      });
      list.appendChild(document.createElement('li')).append(link);
    }
    return nav;
  }

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
    return article;
  }

  /** Scrolls to a chapter and opens it; `given` is handed to it, and opens it anew. */
  go(id, given) {
    const article = this.#element.querySelector(`#chapter-${id}`);
    if (!article) throw new Error(`there is no chapter ${id}: the contents list all of them.`);
    article.scrollIntoView({ block: 'start' });
    article.focus({ preventScroll: true });
    if (given) this.open = '';
    this.#enter(id, given);
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries)
      this.#present.set(target.id.slice('chapter-'.length), isIntersecting);
    const now = this.#chapters.find(({ id }) => this.#present.get(id));
    clearTimeout(this.#waiting);
    if (now && now.id !== this.open) this.#waiting = setTimeout(() => this.#enter(now.id), SETTLE_MS);
  }

  #enter(id, given) {
    clearTimeout(this.#waiting);
    if (id === this.open) return;
    this.open = id;
    const article = this.#element.querySelector(`#chapter-${id}`);
    this.#element.querySelectorAll('article').forEach((other) => other.classList.toggle('open', other === article));
    this.#element
      .querySelectorAll('.contents a')
      .forEach((link) => link.toggleAttribute('aria-current', link.href.endsWith(`=${id}`)));
    const wait = article.querySelector('.wait');
    this.figure.begin(() => {
      if (wait.dataset.state === 'reached') return;
      wait.dataset.state = 'reached';
      wait.querySelector('b').textContent = 'Done.';
    });
    this.figure.try(() => this.#chapters.find((chapter) => chapter.id === id).open(this.figure, given));
  }
}
