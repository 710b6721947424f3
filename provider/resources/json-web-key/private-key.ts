// Private keys as JSON Web Keys (RFC 7517, 7518, 8037): which ones Hydra can sign with, by the judgement of the platform. No
// message repeats a member.

import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import * as z from "zod";
import { withoutPrivateMembers } from "../../hydra/jwk.ts";
import { jsonKind, kind } from "../../lifecycle/field.ts";
import { type Jwk, type KeyFailure, keyFailures, sameKey } from "../field/public-key.ts";

/** What makes a private key of a type. Go needs the primes of RSA, Node.js what follows from them, too. */
const members: Readonly<Record<string, readonly string[]>> = {
  RSA: ["n", "e", "d", "p", "q", "dp", "dq", "qi"],
  EC: ["crv", "x", "y", "d"],
  OKP: ["crv", "x", "d"],
};

/** The bytes of `d` on a curve: Hydra refuses any other number. */
const lengths: Readonly<Record<string, number>> = { "P-256": 32, "P-384": 48, "P-521": 66, Ed25519: 32 };

const schema = z.record(z.string(), z.json()).superRefine((key, context) => {
  for (const { path, reason } of privateKeyFailures(key)) {
    context.addIssue({ code: "custom", path: [...path], message: reason });
  }
});

/** A private key. It is compared by what is public of it: no other private part belongs to that. */
export const privateJwk = kind(schema, { ...jsonKind, same: sameKey });

function privateKeyFailures(key: Jwk): KeyFailure[] {
  const { kty } = key;
  const needed = typeof kty === "string" && Object.hasOwn(members, kty) ? members[kty] : undefined;
  if (needed === undefined || !needed.every((name) => isText(key[name]))) {
    const reason =
      "must be a private JSON Web Key (RFC 7517): kty RSA with n, e, d, p, q, dp, dq and qi, EC with crv, x, y and d, or OKP with crv, x and d";
    return [{ path: [], reason }];
  }
  const ofPublic = keyFailures(withoutPrivateMembers(key) as Jwk);
  if (ofPublic.length > 0) return ofPublic;
  const bytes = lengths[String(key.crv)];
  if (kty !== "RSA" && Buffer.from(String(key.d), "base64url").length !== bytes) {
    return [{ path: ["d"], reason: `must have ${bytes} bytes with this crv` }];
  }
  if (kty === "RSA" && !isConsistent(key)) {
    return [{ path: [], reason: "is not a valid private key: its members do not belong to one RSA key" }];
  }
  const used = Object.fromEntries(["kty", ...needed].map((name) => [name, key[name]]));
  return isPair(used as Record<string, string>)
    ? []
    : [{ path: [], reason: "is not a valid private key: what it signs, its public members do not verify" }];
}

/** Whether the members of an RSA key fit together (RFC 8017, 3.2). Node.js signs with those that fit; Hydra refuses the key. */
function isConsistent(key: Jwk): boolean {
  const [n, d, p, q, dp, dq, qi] = ["n", "d", "p", "q", "dp", "dq", "qi"].map((name) => numberOf(key[name]));
  if (n === undefined || d === undefined || p === undefined || q === undefined || qi === undefined) return false;
  if (p <= 1n || q <= 1n || p * q !== n) return false;
  return d % (p - 1n) === dp && d % (q - 1n) === dq && (qi * q) % p === 1n;
}

function numberOf(text: unknown): bigint {
  return BigInt(`0x0${Buffer.from(String(text), "base64url").toString("hex")}`);
}

/** Whether the public members verify what the private ones sign. */
function isPair(jwk: Record<string, string>): boolean {
  try {
    const text = Buffer.from("a key pair");
    const digest = jwk.kty === "OKP" ? null : "sha256";
    const signature = sign(digest, text, createPrivateKey({ key: jwk, format: "jwk" }));
    const shown = withoutPrivateMembers(jwk) as Record<string, string>;
    return verify(digest, text, createPublicKey({ key: shown, format: "jwk" }), signature);
  } catch {
    return false;
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
