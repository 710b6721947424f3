// The algorithms that Hydra generates keys for (RFC 7518, 3.1; RFC 8037, 3.1), and the keys that they work with.

import { keyAlgorithm } from "../field/known.ts";
import type { Jwk } from "../field/public-key.ts";

interface KeyType {
  readonly kty: string;
  readonly crv?: string;
}

const keys: Readonly<Record<keyof typeof keyAlgorithm.values, KeyType>> = {
  RS256: { kty: "RSA" },
  RS384: { kty: "RSA" },
  RS512: { kty: "RSA" },
  PS256: { kty: "RSA" },
  PS384: { kty: "RSA" },
  PS512: { kty: "RSA" },
  ES256: { kty: "EC", crv: "P-256" },
  ES384: { kty: "EC", crv: "P-384" },
  ES512: { kty: "EC", crv: "P-521" },
  EdDSA: { kty: "OKP", crv: "Ed25519" },
};

/** Tried on v2.3.0 and v26.2.0: to every other one the server says that it is unsupported. */
export const algorithms: readonly string[] = Object.values(keyAlgorithm.values);

/** The algorithm of a key that names none: the usual one for its type. */
export function usualAlgorithm(jwk: Jwk): string | undefined {
  return algorithms.find((alg) => works(alg, jwk));
}

/** Whether an algorithm works with a key. Of one that is not known, nobody can say that it does not. */
export function works(alg: string, { kty, crv }: Jwk): boolean {
  const needs = Object.hasOwn(keys, alg) ? keys[alg as keyof typeof keys] : undefined;
  return needs === undefined || (needs.kty === kty && (needs.crv === undefined || needs.crv === crv));
}
