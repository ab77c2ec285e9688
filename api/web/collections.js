// The collection that is looked at: choose one, make one.

import { go, here } from "./address.js";
import { get, send, sentence } from "./api.js";
import { ask } from "./dialogs.js";
import { announce, byId, el, notice } from "./dom.js";

const NAME = "[a-z0-9][a-z0-9_\\-]{0,62}";
const picker = byId("collection");

picker.addEventListener("change", () => {
  go({ c: picker.value, q: null, doc: null, page: null, cite: null, heat: null, only: null });
});
byId("new-collection").addEventListener("click", () => make());

/** Show the collections there are, and the one that is looked at. */
export async function showCollections() {
  const { c } = here();
  const found = await get("v1/collections").catch(() => []);
  const names = [...new Set([...found.map((one) => one.name), c])].sort();
  picker.replaceChildren(...names.map((name) => el("option", { value: name }, name)));
  picker.value = here().c;
}

/** Follow the address. @param {import("./address.js").Address} address */
export function chooseCollection({ c }) {
  if ([...picker.options].some((option) => option.value === c)) picker.value = c;
  else showCollections();
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
