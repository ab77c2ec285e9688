// Questions that need an answer before anything else: a modal dialog, Escape says no.

import { el } from "./dom.js";

/**
 * Show a form in a dialog; resolves with its fields, or null when it was dismissed.
 * @param {{title: string, told?: (Node|string)[], fields?: Node[], accept: string, danger?: boolean}} asked
 * @returns {Promise<Record<string, any> | null>}
 */
export function ask({ title, told = [], fields = [], accept, danger = false }) {
  const cancel = el("button", { type: "button", on: { click: () => dialog.close() } }, "Cancel");
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", { id: "dialog-title" }, title),
    ...told.map((line) => (line instanceof Node ? line : el("p", {}, line))),
    ...fields,
    el("div", { class: "buttons" }, cancel, el("button", { class: danger ? "danger" : "primary" }, accept)),
  );
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = null;
    form.addEventListener("submit", () => {
      answer = Object.fromEntries(new FormData(form));
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });
}

/** Show something to read. @param {string} title @param {Node} content */
export function tell(title, content) {
  const dialog = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el("form", { method: "dialog" }, el("h2", { id: "dialog-title" }, title), content, el("div", { class: "buttons" }, el("button", {}, "Close"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Whether a dialog is open. */
export function isOpen() {
  return document.querySelector("dialog[open]") !== null;
}
