// The function that looks up keys: in a set of Hydra's, or where an issuer publishes them.

import * as z from "zod";
import type { HydraApi } from "../hydra/admin.ts";
import { addressFailure } from "../hydra/document.ts";
import { unlessGone } from "../hydra/error.ts";
import type { HydraJson } from "../hydra/json.ts";
import { withoutPrivateMembers } from "../hydra/jwk.ts";
import type { Failure } from "../lifecycle/failure.ts";
import { isNothing, kind, textKind } from "../lifecycle/field.ts";
import type { ServerFunction } from "../lifecycle/function.ts";
import { Refusal } from "../lifecycle/resource.ts";
import type { Values } from "../lifecycle/value.ts";
import { connection, connectionRules } from "../resources/field/connection.ts";
import * as field from "../resources/field/field.ts";
import { addressed, isOwnSet } from "../resources/json-web-key/name.ts";
import { signingKey } from "../resources/json-web-key/signing.ts";
import type { HydraOperation } from "../resources/memory.ts";

const address = kind(
  z.string().refine((value) => addressFailure(value) === undefined, {
    error: ({ input }) => addressFailure(String(input)),
  }),
  textKind,
);

const query = z.strictObject({
  /** The name of a key set in Hydra, such as `hydra.openid.id-token`. */
  set: field.keySet.optional(),
  /** Where somebody publishes keys, such as the `jwks_uri` of an issuer: an https URL, or http for an address of this machine. */
  uri: address.optional(),
  /** The URL of an issuer, exactly as its tokens contain it in `iss`. The provider finds the address of its keys in its discovery document (OpenID Connect Discovery 1.0, 4). */
  issuer: address.optional(),
  ...connection,
});

const found = z.object({
  /** The public keys (RFC 7517), in the order of the server. In a set of Hydra, the newest key comes first. */
  keys: z.array(z.record(z.string(), z.json())),
  /** The `kid` of the key that Hydra signs with. Unset unless `set` is `hydra.openid.id-token` or `hydra.jwt.access-token`. */
  signingKid: z.string().optional(),
});

export type KeysQuery = z.infer<typeof query>;

const targets = ["set", "uri", "issuer"] as const;

/**
 * The public keys of a key set in Hydra, or of an issuer.
 *
 * Set exactly one of `set`, `uri` and `issuer`.
 */
export const getJsonWebKeys: ServerFunction<HydraOperation, KeysQuery> = {
  type: "getJsonWebKeys",
  inputs: query,
  outputs: found,
  fields: connectionRules,
  rules: targetRules,
  async call({ api }, { set, uri, issuer }) {
    if (set !== undefined) return keysOfSet(api, set);
    const place = uri ?? (await keysUriOf(api, String(issuer)));
    return { keys: publicKeysIn(await api.readDocument(place), place) };
  },
};

/** One place is asked. */
function targetRules(inputs: Values): Failure[] {
  const given = targets.filter((name) => !isNothing(inputs[name]));
  if (given.length === 1) return [];
  const [, second] = given;
  return second === undefined
    ? [{ path: ["set"], reason: "is required unless uri or issuer says where the keys are" }]
    : [{ path: [second], reason: `excludes ${given[0]}: ask for one of them` }];
}

async function keysOfSet(api: HydraApi, set: string): Promise<Values> {
  const stored = await unlessGone(addressed([set], api.getKeySet(set)));
  if (stored === undefined)
    throw new Refusal({ code: "not-found", message: `set: there is no set ${JSON.stringify(set)}, or it has no key` });
  const signs = isOwnSet(set) ? signingKey(stored) : undefined;
  return {
    keys: stored.map(({ jwk }) => jwk).filter(isAsymmetric),
    ...(signs ? { signingKid: String(signs.jwk.kid) } : {}),
  };
}

/** Where an issuer publishes its keys. Only a document of that very issuer counts (OpenID Connect Discovery 1.0, 4.3). */
async function keysUriOf(api: HydraApi, issuer: string): Promise<string> {
  const place = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const document = Object(await api.readDocument(place)) as HydraJson;
  if (document.issuer !== issuer) {
    const named = JSON.stringify(String(document.issuer).slice(0, 200));
    const message = `issuer: the discovery document at ${place} is of the issuer ${named}`;
    throw new Refusal({ code: "keys-unread", message, advice: "if that is the one you mean, write it so" });
  }
  const { jwks_uri: uri } = document;
  if (typeof uri === "string" && addressFailure(uri) === undefined) return uri;
  const message = `issuer: the discovery document at ${place} names no https URL of keys (jwks_uri)`;
  throw new Refusal({ code: "keys-unread", message, advice: "ask the issuer for it, and give it as uri" });
}

function publicKeysIn(document: unknown, place: string): unknown[] {
  const { keys } = Object(document) as { readonly keys?: unknown };
  if (Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null && !Array.isArray(key))) {
    return keys.map(withoutPrivateMembers).filter((key) => isAsymmetric(key as HydraJson));
  }
  const message = `the document at ${place} is not a JSON Web Key Set (RFC 7517, 5)`;
  throw new Refusal({ code: "keys-unread", message, advice: "check the URL" });
}

/** A symmetric key has no public part. */
function isAsymmetric({ kty }: HydraJson): boolean {
  return kty !== "oct";
}
