// Files on their way to the server, a few at a time, each with how much of it has arrived.

import { go, here } from "./address.js";
import { of, sentence } from "./api.js";
import { ensureCollection } from "./collections.js";
import { addDocument } from "./documents.js";
import { announce, byId, count, el, iconButton, notice } from "./dom.js";
import { sendForm } from "./sending.js";

const AT_ONCE = 2;
const root = byId("uploads");
const waiting = [];
let n_running = 0;

/** Hand files in. @param {File[]} files @param {Record<string, unknown>} metadata */
export async function handIn(files, metadata = {}) {
  const collection = here().c;
  if (!files.length) return;
  go({ view: "documents", doc: null, page: null, q: null, cite: null, heat: null });
  announce(`${count(files.length, "file")} handed in`);
  try {
    await ensureCollection(collection);
  } catch (error) {
    root.append(failureLine("The collection cannot be made", error));
    return;
  }
  for (const file of files) waiting.push({ file, metadata, collection, line: line(file) });
  for (let n = n_running; n < AT_ONCE; n += 1) next();
}

async function next() {
  const upload = waiting.shift();
  if (!upload) return;
  n_running += 1;
  try {
    const { document, job } = await post(upload);
    upload.line.element.remove();
    addDocument(upload.collection, document, job?.id ?? null);
    if (!job) announce(`${document.name} is there already`);
  } catch (error) {
    upload.line.element.replaceWith(failureLine(upload.file.name, error));
  } finally {
    n_running -= 1;
    next();
  }
}

function line(file) {
  const bar = el("i");
  const element = el("div", { class: "card" }, el("div", { class: "row" }, el("strong", { class: "name" }, file.name), el("span", { class: "small dim end" }, "on its way")), el("div", { class: "bar-line" }, bar));
  root.append(element);
  return { element, bar };
}

function failureLine(name, error) {
  const element = notice("bad", el("div", { class: "row" }, el("strong", {}, name), el("span", { class: "end" }, iconButton("close", "Put away", () => element.remove()))), el("p", {}, sentence(error)));
  return element;
}

function post({ file, metadata, collection, line: { bar } }) {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("metadata", JSON.stringify(metadata));
  return sendForm("POST", of(collection, "documents"), form, (percent) => {
    bar.style.width = `${percent}%`;
  });
}
