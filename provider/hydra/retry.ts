// When a request is sent again, and how long to wait before. Knows nothing of connections.

import { errorCode } from "./error.ts";
import type { Answer } from "./request.ts";

const longestPause = 5_000;

/** Whether an answer may be another one next time. */
export function isWorthRepeating(status: number, json: unknown): boolean {
  // 500 is what Hydra says while its database cannot be reached, too.
  return [408, 429, 500, 502, 503, 504].includes(status) || (status === 400 && isSerialisationConflict(json));
}

// A transaction that lost against another one answers 400 like a bad request does, but without an error code. So does a
// malformed id, to v25.4.0 and later: that one says so.
function isSerialisationConflict(json: unknown): boolean {
  if (typeof json !== "object" || json === null || !("error" in json)) return false;
  const malformed = typeof json.error === "string" && json.error.includes("malformed");
  return errorCode(json) === undefined && !malformed;
}

/** The milliseconds that an answer asks to wait. */
export function announcedPause(headers: Answer["headers"]): number {
  const after = String(headers["retry-after"] ?? headers["x-ratelimit-reset"] ?? "");
  if (after === "") return 0;
  const seconds = Number(after);
  if (Number.isFinite(seconds)) {
    // Some gateways announce the second of the epoch at which the limit ends, not the seconds until then.
    return Math.max(0, seconds > 1e9 ? seconds * 1000 - Date.now() : seconds * 1000);
  }
  const date = Date.parse(after);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

/** The milliseconds before the attempt that follows this one, which was answered by `status`, if at all. */
export function jittered(attempt: number, status: number | undefined): number {
  // Of two transactions that were in each other's way one is over: who loses again has met another one.
  const first = status === 400 ? (attempt === 1 ? 1 : 10) : 100;
  return Math.random() * Math.min(longestPause, first * 2 ** attempt);
}
