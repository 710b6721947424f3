// One HTTP exchange with one Hydra: address, credentials, time limit, bounded retry. The only importer of undici.

import { setTimeout as delay } from "node:timers/promises";
import { rootCertificates } from "node:tls";
import type { Dispatcher } from "undici";
import { EnvHttpProxyAgent, Pool } from "undici";
import { encode, readBounded } from "./body.ts";
import { conceal } from "./conceal.ts";
import { adviceFor, errorCode, explain, HydraError, kindOfAnswer, line, withCertainty } from "./error.ts";
import { parseJson } from "./json.ts";
import { announcedPause, isWorthRepeating, jittered } from "./retry.ts";
import { startTimeLimit } from "./time-limit.ts";

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
  /** Proxies by scheme, and the hosts that need none; an empty text means no proxy. */
  readonly proxy: { readonly http: string; readonly https: string; readonly none: string };
  /** PEM texts; `verify` false accepts any server certificate. */
  readonly tls: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly verify: boolean;
  };
  /** What the requests prove their right with, by the keys of the configuration. */
  readonly credentials: readonly string[];
  /** Values that must not show in any message. */
  readonly secrets: readonly string[];
}

export interface HydraRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the base URL, already encoded, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sending it twice does the same as once, or is told apart afterwards. True for all but POST. */
  readonly repeatable?: boolean;
  /** Sent a single time: whoever asks has another way when it fails. */
  readonly once?: boolean;
  /** Values in the request that must not show in any message: servers repeat what they were sent. */
  readonly secrets?: readonly string[];
  /** What a good answer has to be, in words, when this one is not that. */
  readonly unexpected?: ((json: unknown) => string | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Client {
  send(request: HydraRequest): Promise<Answer>;
  close(): Promise<void>;
}

/** However often it is allowed to retry, a request ends within this many milliseconds of its first failure. */
const retryWindow = 120_000;

/** Gives the Authorization header of a request where that is not fixed. */
export type Authorize = (signal?: AbortSignal) => Promise<string>;

export function createClient(target: Target, authorize?: Authorize): Client {
  const base = new URL(target.url);
  const { http, https, none } = target.proxy;
  const { ca, cert, key, verify } = target.tls;
  const connect = {
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
  const proxied = { httpProxy: http, httpsProxy: https, noProxy: none, connect, requestTls: connect };
  const dispatcher = http || https ? new EnvHttpProxyAgent(proxied) : new Pool(base.origin, { connect });
  return {
    send: async (request) => {
      if (authorize === undefined) return sendWithRetry(target, base, dispatcher, request);
      const authorization = await authorized(authorize, request.signal);
      const secrets = [...(request.secrets ?? []), authorization.replace(/^\S+ /, "")];
      const headers = { authorization, ...request.headers };
      return sendWithRetry(target, base, dispatcher, { ...request, headers, secrets });
    },
    close: () => dispatcher.close(),
  };
}

// Without a token nothing was sent yet, however the request for the token ended.
function authorized(authorize: Authorize, signal?: AbortSignal): Promise<string> {
  return authorize(signal).catch((error: unknown) => {
    throw error instanceof HydraError ? withCertainty(error, false) : error;
  });
}

async function sendWithRetry(
  target: Target,
  base: URL,
  dispatcher: Dispatcher,
  request: HydraRequest,
): Promise<Answer> {
  const repeatable = request.repeatable ?? request.method !== "POST";
  const deadline = Date.now() + retryWindow;
  let uncertain = false;
  for (let attempts = 1; ; attempts++) {
    const outcome = await sendOnce(target, base, dispatcher, request);
    if (!("failure" in outcome)) return outcome;
    const { failure, pause } = outcome;
    uncertain ||= failure.uncertain;
    const wait = Math.max(pause ?? 0, jittered(attempts, failure.status));
    const again = !request.once && pause !== undefined && (repeatable || !failure.uncertain);
    if (!again || attempts > target.retries || Date.now() + wait > deadline) {
      throw withCertainty(failure, uncertain);
    }
    await delay(wait, undefined, { signal: request.signal }).catch(() => {
      throw cancelled(request, uncertain);
    });
  }
}

/** A failure; `pause` in milliseconds when sending again may help. */
interface Failed {
  readonly failure: HydraError;
  readonly pause?: number;
}

async function sendOnce(
  target: Target,
  base: URL,
  dispatcher: Dispatcher,
  request: HydraRequest,
): Promise<Answer | Failed> {
  if (request.signal?.aborted) return { failure: cancelled(request, false) };
  const limit = startTimeLimit(target.timeout, request.signal);
  try {
    const { body, type } = encode(request);
    const response = await dispatcher.request({
      origin: base.origin,
      path: base.pathname.replace(/\/$/, "") + request.path,
      method: request.method,
      // No Accept header: asked for JSON, Hydra answers a route that does not exist like an object that does not.
      headers: { ...type, ...target.headers, ...request.headers },
      body,
      signal: limit.signal,
    });
    const { statusCode: status, headers } = response;
    const text = await readBounded(response.body, announcedLength(status, headers));
    const json = parseJson(text);
    if (status >= 200 && status < 300) {
      const wanted = status === 204 || json !== undefined || text === "" ? request.unexpected?.(json) : "JSON";
      return wanted === undefined
        ? { status, json, headers }
        : { failure: unreadable(target, request, status, wanted), pause: 0 };
    }
    return refusedBy(target, request, status, headers, json, text);
  } catch (error) {
    if (request.signal?.aborted) return { failure: cancelled(request, true) };
    return brokenBy(target, request, limit.isOver(), error);
  } finally {
    limit.end();
  }
}

/** The bytes of an answer's body, where it says how many there are. */
function announcedLength(status: number, headers: Answer["headers"]): number | undefined {
  if (status === 204) return 0;
  const length = headers["content-length"];
  return length === undefined ? undefined : Number(length);
}

function refusedBy(
  target: Target,
  request: HydraRequest,
  status: number,
  headers: Answer["headers"],
  json: unknown,
  text: string,
): Failed {
  const redirected = status >= 300 && status < 400;
  const kind = kindOfAnswer(status, json);
  const hidden = (text: string) => hide(target, request, text);
  const said = redirected
    ? `it redirects to ${line(hidden(String(headers.location)))}, which is not followed`
    : line(hidden(explain(json, text)));
  const advice = adviceFor(status, kind, text, target);
  const place = hidden(`${status} ${request.method} ${request.path}`);
  const message = `${said || "no explanation"} (${place})${advice && `; ${advice}`}`;
  // 502 and 504 come from a proxy that may have passed the request on; a 503 or 500 says as little.
  const code = errorCode(json);
  const failure = new HydraError(message, {
    kind,
    status,
    ...(code === undefined ? {} : { code }),
    ...placeOf(request),
    uncertain: status >= 500 || status === 408,
  });
  // A part of what Hydra said: of the whole we would know what it means.
  const cut = json === undefined && text !== "" && /\bjson\b/.test(String(headers["content-type"]));
  return cut || isWorthRepeating(status, json) ? { failure, pause: announcedPause(headers) } : { failure };
}

const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const notHelped = new Set(["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN"]);

function brokenBy(target: Target, request: HydraRequest, timedOut: boolean, error: unknown): Failed {
  const code = codeOf(error);
  const certificate = notHelped.has(code) || /^(CERT_|ERR_TLS|ERR_SSL)/.test(code) || code.startsWith("UNABLE_TO_");
  const reason = timedOut ? `no answer within ${target.timeout / 1000} s` : messageOf(error) || code;
  const advice = certificate ? "" : `; check that Hydra runs and that ${target.key} is right`;
  const message = hide(target, request, `${reason} (${request.method} ${target.url}${request.path})${advice}`);
  const failure = new HydraError(message, {
    kind: "unreachable",
    ...placeOf(request),
    uncertain: !neverSent.has(code) && !certificate,
  });
  return certificate ? { failure } : { failure, pause: 0 };
}

// An address with several families fails with an AggregateError whose members carry the code.
function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("errors" in error && Array.isArray(error.errors) && error.errors.length > 0) return codeOf(error.errors[0]);
  if ("code" in error && typeof error.code === "string") return error.code;
  return "cause" in error ? codeOf(error.cause) : "";
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

function unreadable(target: Target, request: HydraRequest, status: number, wanted: string): HydraError {
  const message = `the answer is not ${wanted} (${status} ${request.method} ${request.path}); ${adviceFor(404, "unreachable", "", target)}`;
  return new HydraError(hide(target, request, message), {
    kind: "unreachable",
    status,
    ...placeOf(request),
    uncertain: true,
  });
}

function cancelled(request: HydraRequest, uncertain: boolean): HydraError {
  const message = `cancelled (${request.method} ${request.path})`;
  return new HydraError(message, { kind: "cancelled", ...placeOf(request), uncertain });
}

function placeOf({ method, path }: HydraRequest): { method: string; path: string } {
  return { method, path };
}

function hide(target: Target, request: HydraRequest, message: string): string {
  return conceal(message, [...target.secrets, ...(request.secrets ?? [])]);
}
