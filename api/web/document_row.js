// One document of the list: its first page, its state, a cell for every page on the way.

import { written } from "./conditions.js";
import { count, el, iconButton, notice } from "./dom.js";
import { thumbnail } from "./search.js";

const MAX_CELLS = 400;
const STATES = { queued: "waiting", processing: "reading", ready: "ready", failed: "failed", cancelled: "cancelled" };
const LOOKS = { ready: "good", failed: "bad", cancelled: "warn" };

export class DocumentRow {
  /** @param {string} collection @param {any} document @param {Record<string, (row: DocumentRow) => void>} actions */
  constructor(collection, document, actions) {
    this.collection = collection;
    this.actions = actions;
    this.stop = null; // ends following its job
    this.pages = new Map();
    this.open = el("button", { type: "button", class: "open", on: { click: () => actions.open(this) } });
    this.told = el("div", { class: "told" });
    this.tools = el("div", { class: "tools" });
    this.more = el("div", { class: "more" });
    this.element = el("article", { class: "card document" }, this.open, this.told, this.tools, this.more);
    this.cells = el("div", { class: "cells", role: "progressbar", "aria-label": "Pages read", "aria-valuemin": "0" });
    this.stage = el("span", { class: "small dim" });
    this.version = null; // what becomes of a new file for it
    this.bar = el("i");
    this.update(document);
  }

  /** Show what the server says of the document. @param {any} document */
  update({ id, name, state, pages, error }) {
    const document = { id, name, state, pages, error };
    const isSame = JSON.stringify(document) === JSON.stringify(this.document);
    this.document = document;
    this.element.dataset.state = document.state;
    this.element.dataset.document = document.id;
    this.element.setAttribute("aria-label", document.name);
    if (!isSame) this.#draw();
  }

  /** Show that a new file for it is sent, is read, was left off, or is no matter any more. @param {"sending" | "reading" | "left" | null} version */
  renew(version) {
    this.version = version;
    this.pages.clear();
    this.cells.replaceChildren();
    this.stage.textContent = version === "sending" ? "on its way" : "";
    this.sent(0);
    this.#draw();
  }

  /** Show how much of its new file has arrived. @param {number} percent */
  sent(percent) {
    this.bar.style.width = `${percent}%`;
  }

  /** Show how far its job is. @param {any} job */
  job({ state, stage: step, error, pages_done: done, pages_total: total }) {
    const stage = step === "waiting" && error ? `waits: ${error.message}` : step;
    if (state === "running" && this.document.state === "queued") this.update({ ...this.document, state: "processing" });
    this.stage.textContent = total ? `${done} of ${count(total, "page")} · ${stage}` : stage;
    this.cells.setAttribute("aria-valuemax", String(total));
    this.cells.setAttribute("aria-valuenow", String(done));
    while (this.cells.childElementCount < Math.min(total, MAX_CELLS)) this.cells.append(el("i"));
    this.#fill(done, total);
  }

  /** Show that a page is read, or could not be. @param {any} page */
  page(page) {
    this.pages.set(page.page, page.state);
    this.#fill(0, this.cells.childElementCount);
  }

  /** Say something below the document. */
  say(kind, text) {
    this.more.replaceChildren(notice(kind, text));
  }

  /** Show, or hide again, what else is known of it. @param {any} details */
  explain(details) {
    const isShown = this.more.querySelector(".details");
    this.more.replaceChildren();
    if (isShown) return;
    const metadata = written(details.metadata);
    const lines = [
      ...details.failed_pages.map((page) => `Page ${page.page} could not be read: ${page.message} (${page.code})`),
      ...details.flagged_pages.filter((page) => page.flags.length).map((page) => `Page ${page.page} has text that addresses a model: ${page.flags.join(", ")}`),
      details.hidden_words && `${count(details.hidden_words, "hidden word")} left out of the index`,
      metadata ? `Metadata: ${metadata}` : "No metadata",
    ].filter(Boolean);
    this.more.append(el("ul", { class: "details" }, ...lines.map((line) => el("li", {}, line))));
  }

  #draw() {
    const { name, state, pages, error } = this.document;
    const isOpen = state === "queued" || state === "processing";
    const isRenewed = this.version === "sending" || this.version === "reading";
    const badge = el("span", { class: `chip ${LOOKS[state] || ""}` }, STATES[state]);
    this.open.setAttribute("aria-label", `Look at ${name}`);
    this.open.disabled = state !== "ready";
    this.open.replaceChildren(state === "ready" && pages ? thumbnail(this.collection, this.document.id, 1) : el("span", { class: "thumb" }));
    this.told.replaceChildren(
      el("span", { class: "name" }, name),
      el("div", { class: "row" }, badge, isOpen ? this.stage : state === "ready" && el("span", { class: "small dim" }, count(pages, "page"))),
      isRenewed ? el("div", { class: "row" }, el("span", { class: "chip" }, "new version"), this.stage) : "",
      this.version === "sending" ? el("div", { class: "bar-line" }, this.bar) : isOpen || isRenewed ? this.cells : "",
    );
    this.more.replaceChildren();
    if (error) this.more.append(notice("bad", el("p", {}, error.message), el("p", { class: "small" }, "Reason: ", el("code", {}, error.code))));
    this.#drawTools(state, isOpen || isRenewed);
  }

  /** The buttons change with the state; who stood on one is not thrown out of the row. */
  #drawTools(state, isAtWork) {
    const stoodOn = this.tools.contains(document.activeElement) && document.activeElement.title;
    this.tools.replaceChildren(...this.#buttons(state, isAtWork));
    if (stoodOn) ([...this.tools.children].find((one) => one.title === stoodOn) || this.tools.firstElementChild).focus();
  }

  #buttons(state, isAtWork) {
    const { name } = this.document;
    const button = (icon, label, action) => iconButton(icon, `${label} ${name}`, () => this.actions[action](this), { title: label });
    return [
      state === "ready" && button("question", "Ask only", "askOnly"),
      state === "ready" && button("text", "Details of", "details"),
      state === "ready" && button("pencil", "Edit", "edit"),
      (this.version === "left" || (!isAtWork && state !== "ready")) && button("retry", "Retry", "retry"),
      !isAtWork && button("replace", "Replace", "replace"),
      isAtWork && this.version !== "sending" && button("close", "Cancel", "cancel"),
      button("trash", "Delete", "remove"),
    ].filter(Boolean);
  }

  #fill(done, total) {
    const cells = [...this.cells.children];
    const share = total > MAX_CELLS ? MAX_CELLS / total : 1;
    for (const [n, cell] of cells.entries()) {
      const state = this.pages.get(n + 1) || (n < done * share ? "ready" : "");
      if (state) cell.dataset.state = state;
    }
  }
}
