// The view that asks: a question, its answer as it streams, the pages that were found.

import { go, here } from "./address.js";
import { addSentence, beginAnswer, clearAnswer, keepButton, markCited, showAnswer, showFailure } from "./answer.js";
import { get, of, Problem, request, send, sentence } from "./api.js";
import { announce, byId, count, el } from "./dom.js";
import { dropZone } from "./drop.js";
import { events } from "./events.js";
import { asFilter, DEFAULT_LIMIT, fill, filled } from "./filters.js";
import { citationMarks, regionMarks, setMarks } from "./marks.js";
import { proposeQuestion } from "./question_form.js";
import { clearFound, markCurrent, showFound } from "./search.js";

const root = byId("ask");
const form = byId("question-form");
const field = byId("question");
const start = byId("start");
let asked = ""; // the question whose answer is shown
let running = new AbortController();
let chosen = ""; // the page that was opened by itself
let hitsShown = [];
let width = 0; // that the question was fitted to

form.addEventListener("submit", (event) => {
  event.preventDefault();
  asked = ""; // the same question once more is a new one
  const mode = new FormData(form).get("mode");
  const q = field.value.trim();
  if (q) go({ view: "ask", q, mode: mode === "pages" ? mode : null, ...filled(), doc: null, page: null, cite: null, heat: null });
  if (q && !asked) showAsk(here());
});
form.addEventListener("change", ({ target }) => {
  if (target.name === "mode" && here().q) form.requestSubmit();
});
field.addEventListener("input", fit);
new ResizeObserver(fitAgain).observe(form); // the panel is narrower beside a page
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

/** Put the cursor into the question. */
export function focusQuestion() {
  field.focus();
  field.select();
}

/** Follow the address. @param {import("./address.js").Address} address */
export function showAsk(address) {
  const { c, q, mode, names, metadata, first, last, limit, only } = address;
  const wanted = JSON.stringify([c, q, mode, names, metadata, first, last, limit, only]);
  root.toggleAttribute("data-empty", !q);
  if (wanted !== asked) {
    asked = wanted;
    running.abort();
    running = new AbortController();
    begin(address, running.signal);
  }
  markCited(address.cite);
  markCurrent(address);
}

function begin(address, signal) {
  field.value = address.q || "";
  fit();
  form.querySelector(`[name="mode"][value="${address.mode === "pages" ? "pages" : "answer"}"]`).checked = true;
  fill(address, "");
  if (address.only) nameOnly(address);
  clearAnswer();
  clearFound();
  setMarks([]);
  start.hidden = true;
  if (!address.q) showStart(address, signal);
  else run(address, signal);
}

async function run(address, signal) {
  try {
    const filter = asFilter(address);
    const body = { query: address.q, limit: Number(address.limit) || DEFAULT_LIMIT, ...(filter && { filter }) };
    if (address.mode === "pages") await find(address, body, signal);
    else await stream(address, body, signal);
  } catch (error) {
    if (error.name !== "AbortError" && !signal.aborted) fail(error, address);
  }
}

async function find(address, body, signal) {
  const { hits } = await send("POST", of(address.c, "search"), body);
  if (signal.aborted) return;
  showHits(hits, address);
  announce(`${count(hits.length, "page")} found`);
}

async function stream(address, body, signal) {
  beginAnswer("Looking for pages…");
  const response = await request(of(address.c, "answers"), {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    signal,
  });
  let isWhole = false;
  for await (const { name, data } of events(response)) {
    if (name === "pages") {
      showHits(data.hits, address);
      beginAnswer("Reading the pages…");
    } else if (name === "token") addSentence(data);
    else if (name === "done") finish(data, address);
    else if (name === "error") throw new Problem(data.status, data);
    isWhole ||= name === "done";
  }
  if (!isWhole) throw new Problem(0, { code: "cut_off", detail: "the answer was cut off; ask once more" });
}

function showHits(hits, address) {
  hitsShown = hits;
  showFound(hits, { collection: address.c, query: address.q, isFiltered: asFilter(address) !== null });
  setMarks(regionMarks(hits));
  if (hits.length) openByItself({ doc: hits[0].document, page: hits[0].page });
  markCurrent(here());
}

function finish(answer, address) {
  showAnswer(answer, hitsShown.length, answer.refused ? null : keepButton(() => proposeQuestion(address, answer)));
  setMarks([...regionMarks(hitsShown), ...citationMarks(answer.citations)]);
  const [first] = answer.citations;
  if (first && !here().cite) openByItself({ doc: first.document, page: first.page, cite: 1 });
  markCited(here().cite);
  markCurrent(here());
  announce(answer.refused ? `No answer. ${answer.answer}` : `${answer.answer} ${count(answer.citations.length, "citation")}.`);
}

/** Open a page unless the reader, or the link, chose one. */
function openByItself(target) {
  const { doc, page, view } = here();
  if (view !== "ask" || (doc && `${doc}/${page}` !== chosen)) return;
  chosen = `${target.doc}/${target.page}`;
  go(target, { replace: true });
}

function fail(error, address) {
  const pages = error.body?.pages;
  if (pages) showHits(pages, address);
  const isModel = error.code === "vlm_unavailable";
  const hint = isModel ? "The search works without the model: these are the pages that it found." : "";
  if (error.code === "collection_not_found") showFailure(`There is no collection “${address.c}” yet.`, "Hand documents in, and it is made.");
  else showFailure(isModel ? `The model that writes answers is not available: ${error.message}` : sentence(error), hint);
  announce(sentence(error));
}

async function nameOnly(address) {
  const found = await get(of(address.c, "documents", address.only)).catch(() => null);
  if (found && here().only === address.only) fill(here(), found.name);
}

async function showStart(address, signal) {
  const told = byId("hero-told");
  const collections = await get("v1/collections").catch((error) => error);
  if (signal.aborted) return;
  if (collections instanceof Error) {
    told.textContent = sentence(collections);
    return;
  }
  const n = collections.find((one) => one.name === address.c)?.documents || 0;
  told.textContent = n ? `${count(n, "document")} in “${address.c}”. Answers quote their pages and show where.` : "Hand in a few documents first. Answers quote their pages and show where.";
  start.hidden = n > 0;
  if (n) return;
  start.replaceChildren(
    dropZone(),
    el("ol", { class: "steps" }, el("li", {}, "Drop PDFs, scans or pictures of pages."), el("li", {}, "Watch every page become ready."), el("li", {}, "Ask, and see the words that answer lit on their page.")),
  );
}

function fitAgain([{ contentRect }]) {
  if (contentRect.width !== width) fit();
  width = contentRect.width;
}

function fit() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
