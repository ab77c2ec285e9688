// Files on their way to the server, with how much of one has arrived.

import { Problem } from "./api.js";
import { askForKey, credentials } from "./key.js";

export const ACCEPTED = ".pdf,.png,.jpg,.jpeg,.webp,.tif,.tiff";

/**
 * Send a file as a form; asks for a key where one is missing.
 * @param {"POST" | "PUT"} method @param {string} path @param {FormData} form
 * @param {(percent: number) => void} onProgress
 * @returns {Promise<any>} what the server answers
 * @throws {Problem} the server refuses, or does not answer
 */
export async function sendForm(method, path, form, onProgress) {
  const [shown, sent] = [credentials(), performance.now()];
  const answer = await push(method, path, form, { headers: shown, onProgress });
  if (answer.status === 401 && (await askForKey(shown.Authorization, sent))) return sendForm(method, path, form, onProgress);
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new Problem(answer.status, answer.body);
}

/** XMLHttpRequest, since fetch does not tell how much has been sent. */
function push(method, path, form, { headers, onProgress }) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open(method, path);
    for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value);
    sending.responseType = "json";
    sending.upload.addEventListener("progress", ({ loaded, total }) => onProgress((100 * loaded) / total));
    sending.addEventListener("load", () => resolve({ status: sending.status, body: sending.response || {} }));
    sending.addEventListener("error", () => reject(new Problem(0, { code: "unreachable", detail: "the server does not answer, or closed the connection" })));
    sending.send(form);
  });
}
