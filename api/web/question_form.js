// The form of a golden question; its pages are picked from what a search finds.

import { go } from "./address.js";
import { of, send, sentence } from "./api.js";
import { el, notice } from "./dom.js";
import { thumbnail } from "./search.js";

const N_OFFERED = 8;
let draft = null;

/** Take a question and its answer over from the view that asks. */
export function proposeQuestion(address, answer) {
  const [first] = answer.citations;
  draft = {
    text: address.q,
    answers: first ? [first.quote] : [],
    pages: first ? [{ document: first.document, page: first.page, grade: 1 }] : [],
    is_answerable: true,
    tags: [],
  };
  go({ view: "questions", q: null, doc: null, page: null, cite: null, heat: null });
}

/** The question that was taken over, once. */
export function takeDraft() {
  const taken = draft;
  draft = null;
  return taken;
}

/**
 * The form. @param {string} collection @param {any} question null for a new one
 * @param {Map<string, string>} names of documents
 * @param {(body: any) => Promise<void>} keep @param {() => void} leave
 */
export function questionForm(collection, question, names, keep, leave) {
  const text = el("textarea", { name: "text", rows: "2", required: true, maxlength: "2000" });
  const answers = el("textarea", { name: "answers", rows: "2", placeholder: "11,400" });
  const tags = el("input", { name: "tags", placeholder: "table, 2024", autocomplete: "off" });
  const isUnanswerable = el("input", { type: "checkbox", on: { change: () => toggle() } });
  const picks = el("div", { class: "picks", role: "group", "aria-label": "Pages that hold the answer" });
  const trouble = el("div");
  const chosen = new Map((question?.pages || []).map((page) => [keyOf(page), page]));
  text.value = question?.text || "";
  answers.value = (question?.answers || []).join("\n");
  tags.value = (question?.tags || []).join(", ");
  isUnanswerable.checked = question?.is_answerable === false;

  const pick = (page, name) => pickOf(collection, page, name, chosen);
  const offer = async () => {
    if (!text.reportValidity()) return;
    const { hits } = await send("POST", of(collection, "search"), { query: text.value, limit: N_OFFERED });
    const others = hits.filter((hit) => !chosen.has(keyOf(hit)));
    picks.replaceChildren(...[...chosen.values()].map((page) => pick(page, names.get(page.document))), ...others.map((hit) => pick(hit, hit.name)));
    if (!picks.childElementCount) picks.append(el("p", { class: "dim" }, "No page matches."));
  };
  const evidence = el(
    "div",
    { class: "form" },
    el("label", {}, "Accepted answers, one a line", answers),
    el("div", { class: "row" }, el("strong", {}, "Pages that hold the answer"), el("button", { type: "button", class: "end", on: { click: () => offer().catch(tell) } }, "Find pages")),
    picks,
  );
  const toggle = () => {
    evidence.hidden = isUnanswerable.checked;
  };
  const tell = (error) => trouble.replaceChildren(notice("bad", sentence(error)));
  const submit = async (event) => {
    event.preventDefault();
    await keep({
      text: text.value.trim(),
      answers: isUnanswerable.checked ? [] : answers.value.split("\n").map((line) => line.trim()).filter(Boolean),
      pages: isUnanswerable.checked ? [] : [...chosen.values()],
      is_answerable: !isUnanswerable.checked,
      tags: tags.value.split(",").map((tag) => tag.trim()).filter(Boolean),
    }).catch(tell);
  };
  picks.append(...[...chosen.values()].map((page) => pick(page, names.get(page.document))));
  toggle();
  return el(
    "form",
    { class: "card form", "aria-label": question?.id ? "Edit a question" : "New question", on: { submit } },
    el("label", {}, "Question", text),
    el("label", { class: "check" }, isUnanswerable, "These documents do not answer it"),
    evidence,
    el("label", {}, "Tags", tags),
    trouble,
    el("div", { class: "buttons" }, el("button", { type: "button", on: { click: leave } }, "Cancel"), el("button", { class: "primary" }, "Keep")),
  );
}

function pickOf(collection, { document, page, grade = 1 }, name, chosen) {
  const key = keyOf({ document, page });
  const choose = () => (box.checked ? chosen.set(key, { document, page, grade: Number(grades.value) }) : chosen.delete(key));
  const box = el("input", { type: "checkbox", on: { change: choose } });
  const grades = el("select", { "aria-label": "How well the page answers", on: { change: choose } }, el("option", { value: "1" }, "answers"), el("option", { value: "2" }, "answers best"));
  box.checked = chosen.has(key);
  grades.value = String(grade > 1 ? 2 : 1);
  return el("label", { class: "pick" }, thumbnail(collection, document, page), el("span", { class: "check" }, box, `${name || "document"}, page ${page}`), grades);
}

function keyOf({ document, page }) {
  return `${document}/${page}`;
}
