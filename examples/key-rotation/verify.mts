// Verifies Hydra's JWTs with the keys that Hydra publishes, also while these keys are rotated.
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  importJWK,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
} from "jose";

/**
 * A function that verifies tokens of the Hydra at `publicUrl`. Set `issuer` and `audience` in `options`, as for `jwtVerify`.
 *
 * @example
 * const verify = verifier("https://hydra.example", { issuer: "https://hydra.example", audience: "https://orders.example" });
 * const { payload } = await verify(token);
 */
export function verifier(
  publicUrl: string,
  options: JWTVerifyOptions = {},
): (token: string) => Promise<JWTVerifyResult> {
  // An unknown kid makes jose fetch the set again. By default it does not do so within 30 seconds of the last fetch.
  const keys = createRemoteJWKSet(new URL(`${publicUrl}/.well-known/jwks.json`), { cooldownDuration: 1_000 });
  return async (token) => {
    try {
      return await jwtVerify(token, keys, options);
    } catch (error) {
      if (!isAboutKey(error)) throw error;
      if (!keys.coolingDown) await keys.reload();
      // After a rotation, Hydra can name the old key in a token that the new one signed (ory/hydra#3573). The kid is a hint
      // (RFC 7515, 4.1.4), and all keys of the set are Hydra's. So try each key.
      const { alg } = decodeProtectedHeader(token);
      for (const jwk of keys.jwks()?.keys ?? []) {
        if (jwk.alg !== alg || jwk.kty === "oct") continue;
        const result = await jwtVerify(token, await importJWK(jwk), options).catch(unlessOtherKey);
        if (result) return result;
      }
      throw error;
    }
  };
}

function isAboutKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || isOtherKey(error);
}

function isOtherKey(error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed;
}

/** Nothing, where another key may have signed the token. */
function unlessOtherKey(error: unknown): undefined {
  if (!isOtherKey(error)) throw error;
}
