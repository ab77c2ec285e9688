// How far a job is: told by the server as it happens, or asked for where it does not tell.

import { get, Problem, request } from "./api.js";
import { events } from "./events.js";

const ASK_MS = 700;
const AGAIN_MS = 1500;
const ENDED = ["done", "failed", "cancelled"];

/**
 * Follow a job to its end.
 * @param {string} job its id
 * @param {{onJob: (job: any) => void, onPage: (page: any) => void, onEnd: () => void, onTrouble: (error: Error) => void}} told
 * @returns {() => void} stops following
 */
export function follow(job, told) {
  const leaving = new AbortController();
  run(job, told, leaving.signal).catch((error) => {
    if (!leaving.signal.aborted) told.onTrouble(error);
  });
  return () => leaving.abort();
}

async function run(job, told, signal) {
  const hasEnded = await listen(job, told, signal);
  if (!hasEnded) await ask(job, told, signal);
  if (!signal.aborted) told.onEnd();
}

/** Listen to the job's events; returns whether it ended, false when it must be asked instead. */
async function listen(job, { onJob, onPage }, signal) {
  let last = "";
  for (let tries = 0; tries < 3 && !signal.aborted; tries += 1) {
    try {
      const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
      const response = await request(`v1/jobs/${job}/events`, { headers, signal });
      for await (const { name, id, data } of events(response)) {
        last = id || last;
        if (name === "page") onPage(data);
        else if (name === "job" || name === "done") onJob(data);
        if (name === "done") return true;
        if (name === "error") throw new Problem(data.status, data);
        tries = 0;
      }
    } catch (error) {
      if (!(error instanceof Problem) || error.isUnknownRoute) return false;
    }
    await pause(AGAIN_MS, signal);
  }
  return false;
}

async function ask(job, { onJob }, signal) {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const found = await get(`v1/jobs/${job}`, { signal });
      failures = 0;
      onJob(found);
      if (ENDED.includes(found.state)) return;
    } catch (error) {
      failures += 1;
      if (error.status === 404 || failures > 5) throw error;
    }
    await pause(failures ? AGAIN_MS : ASK_MS, signal);
  }
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
