// Evaluations: how well the search did, run by run, and the report of each.

import { go } from "./address.js";
import { get, request, sentence } from "./api.js";
import { byId, el, notice } from "./dom.js";

const MAX_FIGURES = 5;
const root = byId("reports");
const list = el("div", { class: "scroll" });
const report = el("div", { class: "form" });
let open = "";

root.append(el("h1", {}, "Reports"), el("p", { class: "dim" }, "Each evaluation asked golden questions and held the pages found against those that hold the answer."), list, report);

/** Follow the address. @param {import("./address.js").Address} address */
export async function showReports(address) {
  try {
    const { evaluations } = await get("v1/evaluations");
    list.replaceChildren(evaluations.length ? table(evaluations, address.report) : el("p", { class: "dim" }, "No evaluation has been run yet: pagesight eval run."));
    await showReport(evaluations.find((one) => one.id === address.report));
  } catch (error) {
    list.replaceChildren(notice(error.isUnknownRoute ? "warn" : "bad", error.isUnknownRoute ? "This server keeps no evaluations. The command line makes reports: pagesight eval run … --html." : sentence(error)));
  }
}

function table(evaluations, chosen) {
  const names = [...new Set(evaluations.flatMap((one) => Object.keys(one.figures)))].slice(0, MAX_FIGURES);
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...["Evaluation", "When", ...names].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...evaluations.map((one) => line(one, names, one.id === chosen))),
  );
}

function line({ id, name, created_at: made, figures }, names, isChosen) {
  const when = new Date(made);
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("button", { type: "button", "aria-pressed": String(isChosen), on: { click: () => go({ report: id }) } }, name)),
    el("td", {}, Number.isNaN(when.getTime()) ? String(made) : when.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })),
    ...names.map((figure) => el("td", {}, typeof figures[figure] === "number" ? figures[figure].toFixed(3) : "–")),
  );
}

async function showReport(evaluation) {
  if (!evaluation) {
    open = "";
    report.replaceChildren();
    return;
  }
  if (open === evaluation.id) return;
  open = evaluation.id;
  const html = await (await request(`v1/evaluations/${encodeURIComponent(evaluation.id)}/report`)).text();
  // No script can run in the frame: its sandbox allows none, and neither does its policy. The
  // origin is allowed so that what was fetched with the key can be put into it.
  const frame = el("iframe", { class: "report-frame", src: "web/report.html", sandbox: "allow-same-origin", title: `Report: ${evaluation.name}` });
  frame.addEventListener("load", () => fill(frame, html));
  report.replaceChildren(el("h2", {}, evaluation.name), frame);
}

function fill(frame, html) {
  const own = frame.contentDocument;
  const parsed = new frame.contentWindow.DOMParser().parseFromString(html, "text/html"); // under the frame's policy
  own.replaceChild(own.importNode(parsed.documentElement, true), own.documentElement);
}
