// The page beside the answer: leaf through it, zoom, see its heat, read its words.

import { get, of, sentence } from "./api.js";
import { go, here } from "./address.js";
import { byId, count, el, icon, iconButton, notice } from "./dom.js";
import { heat } from "./heat.js";
import { marksOf, onMarks } from "./marks.js";
import { Sheet } from "./sheet.js";

const root = byId("page");
const sheet = new Sheet();
const title = el("h2");
const told = el("p", { class: "page-note", role: "status" });
const number = el("input", { type: "number", min: "1", inputmode: "numeric", "aria-label": "Page number", on: { change: () => leafTo(Number(number.value)) } });
const total = el("span", { class: "dim" });
const previous = iconButton("left", "Previous page (←)", () => leaf(-1));
const next = iconButton("right", "Next page (→)", () => leaf(1));
const fitting = el("button", { type: "button", class: "quiet", title: "Fit the width (0)", "aria-label": "Fit the width", on: { click: () => zoom(0) } }, "100 %");
const heatToggle = toggleButton("heat", "flame", "Heat", "Heat map (h)", () => toggleHeat());
const textToggle = toggleButton("words", "text", "Words", "Words of the page (t)", () => toggleText());
const tokens = el("div", { class: "tokens", role: "group", "aria-label": "Heat of one token", hidden: true });
const words = el("div", { class: "page-words", hidden: true, tabindex: "0", role: "document", "aria-label": "Words of the page" });
const documents = new Map();
let seen = ""; // the page that is shown
let turning = Promise.resolve(); // until its picture is there
let isAskedFor = false; // by a click, so that it is brought before the eyes

root.append(
  el("div", { class: "page-head" }, title, iconButton("close", "Close the page (Escape)", () => close())),
  el(
    "div",
    { class: "page-tools", role: "toolbar", "aria-label": "Page" },
    previous,
    el("label", {}, number, total),
    next,
    el("span", { class: "gap" }),
    heatToggle,
    textToggle,
    el("span", { class: "gap" }),
    iconButton("minus", "Smaller (−)", () => zoom(-1)),
    fitting,
    iconButton("plus", "Larger (+)", () => zoom(1)),
  ),
  tokens,
  told,
  sheet.desk,
);
sheet.desk.append(words);
onMarks(() => drawMarks());

/** Open a page because somebody asked for it. @param {{doc: string, page: number, cite?: number | null}} wanted */
export function openPage({ doc, page, cite = null }) {
  isAskedFor = true;
  const before = location.hash;
  go({ doc, page, cite: cite === null ? null : cite + 1 });
  if (location.hash === before) bring();
}

/** Close the page. */
export function close() {
  go({ doc: null, page: null, cite: null, heat: null });
}

/** Go some pages on. @param {number} step */
export function leaf(step) {
  if (here().doc) leafTo(Number(here().page || 1) + step);
}

/** @param {number} step */
export function zoom(step) {
  fitting.textContent = `${sheet.zoom(step)} %`;
}

/** Show or hide the heat of the question. */
export function toggleHeat() {
  const { heat: shown, q } = here();
  if (q) go({ heat: shown ? null : "all" }, { replace: true });
}

/** Show the words instead of the picture, or the picture again. */
export function toggleText() {
  const isText = textToggle.getAttribute("aria-pressed") !== "true";
  textToggle.setAttribute("aria-pressed", String(isText));
  showSide(isText);
}

/** Follow the address. @param {import("./address.js").Address} address */
export async function showPage(address) {
  const isOpen = Boolean(address.doc) && (address.view === "ask" || address.view === "documents");
  root.hidden = !isOpen;
  document.body.dataset.page = isOpen ? "open" : "";
  if (!isOpen) {
    seen = "";
    return;
  }
  const wanted = [address.c, address.doc, address.page].join("/");
  const isOther = wanted !== seen;
  seen = wanted;
  try {
    if (isOther) turning = turn(address);
    await turning;
    if (wanted !== seen) return;
    drawMarks();
    await showHeat(here()); // which may have changed while the page was turned
    bring();
  } catch (error) {
    if (wanted !== seen) return;
    sheet.element.hidden = true;
    told.replaceChildren(notice("bad", sentence(error)));
  }
}

/** Ask anew for what is known of a document, which has changed. */
export function refresh(collection, document) {
  documents.delete(of(collection, "documents", document));
  seen = "";
  return showPage(here());
}

async function turn(address) {
  const page = Number(address.page || 1);
  told.textContent = "";
  sheet.heat(null);
  number.value = String(page);
  previous.disabled = next.disabled = true; // until it is known how many pages there are
  const found = await about(address.c, address.doc);
  title.textContent = found.name;
  title.title = found.name;
  total.textContent = `of ${found.pages}`;
  number.max = String(found.pages);
  previous.disabled = page <= 1;
  next.disabled = page >= found.pages;
  root.setAttribute("aria-label", `Page ${page} of ${found.name}`);
  const failed = found.failed_pages.find((one) => one.page === page);
  if (failed) throw new Error(`this page could not be read: ${failed.message}`);
  const flagged = found.flagged_pages.find((one) => one.page === page);
  if (flagged) told.replaceChildren(notice("warn", warningOf(flagged)));
  showSide(textToggle.getAttribute("aria-pressed") === "true");
  await sheet.show({ collection: address.c, document: address.doc, page, label: `Page ${page} of ${count(found.pages, "page")}: ${found.name}` });
}

async function about(collection, document) {
  const path = of(collection, "documents", document);
  const known = documents.get(path);
  if (known?.state === "ready") return known;
  documents.set(path, await get(path));
  return documents.get(path);
}

function warningOf(flagged) {
  const parts = [];
  if (flagged.flags.length) parts.push(`Text on this page addresses a model (${flagged.flags.join(", ")}).`);
  if (flagged.hidden_words) parts.push(`${count(flagged.hidden_words, "hidden word")} of it were not indexed.`);
  return parts.join(" ");
}

function drawMarks() {
  const { doc, page, cite } = here();
  if (doc) sheet.mark(marksOf(doc, Number(page || 1)), cite ? Number(cite) - 1 : null);
}

async function showHeat(address) {
  heatToggle.disabled = !address.q;
  heatToggle.title = address.q ? "Heat map (h)" : "Heat map: ask something first";
  heatToggle.setAttribute("aria-pressed", String(Boolean(address.heat && address.q)));
  tokens.hidden = !(address.heat && address.q);
  if (tokens.hidden) {
    sheet.heat(null);
    return;
  }
  const token = address.heat === "all" ? null : Number(address.heat);
  const found = await heat(address.c, address.doc, Number(address.page || 1), address.q, token);
  if (here().heat !== address.heat) return;
  sheet.heat(found.rows, token === null ? `Heat of the question “${address.q}”` : `Heat of “${found.tokens[token]}”`);
  showTokens(found.tokens, address.heat);
}

function showTokens(names, chosen) {
  const choice = (text, value) =>
    el("button", { type: "button", "aria-pressed": String(value === chosen), on: { click: () => go({ heat: value }, { replace: true }) } }, text);
  const hadFocus = tokens.contains(document.activeElement);
  tokens.replaceChildren(choice("Whole question", "all"), ...names.map((name, n) => choice(name.replace(/^##/, "…"), String(n))));
  if (hadFocus) tokens.querySelector('[aria-pressed="true"]')?.focus();
}

async function showSide(isText) {
  sheet.element.hidden = isText;
  words.hidden = !isText;
  const { c, doc, page } = here();
  if (!isText || !doc) return;
  words.textContent = "…";
  try {
    const found = await get(of(c, "documents", doc, "pages", page || 1, "words"));
    const lines = Map.groupBy ? Map.groupBy(found.words, (word) => word.line) : byLine(found.words);
    words.textContent = [...lines.values()].map((line) => line.map((word) => word.text).join(" ")).join("\n") || "No words stand on this page.";
  } catch (error) {
    words.textContent = sentence(error);
  }
}

function byLine(found) {
  const lines = new Map();
  for (const word of found) lines.set(word.line, [...(lines.get(word.line) || []), word]);
  return lines;
}

function leafTo(page) {
  const last = Number(number.max) || 1;
  if (Number.isInteger(page) && page >= 1 && page <= last) go({ page, cite: null }, { replace: true });
  else number.value = here().page || "1";
}

function toggleButton(id, name, text, title, onClick) {
  return el("button", { type: "button", class: "quiet", id, title, "aria-pressed": "false", on: { click: onClick } }, icon(name), text);
}

function bring() {
  if (isAskedFor && matchMedia("(max-width: 60rem)").matches) sheet.reveal();
  isAskedFor = false;
}
