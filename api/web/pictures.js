// Pictures of pages. They are fetched, since an <img> cannot show a key, and the last ones are kept.

import { of, request } from "./api.js";

const KEPT = 80;
const WIDTHS = [160, 320, 720, 1080, 1440, 2000];
/** @type {Map<string, Promise<string>>} */
const kept = new Map();

/** The address of a page's picture, at least this wide in pixels of the screen. */
export function picturePath(collection, document, page, width) {
  const wanted = width * (window.devicePixelRatio || 1);
  const fits = WIDTHS.find((one) => one >= wanted) || WIDTHS.at(-1);
  return `${of(collection, "documents", document, "pages", page, "image")}?width=${fits}`;
}

/** Fetch a picture; resolves with a blob's address. @param {string} path */
export function picture(path) {
  const found = kept.get(path);
  kept.delete(path);
  const wanted = found || fetchPicture(path);
  kept.set(path, wanted); // the last in line is the last to go
  wanted.catch(() => kept.delete(path));
  while (kept.size > KEPT) drop(kept.keys().next().value);
  return wanted;
}

/** Let go of the pictures of a document, which has other pages now. @param {string} collection @param {string} document */
export function forgetPictures(collection, document) {
  const pages = `${of(collection, "documents", document, "pages")}/`;
  for (const path of [...kept.keys()]) if (path.startsWith(pages)) drop(path);
}

/**
 * Show a picture in an <img> as soon as it comes into sight.
 * @param {HTMLImageElement} image @param {string} path
 */
export function showWhenSeen(image, path) {
  waiting.set(image, path);
  sight.observe(image);
}

const waiting = new WeakMap();
const sight = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      picture(waiting.get(target)).then(
        (url) => {
          target.src = url;
        },
        () => target.classList.add("missing"),
      );
    }
  },
  { rootMargin: "200px" },
);

async function fetchPicture(path) {
  return URL.createObjectURL(await (await request(path)).blob());
}

function drop(path) {
  kept.get(path).then(URL.revokeObjectURL, () => {});
  kept.delete(path);
}
