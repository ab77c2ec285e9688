// What is looked at stands in the address, so that a link opens the same view.

const VIEWS = ["ask", "documents", "questions", "reports"];
const KEYS = ["c", "q", "mode", "names", "metadata", "first", "last", "limit", "only", "doc", "page", "cite", "heat", "report"];

/** @typedef {{view: string, c: string, q?: string, mode?: string, doc?: string, page?: string, cite?: string, heat?: string, report?: string, only?: string}} Address */

/** Read the address. @returns {Address} */
export function here() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const found = Object.fromEntries([...new URLSearchParams(query)].filter(([key]) => KEYS.includes(key)));
  return { c: "default", ...found, view: VIEWS.includes(path) ? path : "ask" };
}

/** Write an address. @param {Address} address */
export function link(address) {
  const query = new URLSearchParams();
  for (const key of KEYS) if (address[key]) query.set(key, address[key]);
  return `#/${address.view}?${query}`;
}

/**
 * Go to an address that differs from the present one in this; `null` leaves a part out.
 * @param {Partial<Record<keyof Address, string | number | null>>} changes
 * @param {{replace?: boolean}} how
 */
export function go(changes, { replace = false } = {}) {
  const target = link({ ...here(), ...changes });
  if (target === location.hash) return;
  if (replace) move("replaceState", target);
  else location.hash = target;
}

/** Show another view at once: what the next key does, it does there. @param {string} view */
export function turnTo(view) {
  if (here().view !== view) move("pushState", link({ view, c: here().c }));
}

function move(how, target) {
  history[how](null, "", target);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
