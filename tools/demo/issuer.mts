// Knows an issuer of signed assertions as the demo plays it: a key of its own, and what it signs. Knows nothing of Hydra.
import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export interface Issuer {
  /** What the issuer tells the world: its public key as JSON text (RFC 7517). */
  readonly publicKey: string;
  /** An assertion with these claims (RFC 7523), valid for a minute. */
  assertion(claims: JWTPayload): Promise<string>;
}

/** An issuer with a new key. The private half stays in here. */
export async function createIssuer(): Promise<Issuer> {
  const header = { alg: "ES256", kid: "quickstart" };
  const { publicKey, privateKey } = await generateKeyPair(header.alg);
  return {
    publicKey: JSON.stringify({ ...(await exportJWK(publicKey)), ...header, use: "sig" }),
    assertion: (claims) => {
      const token = new SignJWT({ jti: randomUUID(), ...claims }).setProtectedHeader(header);
      return token.setIssuedAt().setExpirationTime("1 minute").sign(privateKey);
    },
  };
}
