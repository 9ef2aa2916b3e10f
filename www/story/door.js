// Loads the story when the reader comes near it, or when the address asks for a chapter: `?chapter=pair`.

import { loadSheet } from '../sheet.js';

const NEAR = '600px';

/** @returns {Promise<object>} the story, once it is wanted */
export function openStory(section) {
  const wanted = new URLSearchParams(location.search).get('chapter');
  return new Promise((resolve, reject) => {
    const load = async () => {
      watch.disconnect();
      const [{ Story }] = await Promise.all([import('./story.js'), loadSheet('story.css')]);
      const story = await Story.begin(section);
      if (wanted) story.go(wanted);
      return story;
    };
    const watch = new IntersectionObserver(([entry]) => (entry.isIntersecting || wanted) && load().then(resolve, reject), { rootMargin: NEAR });
    watch.observe(section);
  });
}
