// The boxes that a question put on pages: regions that matched, words that are cited.

/** @typedef {{document: string, page: number, box: number[], kind: "region" | "cited", cite: number | null, label: string, isVerified: boolean}} Mark */

/** @type {Mark[]} */
let marks = [];
const listeners = new Set();

/** Replace all marks. @param {Mark[]} found */
export function setMarks(found) {
  marks = found;
  for (const listener of listeners) listener();
}

/** Drop the marks of a document, which has other pages now. @param {string} document */
export function forgetMarks(document) {
  setMarks(marks.filter((mark) => mark.document !== document));
}

/** The marks of a page. @param {string} document @param {number} page */
export function marksOf(document, page) {
  return marks.filter((mark) => mark.document === document && mark.page === page);
}

/** Be told when the marks change. @param {() => void} listener */
export function onMarks(listener) {
  listeners.add(listener);
}

/** The marks of found pages. @param {any[]} hits @returns {Mark[]} */
export function regionMarks(hits) {
  return hits.flatMap((hit) =>
    hit.regions.map((region) => ({ document: hit.document, page: hit.page, box: region.box, kind: "region", cite: null, label: region.text, isVerified: true })),
  );
}

/** The marks of citations. @param {any[]} citations @returns {Mark[]} */
export function citationMarks(citations) {
  return citations.map((citation, cite) => ({ document: citation.document, page: citation.page, box: citation.box, kind: "cited", cite, label: citation.quote, isVerified: citation.verified }));
}
