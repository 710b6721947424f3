// The rules for keys: those of clients, of trusted issuers, and in sets of Hydra.

import { privateMembersOf, withoutPrivateMembers } from "../hydra/jwk.ts";
import type { Path } from "../lifecycle/failure.ts";
import type { Values } from "../lifecycle/value.ts";
import type { Finding, Kind, Rule } from "./rule.ts";
import { longest } from "./rule.ts";

/** What rules read of a resource with keys. */
export interface KeyHolder extends Values {
  /** A client's. */
  readonly jwks?: { readonly keys?: readonly Jwk[] };
  readonly clientId?: string;
  readonly updatedAt?: string;
  /** A trusted issuer's. */
  readonly jwk?: Jwk;
  readonly issuer?: string;
  readonly createdAt?: string;
  /** That of a JsonWebKey: the public part is recorded, and a private one may be in the program. */
  readonly publicKey?: Jwk;
  readonly privateKey?: Jwk;
  readonly alg?: string;
}

type Jwk = Values;

/** What has the key of somebody else. */
const holders: readonly Kind[] = ["OAuth2Client", "TrustedJwtIssuer"];

const kinds: readonly Kind[] = [...holders, "JsonWebKey"];

const day = 24 * 3600 * 1000;

/** `none`, what is signed by a shared secret, and what nobody should use any more (RFC 8725, 3.2). */
const weakAlgorithms = /^(none|HS\d+|RS1|RSA1_5)$/;

const leastBits = 2048;

export const keyRules: readonly Rule<KeyHolder>[] = [
  {
    name: "no-private-keys",
    level: "error",
    clause: "OpenID Connect Registration, 2",
    what: "Hydra has only the public part of the key of a client or an issuer",
    why: "Hydra shows the keys of a client to everybody who reads the client",
    mend: "replace the key, and register the public part of the new one",
    kinds: holders,
    find: eachKey((key) => {
      const members = privateMembersOf(key);
      return members.length > 0 ? `${nameOf(key)} has private members: ${members.join(", ")}` : undefined;
    }),
  },
  {
    name: "strong-key-algorithms",
    level: "error",
    clause: "RFC 8725, 3.2",
    what: "A key is for an algorithm that is not known to be weak",
    why: "People other than the owner can forge signatures",
    mend: "use a key for ES256, PS256 or RS256",
    kinds,
    find: eachKey((key) =>
      typeof key.alg === "string" && weakAlgorithms.test(key.alg) ? `${nameOf(key)} is for ${key.alg}` : undefined,
    ),
  },
  {
    name: "long-rsa-keys",
    level: "error",
    clause: "RFC 8725, 3.5",
    what: `An RSA key has at least ${leastBits} bits (RFC 7518, 3.3)`,
    why: "The private part of a shorter key can be computed",
    mend: `replace the key with an RSA key of ${leastBits} bits or more, or with an EC key`,
    kinds,
    find: eachKey((key) => {
      const bits = key.kty === "RSA" ? bitsOf(key.n) : undefined;
      return bits !== undefined && bits < leastBits ? `${nameOf(key)} has ${bits} bits` : undefined;
    }),
  },
  {
    name: "keys-have-one-owner",
    level: "error",
    clause: "RFC 8725, 3.8",
    what: "Each client and each issuer has a key that no other one has",
    why: "If two clients or issuers share a key, each can sign as the other",
    mend: "give each one its own key",
    kinds: holders,
    live: true,
    find: (holder, { owners }) =>
      eachKey((key) => {
        const others = [...(owners?.get(identityOf(key) ?? "") ?? [])].filter((owner) => owner !== ownerOf(holder));
        if (others.length === 0) return undefined;
        const more = others.length > 1 ? ` and ${others.length - 1} more` : "";
        return `${nameOf(key)} is the key of ${others.sort()[0]} too${more}`;
      })(holder),
  },
  {
    name: "keys-are-renewed",
    level: "warning",
    clause: "OpenID Connect Core, 10.1.1",
    what: `A key is replaced within ${longest.keyDays} days`,
    why: "The longer a key is used, the more people and backups have had it",
    mend: "add a new key, let the client sign with it, then remove the old one",
    kinds: holders,
    live: true,
    find: (holder, { now, longest: { keyDays } }) => {
      // Hydra does not say when a key came. It has been there since its client was changed last, or its trust created.
      const since = holder.updatedAt ?? holder.createdAt;
      const days = Math.floor((now - Date.parse(since ?? "")) / day);
      return days > keyDays ? eachKey((key) => `${nameOf(key)} has been there since ${since}`)(holder) : [];
    },
  },
];

/** Every key of a resource, with its place. */
function keysOf({ jwks, jwk, publicKey, privateKey, alg }: KeyHolder): { readonly path: Path; readonly key: Jwk }[] {
  const ofClient = (jwks?.keys ?? []).map((key, index) => ({ path: ["jwks", "keys", index], key }));
  const ofIssuer = jwk ? [{ path: ["jwk"], key: jwk }] : [];
  if (publicKey) return [{ path: ["publicKey"], key: publicKey }];
  const own = withoutPrivateMembers(privateKey) as Jwk | undefined;
  return [...ofClient, ...ofIssuer, ...(own ? [{ path: ["privateKey"], key: { ...own, alg: alg ?? own.alg } }] : [])];
}

function eachKey(find: (key: Jwk) => string | undefined): (holder: KeyHolder) => Finding[] {
  return (holder) =>
    keysOf(holder).flatMap(({ path, key }) => {
      const found = find(key);
      return found === undefined ? [] : [{ path, found }];
    });
}

/** Who has a key, by its identity, of all that are there. */
export function ownersOf(holders: readonly KeyHolder[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const holder of holders) {
    for (const { key } of keysOf(holder)) {
      const identity = identityOf(key);
      if (identity === undefined) continue;
      owners.set(identity, (owners.get(identity) ?? new Set()).add(ownerOf(holder)));
    }
  }
  return owners;
}

/** Who signs with the keys of a resource: trusts of one issuer have one key. */
function ownerOf({ issuer, clientId }: KeyHolder): string {
  return issuer === undefined ? `client ${JSON.stringify(clientId)}` : `issuer ${JSON.stringify(issuer)}`;
}

function nameOf({ kid }: Jwk): string {
  return typeof kid === "string" && kid !== "" ? `key ${JSON.stringify(kid)}` : "a key without kid";
}

/** A text that two keys have in common if they are the same key; nothing where the server shows no more than a name. */
export function identityOf({ kty, crv, n, e, x, y }: Jwk): string | undefined {
  const numbers = (kty === "RSA" ? [n, e] : [x, y]).map((member) =>
    typeof member === "string" ? bytesOf(member).toString("base64url") : "",
  );
  return numbers[0] === "" ? undefined : [kty, kty === "RSA" ? "" : crv, ...numbers].join(" ");
}

function bitsOf(number: unknown): number | undefined {
  if (typeof number !== "string") return undefined;
  const bytes = bytesOf(number);
  return bytes.length === 0 ? undefined : bytes.length * 8 - Math.clz32(bytes[0] ?? 0) + 24;
}

/** The bytes of a base64url number, without the zeros before it. */
function bytesOf(number: string): Buffer {
  const bytes = Buffer.from(number, "base64url");
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}
