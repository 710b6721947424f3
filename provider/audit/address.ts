// Addresses in a registration: what their parts say, and how one is shown without what may be secret.

/** The parts of a URI that rules look at. */
export interface Address {
  readonly scheme: string;
  /** In lower case; empty where the URI has none. */
  readonly host: string;
  /** Whether it carries a password: `https://user:password@host`. */
  readonly hasPassword: boolean;
  /** The names of its query's parameters that have a value. */
  readonly parameters: readonly string[];
  /** The URI without user, query and fragment. */
  readonly shown: string;
}

/** Patterns such as `https://*.example` are no URLs, and have to be read all the same. */
export function addressOf(uri: string): Address {
  const [, scheme = "", authority, path = "", query] =
    /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/i.exec(uri) ?? [];
  const user = /^(.*)@/.exec(authority ?? "")?.[1] ?? "";
  const place = authority?.replace(/^.*@/, "") ?? "";
  const [host = ""] = /^(\[[^\]]*\]|[^:]*)/.exec(place) ?? [];
  const parameters = [...new URLSearchParams(query)].filter(([, value]) => value !== "").map(([name]) => name);
  const shown = [
    scheme === "" ? "" : `${scheme}:`,
    authority === undefined ? path.replace(/^[^/]*@/, "…@") : `//${place}${path}`,
    query === undefined ? "" : "?…",
  ];
  return {
    scheme: scheme.toLowerCase(),
    host: host.toLowerCase(),
    hasPassword: user.includes(":"),
    parameters,
    shown: shown.join(""),
  };
}

/** Whether a host is the same machine (RFC 8252, 7.3). */
export function isLoopback(host: string): boolean {
  return ["127.0.0.1", "[::1]", "localhost"].includes(host);
}

/**
 * https; http on this machine (RFC 8252, 7.3); or a private-use scheme, which has to be a domain name the other way round
 * (RFC 8252, 7.1). What a registration does not say is whether a client is a native app: every one may use the latter two.
 */
export function isProtected({ scheme, host }: Address): boolean {
  return scheme === "https" || (scheme === "http" && isLoopback(host)) || scheme.includes(".");
}

/** Names that the public DNS does not give to anybody. */
const localNames = /(^|\.)(local|localdomain|internal|intranet|lan|corp|home|private|home\.arpa)$/;

const privateAddresses =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|0\.)/;

const privateBlocks = /^\[(f[cd]|fe[89ab])/;

/** Whether a host means another machine in each network: a private address, or a name that is not of the public DNS. */
export function isPrivate({ scheme, host }: Address): boolean {
  if (scheme !== "https" && scheme !== "http") return false;
  // Numbers have many spellings: 10.0.0.1 is 167772161.
  const name = (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host).replace(/\.$/, "");
  if (name === "" || isLoopback(name)) return false;
  if (/^[\d.]+$/.test(name)) return privateAddresses.test(name);
  return name.startsWith("[") ? privateBlocks.test(name) : !name.includes(".") || localNames.test(name);
}

const secretNames =
  /(^|[._-])(secret|password|passwd|pwd|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|sig|signature)$/;

/** Whether a parameter of this name holds a secret: `client_secret`, `apiKey`, `X-Amz-Signature`. */
export function namesSecret(parameter: string): boolean {
  return secretNames.test(parameter.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase());
}
