// JSON documents that anybody may read, such as the keys of an issuer: on any host, never with a credential. Knows not what they say.

import { setTimeout as delay } from "node:timers/promises";
import { textOf } from "./body.ts";
import { breakdownOf, type Reached } from "./breakdown.ts";
import type { Route } from "./connection.ts";
import { explain, HydraError, line } from "./error.ts";
import { createLine, type Received } from "./exchange.ts";
import { parseJson } from "./json.ts";
import { isLoopback } from "./proxy.ts";
import { announcedPause, isWorthRepeating, jittered } from "./retry.ts";

/** Reads a document, unless the signal comes first. */
export type ReadDocument = (uri: string, signal?: AbortSignal) => Promise<unknown>;

/** How documents are reached. */
export interface DocumentWay {
  /** Milliseconds in which a document has to be here, redirects and repetitions included. */
  readonly timeout: number;
  proxyTo(url: URL): URL | undefined;
  /** PEM text of the authorities that are trusted beside the usual ones, and the key of the configuration that says so. */
  readonly ca: string | undefined;
  readonly caKey: string;
  readonly certKey: string;
}

/** No key set comes near this; more is not read into memory. */
const largest = 1024 * 1024;

const mostRedirects = 3;
const mostRepeats = 2;

/** What is wrong with the address of a document; nothing when it may be read. */
export function addressFailure(uri: string): string | undefined {
  const reason =
    "must be a URL that begins with https://, without user and password; http:// is for this machine alone";
  if (!URL.canParse(uri)) return reason;
  const { protocol, hostname, username, password } = new URL(uri);
  const safe = protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  return safe && username === "" && password === "" ? undefined : reason;
}

export function createDocumentReader(way: DocumentWay): ReadDocument {
  return async (uri, signal) => {
    const over = AbortSignal.timeout(way.timeout);
    const stop = signal ? AbortSignal.any([over, signal]) : over;
    let url = new URL(uri);
    for (let redirects = 0; ; redirects++) {
      const received = await get(way, url, stop).catch((error: unknown) => {
        if (signal?.aborted) throw cancelled(url);
        if (over.aborted) throw unread(`no answer within ${way.timeout / 1000} s`, undefined, url);
        throw error;
      });
      const next = redirectIn(received, url);
      if (next === undefined) return documentIn(received, url);
      const reason = `it redirects more than ${mostRedirects} times`;
      if (redirects === mostRedirects) throw unread(reason, giveKeys, url);
      url = next;
    }
  };
}

/** One answer; what may pass is tried again. */
async function get(way: DocumentWay, url: URL, stop: AbortSignal): Promise<Received> {
  const { ca, timeout } = way;
  // Keys that anybody between could replace are worth nothing: certificates are always verified here.
  const tls = { ca, cert: undefined, key: undefined, verify: true };
  const route: Route = { url: new URL(url.origin), proxy: way.proxyTo(url), tls, timeout };
  const connection = createLine(route, largest);
  const sent = { method: "GET", path: url.pathname + url.search, headers: { accept: "application/json" }, body: null };
  try {
    for (let attempt = 1; ; attempt++) {
      const outcome = await connection.exchange(sent, timeout, stop).catch((error: unknown) => {
        const { reason, advice, repeats } = breakdownOf(error, reachedBy(way, url, route));
        if (stop.aborted || attempt > Math.min(repeats, mostRepeats)) throw unread(line(reason), advice, url, error);
        return undefined;
      });
      if (outcome && (attempt > mostRepeats || !isPassing(outcome))) return outcome;
      const pause = outcome ? announcedPause(outcome.headers) : 0;
      await delay(Math.max(pause, jittered(attempt, outcome?.status)), undefined, { signal: stop });
    }
  } finally {
    await connection.close();
  }
}

function isPassing({ status }: Received): boolean {
  return status === 429 || isWorthRepeating(status, undefined);
}

function reachedBy(
  { timeout, caKey: ca, certKey: cert }: DocumentWay,
  { origin, host }: URL,
  { proxy }: Route,
): Reached {
  const tls = { ca, cert, presents: false };
  return { url: origin, server: host, key: "the URL", proxy: proxy?.host, timeout, tls };
}

/** Where a redirect leads. One that leaves the host is not followed: whoever named the address trusts that host, and no other. */
function redirectIn({ status, headers: { location } }: Received, url: URL): URL | undefined {
  if (status < 300 || status > 399 || typeof location !== "string") return undefined;
  const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (next?.host === url.host && addressFailure(next.href) === undefined) return next;
  const reason = `it redirects to ${line(location)}, and only redirects on the same host are followed`;
  throw unread(reason, "give that URL, if you trust that host", url);
}

async function documentIn(received: Received, url: URL): Promise<unknown> {
  const { status } = received;
  const text = await textOf(received, largest).catch((error: Error) => {
    throw unread(error.message, checkUrl, url, error);
  });
  const json = parseJson(text);
  if (status >= 200 && status < 300 && json !== undefined) return json;
  const said =
    status >= 200 && status < 300 ? "the response is not JSON" : line(explain(json, text)) || "no explanation";
  throw unread(`${said} (${status})`, checkUrl, url);
}

const checkUrl = "check the URL";
const giveKeys = "give the URL of the keys themselves";

function unread(reason: string, advice: string | undefined, url: URL, cause?: unknown): HydraError {
  return new HydraError({ code: "keys-unread", ...about(url, reason), advice }, cause);
}

function cancelled(url: URL): HydraError {
  return new HydraError({ code: "stopped", ...about(url, "cancelled") });
}

function about({ href }: URL, reason: string) {
  return { message: `could not read ${href}: ${reason}`, method: "GET", path: href };
}
