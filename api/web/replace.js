// A new file for a document: sent and read page by page, while the version before is still found.

import { go, here } from "./address.js";
import { get, of, sentence } from "./api.js";
import { ask } from "./dialogs.js";
import { announce, count, el } from "./dom.js";
import { forgetHeat } from "./heat.js";
import { forgetMarks } from "./marks.js";
import { refresh } from "./page_view.js";
import { forgetPictures } from "./pictures.js";
import { follow } from "./progress.js";
import { ACCEPTED, sendForm } from "./sending.js";

const STAYS = "Searches and answers keep the version before.";

/**
 * Ask for a document's new file and send it.
 * @param {import("./document_row.js").DocumentRow} row
 * @returns {Promise<string | null>} the job that reads it; null where there is nothing to read
 */
export async function sendVersion(row) {
  const file = await askFile(row.document);
  if (!file) return null;
  const form = new FormData();
  form.append("file", file, file.name);
  row.renew("sending");
  announce(`${file.name} is on its way, to replace ${row.document.name}`);
  try {
    const { job } = await sendForm("PUT", of(row.collection, "documents", row.document.id), form, (percent) => row.sent(percent));
    if (job) return job.id;
    row.renew(null);
    row.say("", "These are the bytes that it has already: nothing was changed.");
  } catch (error) {
    row.renew(null);
    row.say("bad", `It was not replaced. ${sentence(error)}`);
  }
  return null;
}

/** Show how far the job is that reads a document's new file. @param {import("./document_row.js").DocumentRow} row @param {string} job */
export function followVersion(row, job) {
  let last = null;
  const onJob = (found) => {
    last = found;
    row.job(found);
  };
  const trouble = (error) => {
    row.stop = null;
    row.renew(null);
    row.say("bad", sentence(error));
  };
  row.renew("reading");
  row.stop = follow(job, { onJob, onPage: (page) => row.page(page), onEnd: () => settleVersion(row, last).catch(trouble), onTrouble: trouble });
}

/** Show what became of a new version. @param {import("./document_row.js").DocumentRow} row @param {any} job */
export async function settleVersion(row, job) {
  const { document: before, collection } = row;
  const found = await get(of(collection, "documents", before.id));
  row.stop = null;
  if (job.state !== "done") return leave(row, found, job);
  for (const forget of [forgetPictures, forgetHeat]) forget(collection, found.id);
  forgetMarks(found.id);
  row.update(found);
  row.renew(null);
  announce(`${before.name} is replaced by ${found.name}, ${count(found.pages, "page")}`);
  await turnTo(found, collection);
}

function leave(row, found, { state, error }) {
  row.update(found);
  row.renew("left");
  const stays = found.state === "ready" ? STAYS : "";
  if (state === "cancelled") row.say("warn", `It was not replaced: that was cancelled. ${stays}`);
  else row.say("bad", `It was not replaced. ${sentence(new Error(error.message))} ${stays}`);
}

/** Show the new pages where the old ones were looked at. */
async function turnTo({ id, pages }, collection) {
  const { c, doc, page } = here();
  if (c !== collection || doc !== id) return;
  go({ page: Math.min(Number(page || 1), pages), cite: null }, { replace: true });
  await refresh(collection, id);
}

async function askFile({ name, state }) {
  const given = await ask({
    title: "Replace this document?",
    told: [name, state === "ready" ? "It is found as it is now until every page of the new file is ready; then its old pages are gone." : "The new file takes the place of this one."],
    fields: [el("label", {}, "New file", el("input", { type: "file", name: "file", accept: ACCEPTED, required: true, autofocus: true }))],
    accept: "Replace",
  });
  return given && given.file;
}
