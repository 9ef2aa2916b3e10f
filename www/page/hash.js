// The state in the link: `#target=moons&seed=7`. Only what differs from the defaults is written.

/** @returns {[string, string][]} every `name=text` in the hash, unknown ones too: the options' table judges them */
export function readHash(hash = location.hash) {
  return [...new URLSearchParams(hash.replace(/^#/, ''))];
}

/** @param {[string, string][]} pairs */
export function writeHash(pairs) {
  const text = new URLSearchParams(pairs).toString();
  history.replaceState(null, '', text ? `#${text}` : location.pathname + location.search);
}
