// Where codes may be sent to, and which pages may call the endpoints.
import type { Rule } from "./rule";

export const redirectRules: readonly Rule[] = [
  {
    name: "https-redirect-uris",
    clause: "2.6",
    summary: "Codes are sent over https, to this very machine, or to an app by a scheme of its own",
    level: "mandatory",
    kinds: ["OAuth2Client"],
    violations: ({ redirectUris = [] }) =>
      redirectUris
        .filter((uri) => !isSafe(uri))
        .map(
          (uri) =>
            `redirectUris has ${uri}: use https, http://127.0.0.1 or http://[::1], or a scheme like com.example.app`,
        ),
  },
  {
    name: "exact-redirect-uris",
    clause: "4.1.3",
    summary: "A redirect URI is one address, not a pattern",
    level: "mandatory",
    kinds: ["OAuth2Client"],
    violations: ({ redirectUris = [] }) =>
      redirectUris.filter((uri) => uri.includes("*")).map((uri) => `redirectUris has ${uri}: name each address`),
  },
  {
    name: "named-origins",
    clause: "2.6",
    summary: "The endpoints are open to the scripts of named origins, which are for clients in browsers",
    level: "mandatory",
    kinds: ["OAuth2Client"],
    violations: ({ allowedCorsOrigins = [] }) =>
      allowedCorsOrigins.flatMap((origin) => {
        if (origin.includes("*")) return [`allowedCorsOrigins has ${origin}: name each origin`];
        return isSafe(origin) ? [] : [`allowedCorsOrigins has ${origin}: use https`];
      }),
  },
];

/**
 * https; http on this machine (RFC 8252, 7.3); or a private-use scheme, which has to be a domain name the other way round
 * (RFC 8252, 7.1). What a registration does not say is whether a client is a native app, so that every one may use the latter two.
 */
function isSafe(uri: string): boolean {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(uri) ?? [];
  if (scheme.toLowerCase() === "https") return true;
  if (scheme.toLowerCase() === "http") return /^\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?([/?]|$)/i.test(rest);
  return scheme.includes(".");
}
