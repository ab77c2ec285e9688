// Keys: what they do, and the list of them.

import { here, turnTo } from "./address.js";
import { stepCitation } from "./answer.js";
import { focusQuestion } from "./ask.js";
import { isOpen, tell } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { close, leaf, toggleHeat, toggleText, zoom } from "./page_view.js";

const KEYS = [
  { keys: ["/"], told: "Ask a question", act: () => ask() },
  { keys: ["]", "n"], told: "Next citation", act: () => stepCitation(1, here().cite) },
  { keys: ["[", "p"], told: "Previous citation", act: () => stepCitation(-1, here().cite) },
  { keys: ["ArrowRight"], shown: "→", told: "Next page", act: () => leaf(1) },
  { keys: ["ArrowLeft"], shown: "←", told: "Previous page", act: () => leaf(-1) },
  { keys: ["+", "="], told: "Larger", act: () => zoom(1) },
  { keys: ["-"], told: "Smaller", act: () => zoom(-1) },
  { keys: ["0"], told: "Fit the width", act: () => zoom(0) },
  { keys: ["h"], told: "Heat map", act: toggleHeat },
  { keys: ["t"], told: "Words of the page", act: toggleText },
  { keys: ["u"], told: "Hand documents in", act: () => upload() },
  { keys: ["Escape"], shown: "Esc", told: "Close the page", act: () => here().doc && close() },
  { keys: ["?"], told: "This list", act: () => list() },
];
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

/** Let keys act. */
export function listenForKeys() {
  byId("help").addEventListener("click", list);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isOpen()) return;
    const isTyping = event.target instanceof Element && event.target.matches(TYPING);
    if (isTyping && event.key === "Escape") event.target.blur();
    if (isTyping || (event.target.type === "radio" && event.key.startsWith("Arrow"))) return;
    const found = KEYS.find(({ keys }) => keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found.act();
  });
}

function list() {
  const lines = KEYS.flatMap(({ keys, shown, told }) => [el("dt", {}, el("kbd", {}, shown || keys[0])), el("dd", {}, told)]);
  tell("Keyboard shortcuts", el("dl", { class: "shortcuts" }, ...lines));
}

function ask() {
  turnTo("ask");
  focusQuestion();
}

function upload() {
  turnTo("documents");
  byId("drop").querySelector("button").focus();
}
