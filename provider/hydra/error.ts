// What can go wrong between us and Hydra, and the one place that decides what "gone" means. Knows nothing of Pulumi.

/**
 * What a failed exchange means to the caller:
 * - `gone`: Hydra itself says that the object does not exist;
 * - `conflict`: an object of that identity exists already;
 * - `refused`: Hydra does not accept what was sent;
 * - `denied`: the credential is missing, wrong or too weak;
 * - `unreachable`: no answer, or none from Hydra (a proxy, another server, another path);
 * - `unavailable`: Hydra or a proxy before it cannot serve the request now;
 * - `cancelled`: the operation was stopped by its caller.
 */
export type HydraErrorKind = "gone" | "conflict" | "refused" | "denied" | "unreachable" | "unavailable" | "cancelled";

export interface HydraErrorDetails {
  readonly kind: HydraErrorKind;
  readonly method: string;
  readonly path: string;
  readonly status?: number | undefined;
  /** The OAuth 2.0 error code (RFC 6749, 5.2) in the answer. */
  readonly code?: string | undefined;
  /** The request may have been carried out although no good answer arrived. */
  readonly uncertain?: boolean;
}

/** A request to Hydra that did not end well. Its message holds no credential and no request body. */
export class HydraError extends Error {
  readonly kind: HydraErrorKind;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly uncertain: boolean;

  constructor(message: string, details: HydraErrorDetails) {
    super(message);
    this.name = "HydraError";
    this.kind = details.kind;
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.code = details.code;
    this.uncertain = details.uncertain ?? false;
  }
}

/** Whether Hydra said that the object does not exist. Nothing else counts as absence. */
export function isGone(error: unknown): boolean {
  return error instanceof HydraError && error.kind === "gone";
}

/** The same failure, where it is known or not whether the request was carried out. */
export function withCertainty(error: HydraError, uncertain: boolean): HydraError {
  return new HydraError(error.message, { ...error, uncertain });
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
export function kindOfAnswer(status: number, json: unknown): HydraErrorKind {
  const fromHydra = typeof json === "object" && json !== null && "error" in json;
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return isOAuthError(json) ? "gone" : "unreachable";
  if (status === 409 && fromHydra) return "conflict";
  if (status === 408 || status === 429 || status >= 500) return "unavailable";
  return status >= 400 && fromHydra ? "refused" : "unreachable";
}

// What stands before Hydra speaks JSON too, such as Ory Oathkeeper, which writes `{"error": {"code": 404, …}}` where no
// rule matches. Hydra itself writes both members of RFC 6749, 5.2, whatever is absent.
function isOAuthError(json: unknown): boolean {
  const { error, error_description: description } = Object(json) as Readonly<Record<string, unknown>>;
  return typeof error === "string" && typeof description === "string";
}

/** The keys of the configuration by which a server was reached, and proven to who asks. */
export interface Reached {
  readonly key: string;
  readonly credentials: readonly string[];
}

/** What a person can do about an answer, where the status alone tells. */
export function adviceFor(status: number, kind: HydraErrorKind, text: string, { key, credentials }: Reached): string {
  if (kind === "gone") return "it was deleted behind Pulumi's back: run `pulumi refresh`, then `pulumi up`";
  if (kind === "denied") {
    return credentials.length === 0
      ? "it was sent without credentials: configure some, such as hydra:accessToken"
      : `it was sent with ${credentials.join(", ")}: check that, or what guards the admin API`;
  }
  if (kind === "unreachable") {
    return `this is no answer of ${key.endsWith("adminUrl") ? "Hydra's admin API" : "Hydra"}: check ${key} (host, port and base path)`;
  }
  if (status === 502 && /insecure http/i.test(text)) {
    return "TLS ends before Hydra: the request needs the header X-Forwarded-Proto: https";
  }
  return "";
}

/** The OAuth 2.0 error code of an answer, if it has one: Hydra writes a sentence in its place for what went wrong inside. */
export function errorCode(json: unknown): string | undefined {
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

/** Of a page made for people, as servers and proxies answer with, the title. */
function legible(text: string): string {
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
