// The documents of a collection: what state they are in, and why one failed.

import { go, here, link } from "./address.js";
import { get, of, send, sentence } from "./api.js";
import { isMade, removeCollection, showCollections } from "./collections.js";
import { ask } from "./dialogs.js";
import { askChanges } from "./document_form.js";
import { DocumentRow } from "./document_row.js";
import { announce, byId, count, el, notice } from "./dom.js";
import { refresh } from "./page_view.js";
import { follow } from "./progress.js";
import { followVersion, sendVersion, settleVersion } from "./replace.js";

const PAGE = 100;
const POLL_MS = 1500;
const OPEN = ["queued", "processing"];
const root = byId("document-list");
/** @type {Map<string, DocumentRow>} */
const rows = new Map();
/** @type {Map<string, string>} the last job of a document, as far as it is known here */
const jobs = new Map();
let shown = ""; // the collection whose rows these are
const actions = { open, askOnly, remove, retry, cancel, replace, details, edit };

byId("delete-collection").addEventListener("click", () => removeAll(here().c));

/** Follow the address. @param {import("./address.js").Address} address */
export async function showDocuments({ c }) {
  if (c !== shown) forget(c);
  try {
    if (await isMade(c)) await load(c, null);
    else told();
  } catch (error) {
    root.replaceChildren(notice("bad", sentence(error)));
  }
}

/** Show a document that was just handed in. */
export function addDocument(collection, document, job) {
  if (collection !== here().c) return;
  if (collection !== shown) forget(collection);
  if (job) jobs.set(document.id, job);
  put(document, job !== null);
  told();
}

async function load(collection, cursor) {
  const query = new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) });
  const { documents, next } = await get(`${of(collection, "documents")}?${query}`);
  if (collection !== shown) return;
  if (!cursor) for (const id of rows.keys()) if (!documents.some((one) => one.id === id) && !jobs.has(id)) drop(id);
  documents.sort((one, other) => one.name.localeCompare(other.name));
  for (const document of documents) put(document);
  told();
  if (!cursor) resume(collection).catch(() => {}); // the list is whole without it
  if (next) root.append(el("button", { type: "button", id: "more", on: { click: (event) => (event.target.remove(), load(collection, next)) } }, "Show more"));
}

function put(document, isNew = false) {
  let row = rows.get(document.id);
  if (!row) {
    row = new DocumentRow(shown, document, actions);
    rows.set(document.id, row);
    if (isNew) root.prepend(row.element);
    else root.append(row.element);
  } else row.update(document);
  if (OPEN.includes(document.state) && !row.stop) watch(row);
}

async function watch(row) {
  const id = row.document.id;
  let left = false;
  row.stop = () => {
    left = true;
  };
  const job = jobs.get(id) || (await findJob(shown, id, ["running", "queued"]));
  if (left) return;
  const told = { onJob: (found) => row.job(found), onPage: (page) => row.page(page), onEnd: () => settle(row), onTrouble: (error) => row.say("bad", sentence(error)) };
  row.stop = job ? follow(job, told) : poll(row);
}

function poll(row) {
  const timer = setInterval(() => settle(row).catch(() => {}), POLL_MS);
  return () => clearInterval(timer);
}

async function settle(row) {
  const found = await get(of(row.collection, "documents", row.document.id));
  row.update(found);
  if (OPEN.includes(found.state)) return;
  row.stop?.();
  row.stop = null;
  announce(found.state === "ready" ? `${found.name} is ready, ${count(found.pages, "page")}` : `${found.name}: ${found.state}`);
}

/** Follow the new versions that are being read, whoever handed them in. */
async function resume(collection) {
  const open = await Promise.all(["running", "queued"].map((state) => get(`${of(collection, "jobs")}?state=${state}&limit=100`)));
  if (collection !== shown) return;
  for (const { id, document } of open.flatMap((found) => found.jobs)) {
    const row = rows.get(document);
    if (row && !row.stop && !row.version && !OPEN.includes(row.document.state)) renewBy(row, id);
  }
}

function renewBy(row, job) {
  jobs.set(row.document.id, job);
  followVersion(row, job);
}

/** The job of a document, where the server lists jobs. */
async function findJob(collection, document, states) {
  for (const state of states) {
    const found = await get(`${of(collection, "jobs")}?state=${state}&limit=100`).catch(() => ({ jobs: [] }));
    const job = found.jobs.find((one) => one.document === document);
    if (job) return job.id;
  }
  return null;
}

function open({ document }) {
  go({ doc: document.id, page: 1, cite: null });
}

function askOnly({ document }) {
  location.hash = link({ view: "ask", c: shown, only: document.id });
}

async function remove(row) {
  const sure = await ask({ title: "Delete this document?", told: [row.document.name, "It is gone from every search and answer at once."], accept: "Delete", danger: true });
  if (!sure) return;
  try {
    await send("DELETE", of(row.collection, "documents", row.document.id));
    if (here().doc === row.document.id) go({ doc: null, page: null });
    drop(row.document.id);
    told();
    announce(`${row.document.name} is deleted`);
    byId("documents").querySelector(".choose")?.focus();
  } catch (error) {
    row.say("bad", sentence(error));
  }
}

async function retry(row) {
  await renew(row, ["failed", "cancelled"], "retry", "This server cannot retry by itself. Hand the same file in again: it is tried anew.");
}

async function cancel(row) {
  await renew(row, ["running", "queued"], "cancel", "This server cannot cancel. Delete the document instead.");
}

async function replace(row) {
  const job = await sendVersion(row);
  if (job && rows.get(row.document.id) === row) renewBy(row, job);
}

async function renew(row, states, verb, without) {
  const id = row.document.id;
  try {
    const job = jobs.get(id) || (await findJob(row.collection, id, states));
    if (!job) throw Object.assign(new Error(without), { isUnknownRoute: true });
    const found = await send("POST", `v1/jobs/${job}/${verb}`);
    jobs.set(id, found.id);
    row.stop?.();
    row.stop = null;
    if (row.version && verb === "cancel") return await settleVersion(row, found);
    const document = await get(of(row.collection, "documents", id));
    if (row.version && !OPEN.includes(document.state)) return renewBy(row, found.id);
    row.renew(null);
    put(document);
  } catch (error) {
    row.say("warn", error.isUnknownRoute ? without : sentence(error));
  }
}

async function details(row) {
  try {
    row.explain(await get(of(row.collection, "documents", row.document.id)));
  } catch (error) {
    row.say("bad", sentence(error));
  }
}

async function edit(row) {
  const path = of(row.collection, "documents", row.document.id);
  try {
    const changes = await askChanges(await get(path));
    if (!changes) return;
    const changed = await send("PATCH", path, changes);
    row.update(changed);
    row.more.replaceChildren();
    row.explain(changed);
    announce(`${changed.name} is changed`);
    await refresh(row.collection, row.document.id);
  } catch (error) {
    row.say("bad", sentence(error));
  }
}

async function removeAll(collection) {
  if (!(await removeCollection(collection))) return;
  forget(collection);
  go({ c: null, doc: null, page: null, cite: null, only: null });
  await Promise.all([showCollections(), showDocuments(here())]);
}

function drop(id) {
  rows.get(id)?.stop?.();
  rows.get(id)?.element.remove();
  rows.delete(id);
  jobs.delete(id);
}

function forget(collection) {
  for (const id of [...rows.keys()]) drop(id);
  root.replaceChildren();
  shown = collection;
}

function told() {
  root.querySelector(".none")?.remove();
  root.querySelector("#more")?.remove();
  if (!rows.size) root.append(el("p", { class: "none dim" }, `No documents in “${shown}” yet.`));
}
