// Knows an issuer of signed assertions as the demo plays it: a key of its own, and what it signs. Knows nothing of Hydra.
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";

export interface Issuer {
  /** What the issuer tells the world: its public key as JSON text (RFC 7517). */
  publicKey: string;
  /** An assertion with these claims (RFC 7523), valid for a minute. */
  assertion(claims: Readonly<Record<string, string>>): string;
}

/** An issuer with a new ES256 key. The private half stays in here. */
export function createIssuer(kid: string): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    publicKey: JSON.stringify({ ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" }),
    assertion: (claims) => {
      const now = Math.floor(Date.now() / 1000);
      const parts = [
        { alg: "ES256", kid },
        { iat: now, exp: now + 60, jti: randomUUID(), ...claims },
      ];
      const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
      const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
      return `${text}.${signature.toString("base64url")}`;
    },
  };
}
