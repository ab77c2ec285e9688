// The REST API: JSON in and out, failures as problems (RFC 9457), the key with every request.

import { askForKey, credentials } from "./key.js";

/** A request that failed; `code` is the server's stable reason. */
export class Problem extends Error {
  /** @param {number} status @param {{code?: string, detail?: string}} body */
  constructor(status, body) {
    super(body.detail || `the server answered with status ${status}`);
    this.status = status;
    this.code = body.code || "http_error";
    this.body = body;
  }

  /** Whether the server has no such route at all. */
  get isUnknownRoute() {
    return this.status === 405 || this.status === 501 || (this.status === 404 && this.code === "not_found");
  }
}

/** Where something of a collection is. @param {string} collection @param {...(string|number)} parts */
export function of(collection, ...parts) {
  return ["v1/collections", collection, ...parts].map((part, n) => (n ? encodeURIComponent(part) : part)).join("/");
}

/**
 * Send a request; asks for a key where one is missing.
 * @param {string} path @param {RequestInit} options
 * @returns {Promise<Response>}
 * @throws {Problem} the server refuses, or does not answer
 */
export async function request(path, options = {}) {
  const [shown, sent] = [credentials(), performance.now()];
  const response = await reach(path, { ...options, headers: { ...options.headers, ...shown } });
  if (response.ok) return response;
  if (response.status === 401 && (await askForKey(shown.Authorization, sent))) return request(path, options);
  throw await problemOf(response);
}

/** @param {string} path @param {RequestInit} options @returns {Promise<any>} */
export async function get(path, options = {}) {
  return (await request(path, options)).json();
}

/** @param {string} method @param {string} path @param {unknown} body @returns {Promise<any>} */
export async function send(method, path, body) {
  const options = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await request(path, options);
  return response.status === 204 ? null : response.json();
}

/** What a failure says to a person. @param {unknown} error */
export function sentence(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

/** Read the problem that a response is. @param {Response} response */
export async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  return new Problem(response.status, body);
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { code: "unreachable", detail: "the server does not answer; is it still running?" });
  }
}
