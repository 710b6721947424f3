// Knows how to make signing keys and sign JWTs with them; knows nothing of Hydra.
import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";

export type Algorithm = "RS256" | "ES256";

export interface SigningKey {
  kid: string;
  algorithm: Algorithm;
  privateKey: KeyObject;
  /** The public part as a JWK with `kid`, `alg` and `use`. */
  publicJwk: Record<string, string>;
}

/** A new key; `kid` is random when absent. */
export function generateKey(algorithm: Algorithm = "ES256", kid: string = randomUUID()): SigningKey {
  const { privateKey } =
    algorithm === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const members = Object.entries(createPublicKey(privateKey).export({ format: "jwk" })).map(([name, value]) => [
    name,
    String(value),
  ]);
  return { kid, algorithm, privateKey, publicJwk: { ...Object.fromEntries(members), kid, alg: algorithm, use: "sig" } };
}

/**
 * A signed JWT. It is issued now and expires in five minutes unless the claims say otherwise.
 *
 * @example
 * const assertion = signJwt(key, { iss: "https://idp.example.com", sub: "alice", aud: tokenUrl });
 */
export function signJwt(key: SigningKey, claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: key.algorithm, typ: "JWT", kid: key.kid };
  const text = `${encode(header)}.${encode({ iat: now, exp: now + 300, jti: randomUUID(), ...claims })}`;
  const signature = sign("sha256", Buffer.from(text), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
