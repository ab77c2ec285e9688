// Files on their way to the server, a few at a time, each with how much of it has arrived.

import { go, here } from "./address.js";
import { of, Problem, sentence } from "./api.js";
import { ensureCollection } from "./collections.js";
import { addDocument } from "./documents.js";
import { announce, byId, count, el, iconButton, notice } from "./dom.js";
import { askForKey, credentials } from "./key.js";

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

async function post(upload) {
  const [shown, sent] = [credentials(), performance.now()];
  const answer = await push(upload, shown);
  if (answer.status === 401 && (await askForKey(shown.Authorization, sent))) return post(upload);
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new Problem(answer.status, answer.body);
}

/** XMLHttpRequest, since fetch does not tell how much has been sent. */
function push({ file, metadata, collection, line: { bar } }, headers) {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("metadata", JSON.stringify(metadata));
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", of(collection, "documents"));
    for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value);
    sending.responseType = "json";
    sending.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.style.width = `${(100 * loaded) / total}%`;
    });
    sending.addEventListener("load", () => resolve({ status: sending.status, body: sending.response || {} }));
    sending.addEventListener("error", () => reject(new Problem(0, { code: "unreachable", detail: "the server does not answer, or closed the connection" })));
    sending.send(form);
  });
}
