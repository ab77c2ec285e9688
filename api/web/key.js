// The key of a server that wants one: asked for once, kept until the tab is closed.

import { ask } from "./dialogs.js";
import { el } from "./dom.js";

const NAME = "pagesight-key";
let asking = null;
let dismissed = -Infinity; // when the dialog was last closed without a key

/** The headers that show the key. @returns {Record<string, string>} */
export function credentials() {
  const key = sessionStorage.getItem(NAME);
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/**
 * Ask for a key; callers at the same time share one dialog. Resolves false when it was dismissed.
 * @param {string | undefined} refused the credentials that did not work
 * @param {number} sent when they were sent
 * @returns {Promise<boolean>}
 */
export function askForKey(refused, sent) {
  if (credentials().Authorization !== refused) return Promise.resolve(true); // given meanwhile
  if (sent < dismissed) return Promise.resolve(false); // declined while it was on its way
  asking ??= enter(Boolean(refused)).finally(() => {
    asking = null;
  });
  return asking;
}

async function enter(wasRefused) {
  const input = el("input", { name: "key", type: "password", autocomplete: "off", required: true, autofocus: true, spellcheck: "false" });
  const given = await ask({
    title: "This server asks for a key",
    told: [wasRefused ? "The key was not accepted. Enter another one." : "It is kept in this tab only, until you close it."],
    fields: [el("label", {}, "Key", input)],
    accept: "Use this key",
  });
  const key = given?.key?.trim();
  if (!key) {
    dismissed = performance.now();
    return false;
  }
  sessionStorage.setItem(NAME, key);
  return true;
}
