// An answer on the screen: its sentences as they come, what they stand on, and what to doubt.

import { byId, count, el, icon, notice } from "./dom.js";
import { openPage } from "./page_view.js";

const root = byId("answer");
const text = el("div", { class: "answer-text", id: "answer-text" });
const below = el("div", { class: "answer-below found" });

/** Hide the answer. */
export function clearAnswer() {
  root.hidden = true;
  root.replaceChildren();
}

/** Begin an answer. @param {string} told what is being done */
export function beginAnswer(told) {
  root.hidden = false;
  text.replaceChildren();
  below.replaceChildren(el("p", { class: "thinking" }, told));
  root.replaceChildren(text, below);
}

/** Add a sentence. @param {{sentence: number, text: string}} token sentence 0 once more begins anew */
export function addSentence({ sentence, text: told }) {
  if (sentence === 0) text.replaceChildren();
  text.append(el("p", {}, told));
}

/** Show the whole answer. @param {any} answer @param {number} n_found pages @param {Node | null} more a further button */
export function showAnswer(answer, n_found, more) {
  root.hidden = false;
  root.replaceChildren(text, below);
  if (answer.refused) showRefusal(answer, n_found);
  else {
    text.replaceChildren(...sentencesOf(answer).map((sentence) => paragraph(sentence, answer)));
    below.replaceChildren(...[...doubts(answer), citations(answer.citations)].filter(Boolean), foot(answer, more));
  }
}

/** Show why there is no answer. @param {string} told @param {string} hint */
export function showFailure(told, hint) {
  root.hidden = false;
  text.replaceChildren();
  below.replaceChildren(notice("bad", el("strong", {}, told), hint && el("p", {}, hint)));
  root.replaceChildren(text, below);
}

/** Show which citation is lit. @param {string | undefined} cite counted from 1 */
export function markCited(cite) {
  for (const button of root.querySelectorAll("[data-cite]")) {
    button.setAttribute("aria-pressed", String(button.dataset.cite === cite));
  }
}

/** Step to another citation. @param {number} step @param {string | undefined} cite the lit one */
export function stepCitation(step, cite) {
  const buttons = [...root.querySelectorAll(".cites [data-cite]")];
  if (!buttons.length) return;
  const place = cite ? (Number(cite) - 1 + step + buttons.length) % buttons.length : 0;
  buttons[place].click();
}

function sentencesOf(answer) {
  return answer.sentences.length ? answer.sentences : [{ text: answer.answer, citations: answer.citations.map((_, n) => n) }];
}

function paragraph(sentence, { citations: all, grounded }) {
  const cited = sentence.citations.map((n) => ({ n, citation: all[n] }));
  const isProven = grounded || (cited.length > 0 && cited.every(({ citation }) => citation.verified));
  const body = el("span", isProven ? {} : { class: "unproven", title: "Not verified on the pages" }, sentence.text);
  return el("p", {}, body, !isProven && el("span", { class: "unseen" }, " (not verified)"), ...cited.map(({ n, citation }) => chip(n, citation)));
}

function chip(n, citation) {
  const label = `Citation ${n + 1}: ${citation.name}, page ${citation.page}${citation.verified ? "" : ", not verified"}`;
  return el(
    "button",
    { type: "button", class: citation.verified ? "cite" : "cite unproven", "data-cite": n + 1, "aria-pressed": "false", "aria-label": label, title: `“${citation.quote}”`, on: { click: () => openCitation(n, citation) } },
    n + 1,
  );
}

function citations(all) {
  if (!all.length) return null;
  return el("ol", { class: "cites", "aria-label": "Citations" }, ...all.map((citation, n) => el("li", {}, entry(n, citation))));
}

function entry(n, citation) {
  return el(
    "button",
    { type: "button", "data-cite": n + 1, "aria-pressed": "false", on: { click: () => openCitation(n, citation) } },
    el("span", { class: "number" }, n + 1),
    el("q", {}, citation.quote),
    el(
      "span",
      { class: "where" },
      `${citation.name}, page ${citation.page} `,
      !citation.verified && el("span", { class: "chip warn" }, "words not found on the page"),
      citation.warnings.length && el("span", { class: "chip warn", title: citation.warnings.join(", ") }, "the page addresses a model"),
    ),
  );
}

function doubts({ grounded, warnings }) {
  const told = [...warnings];
  if (!grounded) told.unshift("Not every sentence of this answer was verified on the pages. The underlined ones are the model’s own word.");
  return told.length ? [notice("warn", ...told.map((line) => el("p", {}, line)))] : [];
}

function showRefusal(answer, n_found) {
  text.replaceChildren(el("p", {}, answer.answer));
  const why = [
    n_found
      ? "The pages below come nearest. None of them holds what the question asks for, so nothing was made up."
      : "No page was found to answer from, so nothing was made up.",
    ...answer.warnings,
  ];
  below.replaceChildren(notice("", ...why.map((line) => el("p", {}, line))), foot(answer, null));
}

function foot({ model, usage, timings }, more) {
  const seconds = ((timings.answer || 0) + (timings.plan || 0)) / 1000;
  const parts = [model === "extractive" ? "quoted word for word, no model" : `written by ${model}`, `${seconds.toFixed(1)} s`];
  if (usage.input_tokens) parts.push(count(usage.input_tokens + usage.output_tokens, "token"));
  return el("div", { class: "row small dim" }, el("span", {}, parts.join(" · ")), more && el("span", { class: "end" }, more));
}

function openCitation(n, citation) {
  openPage({ doc: citation.document, page: citation.page, cite: n });
}

/** A button that keeps the question and its answer for later measurement. */
export function keepButton(onClick) {
  return el("button", { type: "button", class: "quiet", on: { click: onClick } }, icon("plus"), "Golden question");
}
