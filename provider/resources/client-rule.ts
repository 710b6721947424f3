// What Hydra refuses of a client, as far as it can be said without asking. Unknown values pass.

import type { Failure } from "../lifecycle/check.ts";
import { isNothing } from "../lifecycle/field.ts";
import { containsUnknown, type Values } from "../lifecycle/value.ts";

/** Rules that span fields of an OAuth2Client. */
export function clientRules(inputs: Values): Failure[] {
  return [...keyRules(inputs), ...logoutRules(inputs), ...secretRules(inputs)];
}

function secretRules({ clientSecret, secretRotation }: Values): Failure[] {
  if (isNothing(clientSecret) || isNothing(secretRotation)) return [];
  return [
    { path: ["secretRotation"], reason: "excludes clientSecret: a secret of your own changes when you change it" },
  ];
}

const signingAlgorithms = ["RS", "PS", "ES"].flatMap((family) => ["256", "384", "512"].map((bits) => family + bits));

function keyRules(inputs: Values): Failure[] {
  const { jwks, jwksUri, tokenEndpointAuthMethod: method, tokenEndpointAuthSigningAlg: algorithm } = inputs;
  const failures: Failure[] = [];
  if (isSet(jwks) && isSet(jwksUri)) {
    failures.push({ path: ["jwksUri"], reason: "excludes jwks: give the keys or where they are published, not both" });
  }
  if (method !== "private_key_jwt") return failures;
  if (isUnset(jwks) && isUnset(jwksUri)) {
    failures.push({
      path: ["tokenEndpointAuthMethod"],
      reason: "private_key_jwt needs the client's keys: set jwks or jwksUri",
    });
  }
  if (typeof algorithm === "string" && algorithm !== "" && !signingAlgorithms.includes(algorithm)) {
    const reason = `must be one of ${signingAlgorithms.join(", ")} with private_key_jwt`;
    failures.push({ path: ["tokenEndpointAuthSigningAlg"], reason });
  }
  return failures;
}

function logoutRules({ redirectUris, postLogoutRedirectUris }: Values): Failure[] {
  if (!Array.isArray(postLogoutRedirectUris) || containsUnknown(redirectUris)) return [];
  const allowed = new Set((Array.isArray(redirectUris) ? redirectUris : []).map((uri) => placeOf(String(uri))));
  return postLogoutRedirectUris.flatMap((uri, index) => {
    if (typeof uri !== "string" || allowed.has(placeOf(uri))) return [];
    const reason =
      "must have the scheme, host and port of one of redirectUris (a default port counts as given only when written)";
    return [{ path: ["postLogoutRedirectUris", index], reason }];
  });
}

// Compared as written: `https://a` and `https://a:443` are two places to Hydra.
function placeOf(uri: string): string {
  const parts = /^([^:/?#]+):(?:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?)?/.exec(uri);
  return parts ? JSON.stringify([parts[1]?.toLowerCase(), parts[2] ?? "", parts[3] ?? ""]) : "";
}

function isSet(value: unknown): boolean {
  return !isUnset(value) && !containsUnknown(value);
}

function isUnset(value: unknown): boolean {
  if (isNothing(value) || value === "") return true;
  return (
    typeof value === "object" &&
    !containsUnknown(value) &&
    !("keys" in value && Array.isArray(value.keys) && value.keys.length > 0)
  );
}
