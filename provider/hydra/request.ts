// Requests to one Hydra: credentials, bounded retry, and what an answer means. Knows neither connections nor Pulumi.

import { setTimeout as delay } from "node:timers/promises";
import type { Code } from "../code.ts";
import type { Explanation } from "../explained.ts";
import { encode, textOf } from "./body.ts";
import { breakdownOf, proxyRemedy, type Reached } from "./breakdown.ts";
import { conceal, concealer } from "./conceal.ts";
import type { Route } from "./connection.ts";
import { codeOfAnswer, explain, HydraError, line, meaningOf, oauthErrorIn, withCertainty } from "./error.ts";
import { createLine, Interruption, type Line } from "./exchange.ts";
import { parseJson } from "./json.ts";
import { type Pace, waitEnded } from "./pace.ts";
import { announcementIn } from "./rate-limit.ts";
import { announcedPause, isWorthRepeating, jittered } from "./retry.ts";
import type { Answer, HydraRequest, Transport } from "./transport.ts";

/** Where a Hydra is and how to talk to it. */
export interface Target {
  /** Base URL of the API, without a trailing slash; it may have a path. */
  readonly url: string;
  /** The key of the configuration that says so. */
  readonly key: string;
  /** Sent with every request; may hold credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds until one attempt is given up. */
  readonly timeout: number;
  /** How often a request is sent again when that is safe and may help. */
  readonly retries: number;
  /** The URL of the proxy before it, with the credentials for the proxy. */
  readonly proxy: string | undefined;
  /** PEM texts; `verify` false accepts any server certificate. */
  readonly tls: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly verify: boolean;
    /** The keys of the configuration that say so. */
    readonly caKey: string;
    readonly certKey: string;
  };
  /** What the requests prove their right with, by the keys of the configuration. */
  readonly credentials: readonly string[];
  /** Values that must not show in any message. */
  readonly secrets: readonly string[];
  /** When calls may be sent; shared by all who call this server. */
  readonly pace: Pace;
  /** Shows people why they wait. */
  notify(warning: Explanation): void;
}

/** However often it is allowed to retry, a request ends within this many milliseconds of its first failure. */
const retryWindow = 120_000;

/** The Authorization header of requests where that is not fixed. */
export interface Authority {
  /** `once` asks a single time: whoever asks wants to know what comes of it. */
  header(signal?: AbortSignal, once?: boolean): Promise<string>;
  /** A request with this header was answered, other than by 401. */
  accepted(header: string): void;
  /** A request with this header was answered by 401. Whether the next `header` may be a better one. */
  refused(header: string): boolean;
}

/** The way to a target. */
export function routeOf({ url, proxy, tls, timeout }: Pick<Target, "url" | "proxy" | "tls" | "timeout">): Route {
  return { url: new URL(url), proxy: proxy === undefined ? undefined : new URL(proxy), tls, timeout };
}

export function createTransport(target: Target, authority?: Authority): Transport {
  const connection = createLine(routeOf(target));
  let isTold = false;
  return {
    send: async (request) => {
      const progress: Progress = { failure: undefined, queued: false };
      const timer = setTimeout(() => {
        // Of its own queue, the pacer tells.
        if (isTold || progress.queued) return;
        isTold = true;
        target.notify(slowAnswer(target, request, progress));
      }, patience);
      return sendWithRetry(target, connection, request, authority, progress).finally(() => clearTimeout(timer));
    },
    close: () => connection.close(),
  };
}

/** Milliseconds after which people wonder what is going on. */
const patience = 5_000;

/** How far a request has come. */
interface Progress {
  /** Of the last attempt. */
  failure: HydraError | undefined;
  /** It waits for its turn. */
  queued: boolean;
}

function slowAnswer(target: Target, request: HydraRequest, { failure }: Progress): Explanation {
  const said =
    failure?.message ?? hide(target, request, `no answer yet (${request.method} ${target.url}${request.path})`);
  const message = `the provider has waited ${patience / 1000} s for an answer: ${said}`;
  const advice = `nothing has failed: it waits up to ${target.timeout / 1000} s for each answer, and retries`;
  return { code: "still-trying", message, advice };
}

// Without a token nothing was sent yet, however the request for the token ended.
function authorized(authority: Authority, signal: AbortSignal | undefined): Promise<string> {
  return authority.header(signal).catch((error: unknown) => {
    throw error instanceof HydraError ? withCertainty(error, false) : error;
  });
}

async function sendWithRetry(
  target: Target,
  connection: Line,
  request: HydraRequest,
  authority: Authority | undefined,
  progress: Progress,
): Promise<Answer> {
  const repeatable = request.repeatable ?? request.method !== "POST";
  const pacer = target.pace(request);
  let deadline: number | undefined;
  let [uncertain, renewed] = [false, false];
  for (let attempts = 1; ; attempts++) {
    const authorization = authority && (await authorized(authority, request.signal).catch(certainly(uncertain)));
    const turn = pacer.turn(request.signal);
    if (turn !== undefined) {
      const asked = Date.now();
      progress.queued = true;
      const came = await turn;
      progress.queued = false;
      if (came !== "go") throw waitEnded(came, request, uncertain);
      if (deadline !== undefined) deadline += Date.now() - asked;
    }
    const sentAt = performance.now();
    const outcome = await sendOnce(target, connection, withAuthorization(request, authorization));
    const status = "failure" in outcome ? outcome.failure.status : outcome.status;
    pacer.answered(sentAt, status, outcome.headers && announcementIn(outcome.headers, Date.now()));
    const refused = status === 401;
    if (authority && authorization !== undefined && !refused) authority.accepted(authorization);
    if (!("failure" in outcome)) return outcome;
    const { failure, pause, repeats = target.retries } = outcome;
    progress.failure = failure;
    // A token may have ended before its time, or while Hydra was away.
    if (refused && !renewed && authority && authorization !== undefined && authority.refused(authorization)) {
      renewed = true;
      attempts--;
      continue;
    }
    deadline ??= Date.now() + retryWindow;
    uncertain ||= failure.uncertain;
    // Being limited is no failure: the next turn comes when the server allows another call.
    if (status === 429 && !request.once) {
      attempts--;
      continue;
    }
    const wait = Math.max(pause ?? 0, jittered(attempts, failure.status));
    const again = !request.once && pause !== undefined && (repeatable || !failure.uncertain);
    if (!again || attempts > Math.min(target.retries, repeats) || Date.now() + wait > deadline) {
      throw withCertainty(failure, uncertain);
    }
    await delay(wait, undefined, { signal: request.signal }).catch(() => {
      throw cancelled(request, uncertain);
    });
  }
}

// What was sent before a token had to be fetched anew stays in doubt.
function certainly(uncertain: boolean) {
  return (error: unknown): never => {
    throw uncertain && error instanceof HydraError ? withCertainty(error, true) : error;
  };
}

function withAuthorization(request: HydraRequest, authorization: string | undefined): HydraRequest {
  if (authorization === undefined) return request;
  const secrets = [...(request.secrets ?? []), authorization.replace(/^\S+ /, "")];
  return { ...request, headers: { authorization, ...request.headers }, secrets };
}

/** A failure; `pause` in milliseconds when sending again may help, at most `repeats` times. */
interface Failed {
  readonly failure: HydraError;
  readonly pause?: number;
  readonly repeats?: number;
  /** Those of the answer, if there was one. */
  readonly headers?: Answer["headers"];
}

async function sendOnce(target: Target, connection: Line, request: HydraRequest): Promise<Answer | Failed> {
  if (request.signal?.aborted) return { failure: cancelled(request, false) };
  try {
    const { body, type } = encode(request);
    // No Accept header: asked for JSON, Hydra answers a route that does not exist like an object that does not.
    const headers = { ...type, ...target.headers, ...request.headers };
    const sent = { method: request.method, path: request.path, headers, body };
    const received = await connection.exchange(sent, target.timeout, request.signal);
    const { status } = received;
    const text = await textOf(received);
    const json = parseJson(text);
    if (status >= 200 && status < 300) {
      const wanted = status === 204 || json !== undefined || text === "" ? request.unexpected?.(json) : "JSON";
      return wanted === undefined
        ? { status, json, headers: received.headers }
        : { failure: unreadable(target, request, status, wanted), pause: 0, headers: received.headers };
    }
    return refusedBy(target, request, status, received.headers, json, text);
  } catch (error) {
    if (error instanceof Interruption && error.by === "caller") return { failure: cancelled(request, error.sent) };
    return brokenBy(target, request, error);
  }
}

function refusedBy(
  target: Target,
  request: HydraRequest,
  status: number,
  headers: Answer["headers"],
  json: unknown,
  text: string,
): Failed {
  const redirected = status >= 300 && status < 400 && headers.location !== undefined;
  const code = codeOfAnswer(status, json, text);
  const hidden = concealer(secretsOf(target, request));
  const said = redirected
    ? `it redirects to ${line(hidden(String(headers.location)))}, which is not followed`
    : line(hidden(explain(json, request.opaque ? "" : text)));
  const place = hidden(`${status} ${request.method} ${request.path}`);
  const failure = new HydraError({
    ...explained(`${said || "no explanation"} (${place})`, code, status, target),
    status,
    oauthError: oauthErrorIn(json),
    ...placeOf(request),
    // 502 and 504 come from a proxy that may have passed the request on; a 503 or 500 says as little.
    uncertain: status >= 500 || status === 408 || status === 499,
  });
  // A part of what Hydra said: of the whole we would know what it means.
  const cut = json === undefined && text !== "" && /\bjson\b/.test(String(headers["content-type"]));
  return cut || isWorthRepeating(status, json)
    ? { failure, headers, pause: announcedPause(headers) }
    : { failure, headers };
}

/** What was said, what it means, and what to do. */
function explained(said: string, code: Code, status: number, target: Target): Explanation {
  if (code === "proxy-credentials") return { message: said, ...proxyRemedy(status, target) };
  const meaning = meaningOf(code, status, target);
  return meaning === undefined
    ? { code, message: said }
    : { code, message: `${said}; ${meaning.why}`, advice: meaning.advice };
}

function brokenBy(target: Target, request: HydraRequest, error: unknown): Failed {
  const { code, reason, advice, repeats, uncertain } = breakdownOf(error, reachedBy(target));
  const message = hide(target, request, `${line(reason)} (${request.method} ${target.url}${request.path})`);
  const failure = new HydraError({ code, message, advice, ...placeOf(request), uncertain }, error);
  return repeats > 0 ? { failure, pause: 0, repeats } : { failure };
}

/** What a message about a target names. */
export function reachedBy({ url, key, proxy, timeout, tls }: Target): Reached {
  const { caKey: ca, certKey: cert } = tls;
  return {
    url,
    server: "Hydra",
    key,
    timeout,
    proxy: proxy === undefined ? undefined : new URL(proxy).host,
    tls: { ca, cert, presents: tls.cert !== undefined },
  };
}

function unreadable(target: Target, request: HydraRequest, status: number, wanted: string): HydraError {
  const message = `the response is not ${wanted} (${status} ${request.method} ${request.path})`;
  return new HydraError({
    ...explained(hide(target, request, message), "not-hydra", status, target),
    status,
    ...placeOf(request),
    uncertain: true,
  });
}

function cancelled(request: HydraRequest, uncertain: boolean): HydraError {
  const message = `cancelled (${request.method} ${request.path})`;
  return new HydraError({ code: "stopped", message, ...placeOf(request), uncertain });
}

function placeOf({ method, path }: HydraRequest): { method: string; path: string } {
  return { method, path };
}

function hide(target: Target, request: HydraRequest, message: string): string {
  return conceal(message, secretsOf(target, request));
}

function secretsOf(target: Target, request: HydraRequest): readonly string[] {
  return [...target.secrets, ...(request.secrets ?? [])];
}
