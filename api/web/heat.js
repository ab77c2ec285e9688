// Heat maps: where on a page a question, or one token of it, finds what it asks for.

import { get, of } from "./api.js";

const WIDTH = 420; // of the painted map in pixels; the browser scales it softly
const FLOOR = 0.25; // below it a row is left uncoloured, as on the server
const STRENGTH = 0.72;
const COOL = [255, 221, 51];
const HOT = [214, 30, 30];
/** @type {Map<string, Promise<{tokens: string[], rows: {box: number[], heat: number}[]}>>} */
const kept = new Map();

/**
 * Fetch a page's heat. @param {string} collection @param {string} document @param {number} page
 * @param {string} query @param {number | null} token a place in the question's tokens; all when null
 */
export function heat(collection, document, page, query, token = null) {
  const asked = new URLSearchParams({ query, ...(token === null ? {} : { token: String(token) }) });
  const path = `${of(collection, "documents", document, "pages", page, "heatmap.json")}?${asked}`;
  if (!kept.has(path)) {
    if (kept.size > 60) kept.delete(kept.keys().next().value);
    kept.set(path, get(path));
    kept.get(path).catch(() => kept.delete(path));
  }
  return kept.get(path);
}

/** Let go of the heat of a document, which has other pages now. @param {string} collection @param {string} document */
export function forgetHeat(collection, document) {
  const pages = `${of(collection, "documents", document, "pages")}/`;
  for (const path of [...kept.keys()]) if (path.startsWith(pages)) kept.delete(path);
}

/**
 * Paint rows over a page; of rows that overlap the hottest wins.
 * @param {HTMLCanvasElement} canvas @param {{box: number[], heat: number}[]} rows
 * @param {number} ratio height of the page by its width
 */
export function paint(canvas, rows, ratio) {
  canvas.width = WIDTH;
  canvas.height = Math.max(1, Math.round(WIDTH * ratio));
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(canvas.width, canvas.height);
  const coolestFirst = rows.filter((row) => row.heat >= FLOOR).sort((one, other) => one.heat - other.heat);
  for (const row of coolestFirst) fill(pixels, row);
  context.putImageData(pixels, 0, 0);
}

function fill({ data, width, height }, { box: [left, top, right, bottom], heat: value }) {
  const colour = COOL.map((cool, n) => Math.round(cool + (HOT[n] - cool) * value));
  const alpha = Math.round(255 * STRENGTH * value ** 1.5);
  for (let y = Math.floor(top * height); y < Math.min(height, Math.ceil(bottom * height)); y += 1) {
    for (let x = Math.floor(left * width); x < Math.min(width, Math.ceil(right * width)); x += 1) {
      data.set([...colour, alpha], 4 * (y * width + x));
    }
  }
}
