// What is said of a document, to be changed: its name and its metadata.

import { fields, written } from "./conditions.js";
import { ask } from "./dialogs.js";
import { el } from "./dom.js";

/**
 * Ask for another name and other metadata; resolves with what differs, null when nothing does.
 * @param {{name: string, metadata: Record<string, unknown>}} document
 * @returns {Promise<{name?: string, metadata?: Record<string, unknown>} | null>}
 */
export async function askChanges({ name, metadata }) {
  const named = el("input", { name: "name", value: name, required: true, maxlength: "1000", autocomplete: "off", autofocus: true });
  const described = el("input", { name: "metadata", value: written(metadata), placeholder: "year = 2024, kind = report", autocomplete: "off", on: { input: () => check(described) } });
  const before = { name: named.value, metadata: described.value };
  const given = await ask({
    title: "Change what is said of it",
    fields: [el("label", {}, "Name", named), el("label", {}, "Metadata, to filter by", described)],
    accept: "Keep",
  });
  const changes = {
    ...(given && given.name !== before.name && { name: given.name }),
    ...(given && given.metadata !== before.metadata && { metadata: fields(given.metadata) }),
  };
  return Object.keys(changes).length ? changes : null;
}

function check(input) {
  try {
    fields(input.value);
    input.setCustomValidity("");
  } catch (error) {
    input.setCustomValidity(error.message);
  }
}
