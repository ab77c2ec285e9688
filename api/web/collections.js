// The collection that is looked at: choose one, make one.

import { go, here } from "./address.js";
import { get, of, send, sentence } from "./api.js";
import { ask } from "./dialogs.js";
import { announce, byId, el, notice } from "./dom.js";

const NAME = "[a-z0-9][a-z0-9_\\-]{0,62}";
const picker = byId("collection");
let made = []; // the names of those there are

picker.addEventListener("change", () => {
  go({ c: picker.value, q: null, doc: null, page: null, cite: null, heat: null, only: null });
});
byId("new-collection").addEventListener("click", () => make());

/** Show the collections there are, and the one that is looked at. */
export async function showCollections() {
  const { c } = here();
  const found = await get("v1/collections").catch(() => []);
  made = found.map((one) => one.name);
  const names = [...new Set([...made, c])].sort();
  picker.replaceChildren(...names.map((name) => el("option", { value: name }, name)));
  picker.value = here().c;
  byId("delete-collection").hidden = !made.includes(here().c);
}

/** Follow the address. @param {import("./address.js").Address} address */
export function chooseCollection({ c }) {
  if (made.includes(c)) picker.value = c;
  else showCollections();
  byId("delete-collection").hidden = !made.includes(c);
}

/** Whether there is a collection of that name. @param {string} name @returns {Promise<boolean>} */
export async function isMade(name) {
  return (await get("v1/collections")).some((one) => one.name === name);
}

/** Make a collection where there is none of that name. @param {string} name */
export async function ensureCollection(name) {
  if (await isMade(name)) return;
  await send("POST", "v1/collections", { name });
  await showCollections();
}

/** Delete a collection, after one question. @param {string} name @returns {Promise<boolean>} whether it is gone */
export async function removeCollection(name) {
  const told = [name, "All its documents and golden questions are gone at once."];
  if (!(await ask({ title: "Delete this collection?", told, accept: "Delete", danger: true }))) return false;
  try {
    await send("DELETE", of(name));
  } catch (error) {
    await ask({ title: "The collection was not deleted", told: [notice("bad", sentence(error))], accept: "Close" });
    return false;
  }
  announce(`Collection ${name} is deleted`);
  return true;
}

async function make() {
  const given = await ask({
    title: "New collection",
    told: ["Documents of a collection are searched together, and never with those of another one."],
    fields: [
      el("label", {}, "Name", el("input", { name: "name", required: true, pattern: NAME, maxlength: "63", autocomplete: "off", autofocus: true, title: "lower-case letters, digits, - and _", placeholder: "reports" })),
      el("label", {}, "Languages of its pages, the main one first", el("input", { name: "language", placeholder: "en", autocomplete: "off" })),
    ],
    accept: "Make it",
  });
  if (!given) return;
  const language = given.language.split(/[\s,]+/).filter(Boolean);
  try {
    await send("POST", "v1/collections", { name: given.name, ...(language.length && { language }) });
    go({ view: "documents", c: given.name, q: null, doc: null, page: null, cite: null, heat: null, only: null });
    await showCollections();
    announce(`Collection ${given.name} is made`);
  } catch (error) {
    await ask({ title: "The collection was not made", told: [notice("bad", sentence(error))], accept: "Close" });
  }
}
