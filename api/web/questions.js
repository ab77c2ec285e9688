// Golden questions: what is asked to measure the search by, and which pages should be found.

import { here, turnTo } from "./address.js";
import { get, of, request, send, sentence } from "./api.js";
import { isMade } from "./collections.js";
import { ask } from "./dialogs.js";
import { announce, byId, count, el, icon, iconButton, notice } from "./dom.js";
import { openPage } from "./page_view.js";
import { questionForm, takeDraft } from "./question_form.js";

const root = byId("questions");
const list = el("div", { class: "items" });
const editor = el("div");
let names = new Map(); // document id -> its name

root.append(
  el(
    "div",
    { class: "row" },
    el("h1", {}, "Golden questions"),
    el("span", { class: "end row" }, el("button", { type: "button", on: { click: () => download() } }, icon("download"), "Export"), el("button", { type: "button", class: "primary", on: { click: () => edit(null) } }, icon("plus"), "New question")),
  ),
  el("p", { class: "dim" }, "Questions whose answers you know, and the pages that hold them. An evaluation asks them and counts how often the right page is found."),
  editor,
  list,
);

/** Follow the address. @param {import("./address.js").Address} address */
export async function showQuestions({ c }) {
  const draft = takeDraft();
  if (draft) edit(draft);
  try {
    if (!(await isMade(c))) return show([]);
    const [found, { documents }] = await Promise.all([get(`${of(c, "questions")}?limit=1000`), get(`${of(c, "documents")}?limit=1000`)]);
    names = new Map(documents.map((one) => [one.id, one.name]));
    return show(found.questions);
  } catch (error) {
    return list.replaceChildren(notice(error.isUnknownRoute ? "warn" : "bad", error.isUnknownRoute ? "This server keeps no golden questions. A newer one does; the command line can: pagesight eval draft." : sentence(error)));
  }
}

function show(questions) {
  list.replaceChildren(...questions.map(item));
  if (!questions.length) list.append(el("p", { class: "dim" }, "None yet. Ask something, and keep the question when its answer is right."));
}

function item(question) {
  const pages = question.pages.map((page) =>
    el("button", { type: "button", class: "chip", on: { click: () => look(page) } }, `${names.get(page.document) || page.document}, page ${page.page}${page.grade > 1 ? ` · grade ${page.grade}` : ""}`),
  );
  return el(
    "article",
    { class: "card item", "aria-label": question.text },
    el("div", { class: "row" }, el("h2", {}, question.text), el("span", { class: "end" }, iconButton("pencil", `Edit: ${question.text}`, () => edit(question)), iconButton("trash", `Delete: ${question.text}`, () => remove(question)))),
    question.is_answerable ? el("p", {}, question.answers.join(" or ")) : el("p", {}, el("span", { class: "chip warn" }, "has no answer here: a refusal is right")),
    el("div", { class: "chips" }, question.is_stale && el("span", { class: "chip warn" }, "a page of it is gone"), ...pages, ...question.tags.map((tag) => el("span", { class: "chip good" }, tag))),
  );
}

function look({ document, page }) {
  turnTo("documents");
  openPage({ doc: document, page });
}

function edit(question) {
  const { c } = here();
  const done = async (body) => {
    if (question?.id) await send("PUT", of(c, "questions", question.id), body);
    else await send("POST", of(c, "questions"), body);
    editor.replaceChildren();
    announce("The question is kept");
    await showQuestions({ c });
  };
  editor.replaceChildren(questionForm(c, question, names, done, () => editor.replaceChildren()));
  editor.querySelector("textarea").focus();
  editor.scrollIntoView({ block: "nearest" });
}

async function remove(question) {
  const { c } = here();
  const sure = await ask({ title: "Delete this question?", told: [question.text], accept: "Delete", danger: true });
  if (!sure) return;
  try {
    await send("DELETE", of(c, "questions", question.id));
    announce("The question is deleted");
    await showQuestions({ c });
  } catch (error) {
    editor.replaceChildren(notice("bad", sentence(error)));
  }
}

async function download() {
  const { c } = here();
  try {
    const response = await request(of(c, "questions.jsonl"));
    const address = URL.createObjectURL(await response.blob());
    el("a", { href: address, download: `${c}-questions.jsonl` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    announce(`${count(1, "file")} downloaded`);
  } catch (error) {
    editor.replaceChildren(notice("bad", sentence(error)));
  }
}
