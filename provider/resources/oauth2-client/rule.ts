// What Hydra refuses of a client, as far as it can be said without asking. Unknown values pass.

import type { Explanation } from "../../explained.ts";
import type { Failure } from "../../lifecycle/failure.ts";
import { isNothing } from "../../lifecycle/field.ts";
import { nearest } from "../../lifecycle/nearest.ts";
import { containsUnknown, type Values } from "../../lifecycle/value.ts";
import { grantType, tokenEndpointAuthMethod } from "../field/known.ts";

/** Rules that span fields of an OAuth2Client. */
export function clientRules(inputs: Values): Failure[] {
  return [
    ...wordRules(inputs),
    ...keyRules(inputs),
    ...logoutRules(inputs),
    ...secretRules(inputs),
    ...metadataRules(inputs),
    ...recreationRules(inputs),
  ];
}

/** What people should know of an acceptable client. */
export function clientWarnings({ scope }: Values): Explanation[] {
  if (typeof scope !== "string" || !scope.includes(",")) return [];
  const message =
    "scope: spaces separate scope values (RFC 6749, 3.3); Hydra reads values with commas between them as one value";
  return [{ code: "likely-mistake", message }];
}

const grants = Object.values<string>(grantType.values);
const authMethods = Object.values<string>(tokenEndpointAuthMethod.values);

// Hydra stores any word, and refuses the requests of such a client later.
function wordRules({ grantTypes, tokenEndpointAuthMethod: method }: Values): Failure[] {
  const failures: Failure[] = [];
  for (const [index, grant] of (Array.isArray(grantTypes) ? grantTypes : []).entries()) {
    const meant = misspelt(grant, grants);
    if (meant !== undefined) {
      const reason = `is not a grant that Hydra knows; did you mean ${meant}?`;
      failures.push({ path: ["grantTypes", index], reason });
    }
  }
  const meant = misspelt(method, authMethods);
  if (method === "client_secret_jwt") {
    const reason = `is a method that Hydra does not have: use one of ${authMethods.join(", ")}`;
    failures.push({ path: ["tokenEndpointAuthMethod"], reason });
  } else if (meant !== undefined) {
    const reason = `is not a method that Hydra knows; did you mean ${meant}?`;
    failures.push({ path: ["tokenEndpointAuthMethod"], reason });
  }
  return failures;
}

function misspelt(word: unknown, known: readonly string[]): string | undefined {
  return typeof word === "string" && !known.includes(word) ? nearest(word, known) : undefined;
}

function metadataRules({ metadata }: Values): Failure[] {
  return lostMembers(metadata).map((path) => ({
    path: ["metadata", ...path],
    reason: "is a name that Pulumi loses on the way to the provider; choose another",
  }));
}

/**
 * Where in a value there is a member `__proto__`: Pulumi's library would lose one that a server holds on the way to the state.
 */
function lostMembers(value: unknown): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return members.flatMap(([name, member]) =>
    name === "__proto__" ? [[name]] : lostMembers(member).map((path) => [name, ...path]),
  );
}

function secretRules({ clientSecret, secretRotation, tokenEndpointAuthMethod }: Values): Failure[] {
  if (isNothing(secretRotation)) return [];
  const path = ["secretRotation"];
  const advice = "; to revoke the client's access tokens, declare a Revocation with its clientId";
  const more = (secretRotation as Values).revokeTokens === true ? advice : "";
  if (!isNothing(clientSecret)) {
    const reason = "excludes clientSecret: a secret of your own changes when you change it";
    return [{ path, reason: reason + more }];
  }
  if (tokenEndpointAuthMethod !== "none") return [];
  const reason = 'must not be set with tokenEndpointAuthMethod "none": the client has no secret to rotate; remove it';
  return [{ path, reason: reason + more }];
}

// Without an id of the program's own, the provider would choose another one.
function recreationRules({ recreateTrigger: trigger, clientId }: Values): Failure[] {
  if (isNothing(trigger) || trigger === "" || !isNothing(clientId)) return [];
  const reason =
    "needs clientId, or the new client would have another id; an existing client has its id in the output clientId";
  return [{ path: ["recreateTrigger"], reason }];
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
