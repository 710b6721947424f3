// The rules for TrustedJwtIssuer: whom an issuer may vouch for, how long, and under which name.

import type { Values } from "../lifecycle/value.ts";
import { addressOf, isLoopback } from "./address.ts";
import { longest, type Rule } from "./rule.ts";

/** What rules read of a trust. */
export interface TrustState extends Values {
  readonly issuer?: string;
  readonly allowAnySubject?: boolean;
  readonly expiresAt?: string;
}

const kinds = ["TrustedJwtIssuer"] as const;

const day = 24 * 3600 * 1000;

export const trustRules: readonly Rule<TrustState>[] = [
  {
    name: "named-subjects",
    level: "warning",
    clause: "RFC 8725, 3.8",
    what: "A trust names one subject",
    why: "An attacker who has the issuer's key gets tokens of every subject",
    mend: "create one trust for each subject, with its name",
    kinds,
    find: ({ allowAnySubject }) =>
      allowAnySubject === true ? [{ path: ["allowAnySubject"], found: "the issuer vouches for everybody" }] : [],
  },
  {
    name: "no-expired-trusts",
    level: "error",
    clause: "RFC 8725, 3.8",
    what: "A trust that has expired is deleted",
    why: "Servers up to v26.2.0 still issue tokens for assertions of an expired trust, if the assertions name the key by its kid",
    mend: "delete the trust, or create it again with a later expiresAt",
    kinds,
    find: ({ expiresAt }, { now }) =>
      timeOf(expiresAt) <= now
        ? [{ path: ["expiresAt"], found: `it expired at ${expiresAt}, and Hydra may still issue tokens for it` }]
        : [],
  },
  {
    name: "trusts-expire",
    level: "warning",
    clause: "OpenID Connect Core, 10.1.1",
    what: `A trust expires within ${longest.keyDays} days`,
    why: "Nobody looks again at a trust that lasts for ever, and nobody renews its key",
    mend: "set an earlier date, and renew the trust and its key before that date",
    kinds,
    find: ({ expiresAt }, { now, longest: { keyDays } }) =>
      timeOf(expiresAt) > now + keyDays * day
        ? [{ path: ["expiresAt"], found: `${expiresAt} is more than ${keyDays} days away` }]
        : [],
  },
  {
    name: "https-issuers",
    level: "warning",
    clause: "OpenID Connect Core, 2",
    what: "An issuer that is a URL is an https URL",
    why: "An attacker on the network can answer as a plain HTTP issuer, and publish keys in its name",
    mend: "let the issuer use an https URL, and create the trust for this URL",
    kinds,
    find({ issuer }) {
      const { scheme, host, shown } = addressOf(issuer ?? "");
      return scheme === "http" && !isLoopback(host) ? [{ path: ["issuer"], found: `${shown} is plain HTTP` }] : [];
    },
  },
];

/** Milliseconds since 1970; a text that is no time compares with none. */
function timeOf(text: string | undefined): number {
  return Date.parse(text ?? "");
}
