// What a question may see: the fields under it, and what they mean to the API.

import { go, here } from "./address.js";
import { byId, el, iconButton } from "./dom.js";
import { conditions } from "./conditions.js";

export const DEFAULT_LIMIT = 6;
const FIELDS = ["names", "metadata", "first", "last", "limit"];
const root = byId("filters");
const toggle = byId("filter-toggle");
const badge = byId("filter-count");
const only = byId("only-document");

toggle.addEventListener("click", () => open(root.hidden));

/** Fill the fields. @param {Record<string, any>} address @param {string} onlyName the one document's */
export function fill(address, onlyName) {
  for (const name of FIELDS) field(name).value = address[name] || "";
  only.hidden = !address.only;
  only.replaceChildren(`Only ${onlyName || "one document"}`, iconButton("close", "Ask all documents again", () => go({ only: null })));
  const n = [...FIELDS, "only"].filter((name) => address[name]).length;
  badge.hidden = !n;
  badge.textContent = n || "";
    if (n && root.hidden) open(true);
}

/** What the fields hold, as parts of an address. */
export function filled() {
  return Object.fromEntries(FIELDS.map((name) => [name, field(name).value.trim() || null]));
}

/**
 * The filter of a request, or null. @param {Record<string, string>} address
 * @throws {SyntaxError} the metadata is not understood
 */
export function asFilter({ names, metadata, first, last, only: document } = here()) {
  const found = {};
  if (document) found.documents = [document];
  if (names) found.names = names.split(",").map((name) => name.trim()).filter(Boolean);
  if (metadata) found.metadata = conditions(metadata);
  if (first || last) found.pages = { ...(first && { first: Number(first) }), ...(last && { last: Number(last) }) };
  return Object.keys(found).length ? found : null;
}

function open(isOpen) {
  root.hidden = !isOpen;
  toggle.setAttribute("aria-expanded", String(isOpen));
}

function field(name) {
  return root.querySelector(`[name="${name}"]`);
}
