// The pacers of one server, one for each kind of call, and what people read while calls wait.

import type { Explanation } from "../explained.ts";
import { HydraError } from "./error.ts";
import { createPacer, type Pacer, type Turn, type Waiting } from "./pacer.ts";
import type { HydraRequest } from "./transport.ts";

/** What is limited together. */
type Kind = "write" | "read" | "list" | "public call" | "call";

/** The pacer of each request to one server. */
export type Pace = (request: Pick<HydraRequest, "method" | "path">) => Pacer;

const clock = {
  now: () => performance.now(),
  after: (ms: number, work: () => void) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/**
 * Paces the calls to a server. `requestsPerMinute` is the most of all kinds together; without, the answers tell the limit of
 * each kind. Why calls wait is told to `notify`, once.
 */
export function createPace(url: string, notify: (warning: Explanation) => void, requestsPerMinute?: number): Pace {
  const pacers = new Map<Kind, Pacer>();
  const limits = requestsPerMinute === undefined ? [] : [{ calls: requestsPerMinute, ms: 60_000 }];
  let isTold = false;
  const tell = (kind: Kind) => (waiting: Waiting) => {
    if (!isTold) notify(explain(url, kind, waiting));
    isTold = true;
  };
  return (request) => {
    const kind = requestsPerMinute === undefined ? kindOf(request) : "call";
    const known = pacers.get(kind);
    if (known) return known;
    const pacer = createPacer({ clock, limits, notify: tell(kind) });
    pacers.set(kind, pacer);
    return pacer;
  };
}

// Ory Network's "admin low" are the writes, "admin medium" the lists. Introspection (RFC 7662) writes nothing.
function kindOf({ method, path }: Parameters<Pace>[0]): Kind {
  if (!path.startsWith("/admin/")) return "public call";
  if (method !== "GET") return path.endsWith("/introspect") ? "read" : "write";
  return path.includes("?") ? "list" : "read";
}

/** Why calls wait, and for how long. */
function explain(url: string, kind: Kind, { limit, announced, calls, ms }: Waiting): Explanation {
  const span = limit?.ms === 60_000 ? "a minute" : `in ${(limit?.ms ?? 0) / 1000} s`;
  const rate = limit ? ` to ${announced ? "" : "about "}${limit.calls} ${span}` : "";
  const message = `the server at ${url} limits ${kind}s${rate}, so the provider spreads them; waiting now: ${calls}, for about ${Math.ceil(ms / 1000)} s; nothing has failed`;
  return { code: "calls-wait", message };
}

/** The failure of a call that waited in vain. */
export function waitEnded(came: Turn, { method, path }: Parameters<Pace>[0], uncertain: boolean): HydraError {
  const place = { method, path, uncertain };
  if (came === "cancelled") {
    const message = `cancelled while it waited for the server's call limit (${method} ${path})`;
    return new HydraError({ code: "stopped", message, ...place });
  }
  const message = `the server limits calls, and the wait for the next call is longer than an hour (429 ${method} ${path})`;
  const advice = "run it again later, or ask for a higher limit";
  return new HydraError({ code: "limited", message, advice, status: 429, ...place });
}
