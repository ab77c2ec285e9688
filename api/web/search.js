// Found pages: small pictures with the parts that matched, how relevant they are, their heat.

import { byId, count, el, icon, notice, place } from "./dom.js";
import { heat, paint } from "./heat.js";
import { openPage } from "./page_view.js";
import { picturePath, showWhenSeen } from "./pictures.js";

const root = byId("found");

/** Hide the found pages. */
export function clearFound() {
  root.hidden = true;
  root.replaceChildren();
}

/** Show found pages. @param {any[]} hits @param {{collection: string, query: string, isFiltered: boolean}} asked */
export function showFound(hits, asked) {
  root.hidden = false;
  if (!hits.length) {
    root.replaceChildren(notice("", asked.isFiltered ? "No page fits the filters and the question." : "No page matches. Are the documents ready?"));
    return;
  }
  const toggle = el("button", { type: "button", class: "quiet", "aria-pressed": "false", on: { click: () => showHeat(toggle, hits, asked) } }, icon("flame"), "Heat maps");
  root.replaceChildren(
    el("div", { class: "row" }, el("h2", {}, count(hits.length, "page"), " found"), el("span", { class: "end" }, toggle)),
    el("ol", { class: "hits", "aria-label": "Found pages, best first" }, ...hits.map((hit) => el("li", {}, card(hit, asked)))),
  );
}

/** Show which of the found pages is open. @param {{doc?: string, page?: string}} address */
export function markCurrent({ doc, page }) {
  for (const button of root.querySelectorAll(".hit")) {
    button.setAttribute("aria-current", String(button.dataset.page === `${doc}/${page}`));
  }
}

/** A small picture of a page with boxes on it. */
export function thumbnail(collection, document, page, regions = []) {
  const image = el("img", { alt: "", width: 160 });
  const boxes = regions.map((region) => place(el("i"), region.box));
  showWhenSeen(image, picturePath(collection, document, page, 160));
  return el("span", { class: "thumb" }, el("span", { class: "sheet-small" }, image, ...boxes));
}

function card(hit, { collection }) {
  const percent = Math.round(100 * hit.relevance);
  const bar = el("i");
  bar.style.width = `${percent}%`;
  return el(
    "button",
    { type: "button", class: "hit", "data-page": `${hit.document}/${hit.page}`, on: { click: () => openPage({ doc: hit.document, page: hit.page }) } },
    thumbnail(collection, hit.document, hit.page, hit.regions),
    el(
      "span",
      { class: "told" },
      el("span", { class: "name" }, hit.name),
      el("span", { class: "dim" }, `page ${hit.page}`),
      el("span", { class: "relevance", title: "The share of what the question asks for that this page matches" }, el("span", { class: "bar" }, bar), el("span", {}, el("span", { class: "unseen" }, "relevance "), `${percent} %`)),
      hit.warnings.length && el("span", { class: "chip warn", title: hit.warnings.join(", ") }, "addresses a model"),
    ),
  );
}

async function showHeat(toggle, hits, { collection, query }) {
  const isOn = toggle.getAttribute("aria-pressed") !== "true";
  toggle.setAttribute("aria-pressed", String(isOn));
  for (const canvas of root.querySelectorAll("canvas")) canvas.remove();
  if (!isOn) return;
  const sheets = [...root.querySelectorAll(".sheet-small")];
  for (const [n, hit] of hits.entries()) {
    const { rows } = await heat(collection, hit.document, hit.page, query).catch(() => ({ rows: [] }));
    if (toggle.getAttribute("aria-pressed") !== "true" || !sheets[n].isConnected) return;
    const canvas = el("canvas", { "aria-hidden": "true" });
    const image = sheets[n].querySelector("img");
    await image.decode().catch(() => {});
    paint(canvas, rows, image.naturalHeight / (image.naturalWidth || 1));
    sheets[n].append(canvas);
  }
}
