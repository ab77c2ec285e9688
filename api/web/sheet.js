// A page on the desk: its picture, boxes and heat over it, larger and smaller.

import { el, place } from "./dom.js";
import { paint } from "./heat.js";
import { picture, picturePath } from "./pictures.js";

const ZOOMS = [0.5, 0.75, 1, 1.35, 1.8, 2.5, 3.5];
const FITTING = ZOOMS.indexOf(1);

export class Sheet {
  constructor() {
    this.image = el("img", { alt: "" });
    this.canvas = el("canvas", { role: "img", hidden: true });
    this.element = el("div", { class: "sheet" }, this.image, this.canvas);
    this.desk = el("div", { class: "desk", tabindex: "0", role: "group", "aria-label": "Page picture; scroll to see all of it" }, this.element);
    this.zoomed = FITTING;
    this.shown = null;
    this.image.addEventListener("load", () => this.#centre());
  }

  /** Show a page. @param {{collection: string, document: string, page: number, label: string}} page */
  async show(page) {
    this.shown = page;
    this.image.alt = page.label;
    this.element.setAttribute("aria-busy", "true");
    const path = picturePath(page.collection, page.document, page.page, this.desk.clientWidth * ZOOMS[this.zoomed]);
    const url = await picture(path);
    if (this.shown !== page) return; // another one was asked for meanwhile
    this.image.src = url;
    await this.image.decode().catch(() => {});
    this.element.removeAttribute("aria-busy");
  }

  /** Put boxes on the page and light one. @param {import("./marks.js").Mark[]} marks @param {number | null} cite */
  mark(marks, cite) {
    for (const box of this.element.querySelectorAll(".box")) box.remove();
    for (const mark of marks) {
      const isLit = mark.kind === "cited" && mark.cite === cite;
      const kinds = [mark.kind, isLit && "lit", !mark.isVerified && "unproven"].filter(Boolean);
      const label = mark.kind === "cited" ? `Citation ${mark.cite + 1}: ${mark.label}` : null;
      this.element.append(place(el("div", { class: `box ${kinds.join(" ")}`, role: label && "img", "aria-label": label }), mark.box));
    }
    this.#centre();
  }

  /** Paint heat over the page; none when null. @param {any[] | null} rows @param {string} label */
  heat(rows, label = "") {
    this.canvas.hidden = rows === null;
    this.element.classList.toggle("hot", rows !== null);
    this.canvas.setAttribute("aria-label", label);
    if (rows) paint(this.canvas, rows, this.image.naturalHeight / (this.image.naturalWidth || 1));
  }

  /** Make the page larger or smaller; 0 fits its width again. @param {number} step */
  zoom(step) {
    this.zoomed = step ? Math.min(ZOOMS.length - 1, Math.max(0, this.zoomed + step)) : FITTING;
    this.element.style.width = `${100 * ZOOMS[this.zoomed]}%`;
    if (this.shown) this.show(this.shown).catch(() => {}); // a sharper picture, when there is one
    this.#centre();
    return Math.round(100 * ZOOMS[this.zoomed]);
  }

  /** Bring the lit box, or the page, before the reader's eyes. */
  reveal() {
    const lit = this.element.querySelector(".lit");
    (lit || this.desk).scrollIntoView({ block: lit ? "center" : "start", behavior: "smooth" });
  }

  #centre() {
    const lit = this.element.querySelector(".lit");
    if (!lit) return;
    this.desk.scrollTo({
      top: this.element.offsetTop + lit.offsetTop + lit.offsetHeight / 2 - this.desk.offsetTop - this.desk.clientHeight / 2,
      left: this.element.offsetLeft + lit.offsetLeft + lit.offsetWidth / 2 - this.desk.offsetLeft - this.desk.clientWidth / 2,
    });
  }
}
