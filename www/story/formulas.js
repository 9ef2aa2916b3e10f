// Formulas in texts: TeX between dollars was made into MathML when the page was built.

/** @param {Record<string, string>} formulas TeX ↦ MathML */
export function withFormulas(html, formulas) {
  return html.replace(/\$([^$]+)\$/g, (_, tex) => formulas[tex]);
}

/** Every formula of a chapter: `[tex, isDisplay]`. */
export function formulasOf({ text, more = '', wait, formula = [] }) {
  const inline = [...[text, more, wait].join(' ').matchAll(/\$([^$]+)\$/g)].map(([, tex]) => [tex, false]);
  return [...inline, ...formula.map((tex) => [tex, true])];
}
