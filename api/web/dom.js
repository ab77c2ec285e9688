// Elements made from code. Text is always text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id. @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Make an element. `on` holds listeners; `true` sets an empty attribute, `false` and null set none.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {any}
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") listen(made, value);
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.filter(Boolean).map(asNode));
  return made;
}

/** A picture of the sprite. @param {string} name */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `web/icons.svg#${name}`);
  made.append(use);
  return made;
}

/** A button with an icon alone; its label is its title too. */
export function iconButton(name, label, onClick, attributes = {}) {
  return el(
    "button",
    { type: "button", class: "quiet square", "aria-label": label, title: label, on: { click: onClick }, ...attributes },
    icon(name),
  );
}

/** A framed message: kind is `bad`, `warn` or empty. */
export function notice(kind, ...children) {
  return el("div", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : null }, kind && icon("warning"), el("div", {}, ...children));
}

/** Put an element at a box given in fractions of its parent. */
export function place(element, [left, top, right, bottom]) {
  element.style.left = `${100 * left}%`;
  element.style.top = `${100 * top}%`;
  element.style.width = `${100 * (right - left)}%`;
  element.style.height = `${100 * (bottom - top)}%`;
  return element;
}

/** Say something to those who listen instead of looking. @param {string} text */
export function announce(text) {
  byId("live").textContent = text;
}

/** `1 page`, `2 pages`. */
export function count(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) element.addEventListener(event, listener);
}
