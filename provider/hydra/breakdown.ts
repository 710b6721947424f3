// An exchange that ended without an answer: what happened, whether another try may help, and what a person can do.

import type { Code } from "../code.ts";
import { ConnectionTimeout, HandshakeRefusal, ProxyRefusal } from "./connection.ts";
import { Interruption, UnreadableAnswer } from "./exchange.ts";

/** What a message names: the keys of the configuration, and where it was sent. */
export interface Reached {
  readonly url: string;
  /** Who answers there. */
  readonly server: string;
  readonly key: string;
  /** Without its credentials. */
  readonly proxy: string | undefined;
  readonly timeout: number;
  /** The keys of what is configured for TLS, as people know them. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly presents: boolean };
}

export interface Breakdown {
  readonly code: Code;
  readonly reason: string;
  readonly advice: string;
  /** How often another try may help. */
  readonly repeats: number;
  /** The server may have carried the request out. */
  readonly uncertain: boolean;
}

/** What a person is told to do. */
type Remedy = Pick<Breakdown, "code" | "advice">;

/** Of a name that cannot be resolved just now. */
const fewRepeats = 2;

export function breakdownOf(error: unknown, reached: Reached): Breakdown {
  const sent = !(error instanceof Interruption) || error.sent;
  const cause = error instanceof Interruption ? error.cause : error;
  const [origin, fault] = [innermost(cause), faultOf(cause)];
  const reason = wordsOf(origin, fault);
  const usual = { ...usualRemedy(sent, reached), reason, repeats: Number.POSITIVE_INFINITY, uncertain: sent };
  // The answer is there, and cannot be read: the next one will be no other.
  if (origin instanceof UnreadableAnswer) {
    const advice = `check what stands before ${reached.server}, and ${reached.key}`;
    return { ...usual, code: "gateway", advice, repeats: 0 };
  }
  if (!(error instanceof Interruption)) return { ...usual, repeats: 0 };
  if (error.by === "time" || origin instanceof ConnectionTimeout) {
    const seconds = `${reached.timeout / 1000} s`;
    const proxy = reached.proxy === undefined ? "" : ` through the proxy ${reached.proxy}`;
    return sent
      ? { ...usual, code: "no-answer", reason: `no answer within ${seconds}` }
      : { ...usual, reason: `no connection${proxy} within ${seconds}` };
  }
  const never = { ...usual, repeats: 0, uncertain: false };
  if (origin instanceof ProxyRefusal) {
    const reason = `the proxy ${reached.proxy} does not connect to ${new URL(reached.url).host} (${origin.status})`;
    return { ...never, reason, ...proxyRemedy(origin.status, reached) };
  }
  if (origin instanceof HandshakeRefusal) {
    return { ...never, ...refusalRemedy(reached), repeats: fewRepeats };
  }
  const remedy = tlsRemedy(fault, reached);
  if (remedy !== undefined) return { ...never, ...remedy };
  if (fault === "UND_ERR_INVALID_ARG") {
    return { ...never, code: "setting-invalid", advice: "check hydra:headers and the credentials" };
  }
  if (fault === "ENOTFOUND") return never;
  if (fault === "EAI_AGAIN") return { ...never, repeats: fewRepeats };
  return usual;
}

function usualRemedy(sent: boolean, reached: Reached): Remedy {
  return sent || reached.proxy === undefined
    ? { code: "unreachable", advice: `check that ${reached.server} runs and that ${reached.key} is right` }
    : { code: "proxy-unreachable", advice: `check ${variableOf(reached)}, or name the host in no_proxy` };
}

/** What to do where a proxy stands in the way. */
export function proxyRemedy(status: number, reached: Pick<Reached, "url">): Remedy {
  const wanted = `set ${variableOf(reached)} to http://user:password@host:port`;
  return status === 407
    ? { code: "proxy-credentials", advice: `the proxy needs a user and a password: ${wanted}` }
    : { code: "proxy-refused", advice: `allow it at the proxy, or name the host in no_proxy` };
}

function variableOf({ url }: Pick<Reached, "url">): string {
  return url.startsWith("https:") ? "https_proxy" : "http_proxy";
}

const untrusted = /^(UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|CERT_UNTRUSTED|INVALID_CA)/;

/** What to do about a failure of TLS; `undefined` when it is none. */
function tlsRemedy(fault: string, { key, tls, url }: Reached): Remedy | undefined {
  const { host } = new URL(url);
  if (untrusted.test(fault)) {
    return {
      code: "tls-untrusted",
      advice: `if this is your server, set ${tls.ca} to the certificate of its authority`,
    };
  }
  if (fault === "CERT_HAS_EXPIRED" || fault === "CERT_NOT_YET_VALID")
    return { code: "tls-expired", advice: "renew the server's certificate, or check the clock" };
  if (fault === "ERR_TLS_CERT_ALTNAME_INVALID" || fault === "HOSTNAME_MISMATCH")
    return { code: "tls-other-host", advice: `the certificate is for another host; check ${key}` };
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE/.test(fault)) {
    const advice = `this port does not speak TLS; check ${key}, or use http where ${host} is on this machine`;
    return { code: "tls-failed", advice };
  }
  if (/ALERT/.test(fault) && (tls.presents || /HANDSHAKE_FAILURE|CERTIFICATE_REQUIRED|NO_CERTIFICATE/.test(fault)))
    return refusalRemedy({ tls });
  if (/^(CERT_|ERR_TLS|ERR_SSL|HOSTNAME_|CRL_|PATH_LENGTH|INVALID_PURPOSE)/.test(fault))
    return { code: "tls-failed", advice: `check the TLS of ${host}` };
  return undefined;
}

function refusalRemedy({ tls }: Pick<Reached, "tls">): Remedy {
  const advice = tls.presents
    ? `the server does not accept ${tls.cert}; check its authority and how long it is valid`
    : `if the server asks for a client certificate, set ${tls.cert} and its key`;
  return { code: "client-certificate", advice };
}

function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error) || error.cause === undefined) return error;
  return innermost(error.cause);
}

/** The platform's own code of a failure, such as ECONNREFUSED. An address with several families fails with an error for each. */
function faultOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return faultOf(error.errors[0]);
  if (!(error instanceof Error)) return "";
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : faultOf(error.cause);
}

// OpenSSL's own words hold addresses in memory and file names of its source.
function wordsOf(error: unknown, fault: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, words] = /^[\dA-F]+:error:[\dA-F]+:[^:]*:[^:]*:([^:]+):/.exec(text) ?? [];
  return words ?? (text || fault);
}
