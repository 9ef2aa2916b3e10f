// What load-story.js fetches, as one part: as two they would split what they share with the page
// into twice as many files.

export { chapters } from '../chapters/index.js';
export { Story } from '../story/story.js';
