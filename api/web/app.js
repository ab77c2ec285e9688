// The start: follows the address, and wires what is always there.

import { here, link } from "./address.js";
import { showAsk } from "./ask.js";
import { chooseCollection, showCollections } from "./collections.js";
import { showDocuments } from "./documents.js";
import { byId, icon } from "./dom.js";
import { dropZone, listenForDrops } from "./drop.js";
import { showPage } from "./page_view.js";
import { showQuestions } from "./questions.js";
import { showReports } from "./reports.js";
import { listenForKeys } from "./shortcuts.js";

const VIEWS = { ask: showAsk, documents: showDocuments, questions: showQuestions, reports: showReports };
const TITLES = { ask: "Ask", documents: "Documents", questions: "Golden questions", reports: "Reports" };
const THEMES = ["auto", "light", "dark"];
const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" };
let before = { view: "", c: "", report: "" };

function follow() {
  const address = here();
  for (const view of Object.keys(VIEWS)) byId(view).hidden = view !== address.view;
  for (const anchor of document.querySelectorAll("nav a")) {
    const view = anchor.dataset.view;
    const isHere = view === address.view;
    if (isHere) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
    anchor.href = link({ view, c: address.c });
  }
  document.title = address.q ? `${address.q} · Pagesight` : `${TITLES[address.view]} · Pagesight`;
  document.querySelector(".brand").href = link({ view: "ask", c: address.c });
  chooseCollection(address);
  const isNew = address.view !== before.view || address.c !== before.c || address.report !== before.report;
  if (isNew || address.view === "ask") VIEWS[address.view](address);
  before = address;
  showPage(address);
}

function wireTheme() {
  const button = byId("theme");
  const show = (theme) => {
    button.replaceChildren(icon(THEME_ICONS[theme]));
    button.setAttribute("aria-label", `Theme: ${theme}`);
    button.title = `Theme: ${theme}`;
  };
  button.addEventListener("click", () => {
    const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme || "auto") + 1) % THEMES.length];
    if (theme === "auto") {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem("theme");
    } else {
      document.documentElement.dataset.theme = theme;
      localStorage.setItem("theme", theme);
    }
    show(theme);
  });
  show(document.documentElement.dataset.theme || "auto");
}

byId("drop").append(dropZone());
wireTheme();
listenForDrops();
listenForKeys();
addEventListener("hashchange", follow);
showCollections();
follow();
