// What can go wrong between us and Hydra, and the one place that decides what "gone" means. Knows nothing of Pulumi.

import type { Code } from "../code.ts";
import { ExplainedError, type Explanation } from "../explained.ts";

export interface HydraFailure extends Explanation {
  readonly method: string;
  readonly path: string;
  readonly status?: number | undefined;
  /** The OAuth 2.0 error code (RFC 6749, 5.2) in the answer. */
  readonly oauthError?: string | undefined;
  /** The request may have been carried out although no good answer arrived. */
  readonly uncertain?: boolean;
}

/** A request to Hydra that did not end well. Its message holds no credential and no request body. */
export class HydraError extends ExplainedError {
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly oauthError: string | undefined;
  readonly uncertain: boolean;

  constructor(failure: HydraFailure, cause?: unknown) {
    super(failure, cause);
    this.method = failure.method;
    this.path = failure.path;
    this.status = failure.status;
    this.oauthError = failure.oauthError;
    this.uncertain = failure.uncertain ?? false;
  }
}

/** The same failure, but for what more is known of it. */
export function amended(error: HydraError, changes: Partial<HydraFailure>): HydraError {
  // Of an error, a spread leaves the message out.
  return new HydraError({ ...error, message: error.message, ...changes }, error);
}

/** Whether Hydra said that the object does not exist. Nothing else counts as absence. */
export function isGone(error: unknown): boolean {
  return error instanceof HydraError && error.code === "gone";
}

/** The same failure, where it is known or not whether the request was carried out. */
export function withCertainty(error: HydraError, uncertain: boolean): HydraError {
  return amended(error, { uncertain });
}

/**
 * Whether the server may not know the route to a name: v2.3.0 has none for names with a slash, and a redirect is what routers make
 * of a slash beside another one, and of a dot.
 */
export function isUnrouted(error: unknown): error is HydraError {
  if (!(error instanceof HydraError) || error.status === undefined || error.code === "gone") return false;
  return error.status === 404 || (error.status >= 300 && error.status < 400);
}

/** Whether something may have changed on the server although no good answer came. */
export function mayHaveWritten(error: unknown): error is HydraError {
  return error instanceof HydraError && error.uncertain && error.method !== "GET";
}

/** What was asked for, or `undefined` when Hydra says that it does not exist. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** What an answer with an error status means. `json` is the parsed body when Hydra's own JSON came back. */
export function codeOfAnswer(status: number, json: unknown, text = ""): Code {
  const fromHydra = typeof json === "object" && json !== null && "error" in json;
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 404) return isAbsence(json) ? "gone" : "not-hydra";
  if (status === 407) return "proxy-credentials";
  if (status === 409 && fromHydra) return "conflict";
  if (status === 429) return "limited";
  if (status === 502 && /insecure http/i.test(text)) return "forwarded-proto";
  if (status === 408 || status >= 500) return "server-error";
  if (status >= 400 && fromHydra) return "refused";
  // As nginx says it.
  if (status === 400 && /SSL certificate/i.test(text)) return "client-certificate";
  return gatewayMeaning(status) === undefined ? "not-hydra" : "gateway";
}

// Others answer 404 in JSON too: Ory Oathkeeper writes `{"error": {"code": 404, …}}` where no rule matches, and an identity
// server behind a mistyped URL an OAuth 2.0 error with a description. Hydra's description of what is absent is empty, in
// v2.3.0, v25.4.0 and v26.2.0 alike. In doubt nothing is absent.
function isAbsence(json: unknown): boolean {
  const { error, error_description: description } = Object(json) as Readonly<Record<string, unknown>>;
  return typeof error === "string" && description === "";
}

/** The keys of the configuration by which a server was reached, and proven to who asks. */
interface Reached {
  readonly key: string;
  readonly credentials: readonly string[];
}

/** What an answer means to a person, and what to do about it. */
export interface Meaning {
  readonly why: string;
  readonly advice: string;
}

/** What an answer means, where its kind and status alone tell. */
export function meaningOf(code: Code, status: number, { key, credentials }: Reached): Meaning | undefined {
  switch (code) {
    case "gone":
      return { why: "somebody deleted it outside of Pulumi", advice: "run `pulumi refresh`, then `pulumi up`" };
    case "unauthorized":
    case "forbidden":
      return credentials.length === 0
        ? { why: "the request had no credentials", advice: "configure some, such as hydra:accessToken" }
        : {
            why: `the request used ${credentials.join(", ")}`,
            advice: "check that credential, or the gateway in front of the admin API",
          };
    case "client-certificate":
      return {
        why: "the server asks for a client certificate that it trusts",
        advice: "check hydra:clientCertificate and hydra:clientKey",
      };
    case "forwarded-proto":
      return { why: "TLS ends before Hydra", advice: "set the header X-Forwarded-Proto: https in hydra:headers" };
    case "gateway":
      return gatewayMeaning(status);
    case "not-hydra":
      return {
        why: `the response did not come from ${key.endsWith("adminUrl") ? "Hydra's admin API" : "Hydra"}`,
        advice: `check ${key} (host, port, base path)`,
      };
    default:
      return undefined;
  }
}

/** What a status means that Hydra does not use, so that it comes from what stands before it. */
function gatewayMeaning(status: number): Meaning | undefined {
  switch (status) {
    case 304:
      return {
        why: "a cache between the provider and Hydra answered",
        advice: "exclude the admin API from it",
      };
    case 402:
      return { why: "the service behind that URL asks for payment", advice: "check the account and its plan" };
    case 405:
      return {
        why: "a gateway before Hydra does not allow this method",
        advice: "allow GET, POST, PUT, PATCH and DELETE",
      };
    case 410:
      return { why: "this address is no longer served", advice: "check where the admin API has moved to" };
    case 413:
      return {
        why: "a gateway before Hydra limits the size of requests",
        advice: "raise its limit, or make the resource smaller",
      };
    case 414:
      return {
        why: "a gateway before Hydra limits the length of URLs",
        advice: "raise its limit, or choose a shorter id",
      };
    case 421:
      return { why: "the gateway sent the request to the wrong server", advice: "check its routes" };
    case 431:
      return {
        why: "a gateway before Hydra limits the size of headers",
        advice: "make hydra:headers or the token shorter, or raise its limit",
      };
    case 451:
      return { why: "the service refuses for legal reasons", advice: "ask its operator" };
    case 499:
      return {
        why: "a gateway gave up before Hydra answered",
        advice: "look at the server's load, or raise the gateway's time limit",
      };
    default:
      return undefined;
  }
}

/** The OAuth 2.0 error code of an answer, if it has one: Hydra writes a sentence in its place for what went wrong inside. */
export function oauthErrorIn(json: unknown): string | undefined {
  const code = typeof json === "object" && json !== null && "error" in json ? json.error : undefined;
  return typeof code === "string" && /^[a-z_]+$/.test(code) ? code : undefined;
}

/** A text for people: bounded, on one line, without control characters. */
export function line(text: string): string {
  const limit = 400;
  const whole = onOneLine(text).trim();
  return whole.length > limit ? `${whole.slice(0, limit)}…` : whole;
}

/** More than this of an answer nobody reads, and no pattern is tried on. */
const readable = 65_536;

function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").slice(0, readable);
}

/** The part of an error answer that a person can use. What else JSON holds was not meant for people, and may be secret. */
export function explain(json: unknown, text: string): string {
  return onOneLine(json === undefined ? legible(text.slice(0, readable)) : (described(json) ?? ""));
}

/** Of a page made for people, as servers and proxies answer with, the title; of what is no text, nothing. */
function legible(text: string): string {
  // A terminal would take some of it for commands.
  if (/[^\P{Cc}\s]|\ufffd/u.test(text)) return "a body that is not text";
  if (!/^\s*</.test(text)) return text;
  // Of a page that never closes a tag, the pattern would look at all of it again and again.
  return /<title[^>]*>([^<]+)/i.exec(text.slice(0, 4_096))?.[1] ?? "an HTML page";
}

// Hydra writes OAuth 2.0 errors (RFC 6749, 5.2) for what the request says, and nested objects for the rest; what
// stands before it has its own ways, such as RFC 9457.
function described(json: unknown): string | undefined {
  if (typeof json !== "object" || json === null) return typeof json === "string" ? json : undefined;
  const { error, error_description: description, ...rest } = json as Record<string, unknown>;
  if (typeof description === "string" && description !== "") return description;
  if (typeof error === "string") return error;
  const { message, reason, title, detail } = (typeof error === "object" && error !== null ? error : rest) as Record<
    string,
    unknown
  >;
  const parts = [message, reason, title, detail].filter((part) => typeof part === "string" && part !== "");
  return parts.length > 0 ? parts.join(": ") : undefined;
}
