// Where documents are dropped or picked.

import { byId, el, icon } from "./dom.js";
import { here } from "./address.js";
import { fields } from "./conditions.js";
import { ACCEPTED } from "./sending.js";
import { handIn } from "./upload.js";

const veil = byId("drop-veil");
let depth = 0; // enter and leave come for every element under the pointer

/** A zone with its own button; the whole window takes drops too. */
export function dropZone() {
  const metadata = el("input", { placeholder: "year = 2024, kind = report", autocomplete: "off" });
  const input = el("input", { type: "file", multiple: true, accept: ACCEPTED, class: "unseen", tabindex: "-1", "aria-hidden": "true", on: { change: () => take(input, metadata) } });
  return el(
    "div",
    { class: "drop-zone drop" },
    icon("upload"),
    el("div", {}, el("p", {}, el("strong", {}, "Drop documents here")), el("p", { class: "small dim" }, "PDF, PNG, JPEG, WebP or TIFF, anywhere on this page")),
    el("button", { type: "button", class: "primary choose", on: { click: () => input.click() } }, "Choose files"),
    input,
    el("details", {}, el("summary", {}, "Add metadata"), el("label", {}, "Fields of the documents that you hand in, to filter by", metadata)),
  );
}

/** Let the whole window take documents. */
export function listenForDrops() {
  addEventListener("dragenter", (event) => isFiles(event) && veilBy(1));
  addEventListener("dragleave", (event) => isFiles(event) && veilBy(-1));
  addEventListener("dragover", (event) => isFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    veilBy(-depth);
    const asked = askedFor();
    if (asked) {
      asked.files = event.dataTransfer.files;
      return;
    }
    const zone = event.target instanceof Element ? event.target.closest(".drop-zone") : null;
    const metadata = metadataOf(zone?.querySelector("details input"));
    if (metadata) handIn([...event.dataTransfer.files], metadata);
  });
}

function take(input, metadata) {
  const read = metadataOf(metadata);
  if (read) handIn([...input.files], read);
  input.value = "";
}

/** The fields that are written beside the zone; null, and told, where they are not understood. */
function metadataOf(input) {
  if (!input?.value.trim()) return {};
  try {
    input.setCustomValidity("");
    return fields(input.value);
  } catch (error) {
    input.setCustomValidity(error.message);
    input.closest("details").open = true;
    input.reportValidity();
    return null;
  }
}

/** Where a dialog asks for a file. */
function askedFor() {
  return document.querySelector("dialog[open] input[type=file]");
}

function veilBy(step) {
  depth = Math.max(0, depth + step);
  veil.hidden = depth === 0 || askedFor() !== null;
  veil.querySelector("b").textContent = here().c;
}

function isFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
