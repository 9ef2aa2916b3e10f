// Loads the story when the reader comes to it, when the address asks for a chapter
// (`?chapter=pair`), or when a button does.

/** @import { Run } from '../run/run.js' */
/** @import { Story } from '../story/story.js' */

import { later } from '../dom/later.js';
import { loadCss } from '../dom/load-css.js';

const SEEN = '0px 0px -40px 0px'; // so much of it: edges that touch count as seen

export class StoryLoader {
  #section;
  #page;
  /** @type {Promise<Story | undefined> | null} once it was wanted */
  #story = null;
  #failed;
  #tried = false; // and failed

  /**
   * @param {HTMLElement} section
   * @param {{ run: () => Run | null, signal: AbortSignal }} page the reader's own run
   * @param {(error: Error) => void} failed
   */
  constructor(section, page, failed) {
    this.#section = section;
    this.#page = page;
    this.#failed = failed;
    const wanted = new URLSearchParams(location.search).get('chapter');
    if (wanted) void this.go(wanted);
    // Not before it is seen: it lies right below the first screen, whose load is to stay small.
    const watch = new IntersectionObserver(
      (entries) => {
        // The last record is how it is now; what could not be loaded will be seen again.
        if (entries[entries.length - 1].isIntersecting) void this.open().then((story) => story && watch.disconnect());
      },
      { rootMargin: SEEN },
    );
    watch.observe(section);
    // Where it is in view already, nothing is seen to come.
    const again = () => void (this.#tried && this.open());
    window.addEventListener('online', again, { signal: page.signal });
    page.signal.addEventListener('abort', () => watch.disconnect(), { once: true });
  }

  /** The story; undefined where it could not be loaded, which is tried again when it is next wanted. */
  open() {
    this.#story ??= this.#load().catch((error) => {
      this.#story = null;
      this.#tried = true;
      this.#section.querySelector('.story')?.remove(); // what has come of it
      this.#failed(error);
      return undefined;
    });
    return this.#story;
  }

  /** Scrolls to a chapter and opens it, with what the chapter takes. */
  async go(id, given) {
    try {
      (await this.open())?.go(id, given);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #load() {
    const [{ Story, chapters }] = await Promise.all([
      later(() => import('./story-with-chapters.js')),
      loadCss('story.css'),
    ]);
    return Story.begin(this.#section, chapters, this.#page);
  }
}
