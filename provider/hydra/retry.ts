// When a request is sent again, and how long to wait before. Knows nothing of connections.

import { oauthErrorIn } from "./error.ts";
import { pauseOf } from "./rate-limit.ts";
import type { Answer } from "./transport.ts";

const longestPause = 5_000;

/**
 * What may be otherwise next time: a wrong connection (421), a request too early for TLS (425), a gateway that gave up (499)
 * or has trouble with Hydra (502 to 504, and Cloudflare's own from 520 on). 500 is what Hydra says while its database cannot
 * be reached, too.
 */
const passing = new Set([408, 421, 425, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530]);

/** Whether an answer may be another one next time. */
export function isWorthRepeating(status: number, json: unknown): boolean {
  return passing.has(status) || (status === 400 && isSerialisationConflict(json));
}

// A transaction that lost against another one answers 400 like a bad request does, but without an error code and without a
// description. So does a malformed id, to v25.4.0 and later: that one says so.
function isSerialisationConflict(json: unknown): boolean {
  if (typeof json !== "object" || json === null || !("error" in json)) return false;
  const malformed = typeof json.error === "string" && json.error.includes("malformed");
  const described = "error_description" in json && json.error_description !== "";
  return oauthErrorIn(json) === undefined && !malformed && !described;
}

/** The milliseconds that an answer asks to wait. */
export function announcedPause(headers: Answer["headers"]): number {
  return pauseOf(headers["retry-after"] ?? headers["x-ratelimit-reset"], Date.now());
}

/** The milliseconds before the attempt that follows this one, which was answered by `status`, if at all. */
export function jittered(attempt: number, status: number | undefined): number {
  // Of two transactions that were in each other's way one is over: who loses again has met another one.
  const first = status === 400 ? (attempt === 1 ? 1 : 10) : 100;
  return Math.random() * Math.min(longestPause, first * 2 ** attempt);
}
