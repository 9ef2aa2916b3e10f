// Formulas in texts: TeX between dollars was made into MathML when the page was built.

/**
 * @param {string} html
 * @param {Record<string, string>} formulas TeX ↦ MathML
 */
export function withFormulas(html, formulas) {
  return html.replace(/\$([^$]+)\$/g, (_, tex) => formulas[tex]);
}

/**
 * Every formula of a chapter: `[tex, isDisplay]`.
 * @param {import('./types.js').Chapter} chapter
 * @returns {[tex: string, isDisplay: boolean][]}
 */
export function formulasOf({ text, more = '', wait, formula = [] }) {
  const inline = [...[text, more, wait].join(' ').matchAll(/\$([^$]+)\$/g)].map(([, tex]) => tex);
  const all = [...inline.map((tex) => [tex, false]), ...formula.map((tex) => [tex, true])];
  return /** @type {[string, boolean][]} */ (all);
}
