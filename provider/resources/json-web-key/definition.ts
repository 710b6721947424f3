// JsonWebKey: one key in a JSON Web Key Set of Hydra's. Knows nothing of the hosts that run it.

import * as z from "zod";
import type { Explanation } from "../../explained.ts";
import { unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { choiceKey, choicesOf, chosen } from "../../lifecycle/choice.ts";
import { driftKey, serverDefaultsKey } from "../../lifecycle/diff.ts";
import { isNothing, rulesOf } from "../../lifecycle/field.ts";
import { Refusal, type Resource } from "../../lifecycle/resource.ts";
import { containsUnknown, textOf, type Values, withoutUnset } from "../../lifecycle/value.ts";
import { connection, connectionRules } from "../field/connection.ts";
import * as field from "../field/field.ts";
import { type Jwk, sameKey, sameThumbprint } from "../field/public-key.ts";
import { readFields, unlessUnmet, unmetReasons, withServerDefaults } from "../hydra-json.ts";
import type { HydraOperation } from "../memory.ts";
import { uuidFor } from "../uuid.ts";
import { usualAlgorithm } from "./algorithm.ts";
import { creationKey, keepKey, leaveKey, markCreation, renewKey, sparesKey } from "./claim.ts";
import { createKey } from "./create.ts";
import { deleteKey } from "./delete.ts";
import { addressed, idOf, isOwnSet, type KeyName, nameIn } from "./name.ts";
import { privateJwk } from "./private-key.ts";
import { keyRules, keyUse, keyWarnings, replacementWarning } from "./rule.ts";

const inputs = z.strictObject({
  /** The name of the set that the key is in. Hydra signs ID tokens with the newest key in `hydra.openid.id-token`, and JWT access tokens with the newest one in `hydra.jwt.access-token`. Other sets are for your own use. */
  set: field.keySet,
  /** The key's id (RFC 7517, 4.5). Defaults to the `kid` of `privateKey`, else to a UUID that the provider generates once. */
  kid: field.keyId.optional(),
  /** The algorithm (RFC 7518, 3.1): `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512` or `EdDSA`. Required unless `privateKey` is set. With `privateKey`, defaults to the `alg` of that key, else to the usual algorithm for its type. */
  alg: field.word(64, field.known.keyAlgorithm).optional(),
  /** What the key is for (RFC 7517, 4.2): `sig` or `enc`. Defaults to the `use` of `privateKey`, else to `sig`. */
  use: keyUse.optional(),
  /** A private key of your own (RFC 7517). Pulumi keeps it encrypted in the state. By default Hydra generates the key, and its private part is never recorded. If you add the private part of the key that Hydra already has, Pulumi only records it. */
  privateKey: privateJwk.optional(),
  ...connection,
});

const outputs = z.object({
  /** The public part of the key (RFC 7517), as `jwks` of an OAuth2Client and `jwk` of a TrustedJwtIssuer accept it. */
  publicKey: field.jwk,
});

export type JsonWebKeyInputs = z.infer<typeof inputs>;
export type JsonWebKeyOutputs = z.infer<typeof outputs>;

// Hydra generates keys and stores them: none is ever changed.
const fields = rulesOf(inputs, outputs, {
  ...connectionRules,
  set: { replaces: true },
  kid: { replaces: true, choose: uuidFor("kid") },
  alg: { replaces: true, keptWhenUnset: true },
  use: { replaces: true, serverDefault: "sig" },
  privateKey: { replaces: true, secret: true },
  publicKey: { stable: true },
});

/** The kid that inputs ask for; none where one is chosen when the key is created. */
function namedKid(given: Values): unknown {
  return given.kid || (given.privateKey as Jwk | undefined)?.kid || undefined;
}

/** What is recorded of a live key, in the spelling of `known` where that means the same. */
function toState(jwk: HydraJson, { set, kid }: KeyName, known: Values): Values {
  // A key that others stored need not say what it is for. Hydra signs with it all the same.
  const said = { ...jwk, alg: jwk.alg ?? usualAlgorithm(jwk), use: jwk.use ?? "sig" };
  return {
    set,
    kid,
    ...readFields(jsonWebKey, said, known, ["alg", "use"]),
    ...withoutUnset({ privateKey: known.privateKey, connection: known.connection }),
    publicKey: isNothing(known.publicKey) || !sameKey(jwk, known.publicKey) ? jwk : known.publicKey,
  };
}

export const jsonWebKey: Resource<HydraOperation, JsonWebKeyInputs> = {
  type: "JsonWebKey",
  inputs,
  outputs,
  fields,
  collides: (given, state) => given.set === state.set && namedKid(given) === state.kid,
  completes: (name, given, state) =>
    name === "privateKey" && isNothing(state.privateKey) && isWhole(given.privateKey, state),
  rules: keyRules,
  warnings: keyWarnings,

  announce(operation, { moves, replaces, id, inputs: given, state }) {
    // What another server has says nothing about this one.
    if (moves) return;
    if (!replaces) return keepKey(operation, id, given, state);
    leaveKey(operation, id, state);
    if (isOwnSet(state.set)) operation.warn(replacementWarning(textOf(state.set)));
  },

  announceNew: (operation, given) => renewKey(operation, given),

  async create(operation, given) {
    const own = given.privateKey as Jwk | undefined;
    const name = { set: given.set, kid: String(namedKid(given) ?? chosen(given, "kid")) };
    const alg = textOf(given.alg) || textOf(own?.alg) || (own ? String(usualAlgorithm(own)) : "");
    const use = textOf(given.use) || textOf(own?.use) || "sig";
    const jwk = own && { ...own, kid: name.kid, alg, use };
    const ours = isNothing(namedKid(given));
    const stored = await createKey(operation, { ...name, alg, use, jwk, ours });
    const state = withServerDefaults(jsonWebKey, given, {
      ...toState(stored.jwk, name, given),
      ...choicesOf(jsonWebKey, given),
      ...(own ? markCreation(operation, idOf(name)) : {}),
    });
    return unlessUnmet({ id: idOf(name), state }, unmetReasons(jsonWebKey, given, state));
  },

  async read({ api, warn }, { id, state }) {
    const name = nameIn(id);
    const found = await unlessGone(addressed([name.set, name.kid], api.getKey(name.set, name.kid)));
    if (found === undefined) return undefined;
    if (found.jwk.kty === "oct") throw symmetric(id);
    const { publicKey, privateKey } = state;
    const other = privateKey ?? publicKey;
    const drifts = !isNothing(other) && !sameThumbprint(found.jwk, other);
    const mark = driftKey(isNothing(privateKey) ? "kid" : "privateKey");
    // A key that was found changed stays so until it is replaced; one of the program's own may be put back.
    const isOther = drifts || (isNothing(privateKey) && state[mark] === true);
    if (drifts) warn(replacedByOthers);
    return {
      id: idOf(name),
      state: {
        ...toState(found.jwk, name, state),
        ...remembered(state),
        ...(isOther ? { [mark]: true } : {}),
      },
    };
  },

  async update(_operation, { inputs: given, state }) {
    // Only the name of the connection can change in place, and that the program brings the key that is there.
    const { connection: _, privateKey: __, ...rest } = state;
    return {
      ...rest,
      ...withoutUnset({ connection: given.connection, privateKey: given.privateKey }),
      ...choicesOf(jsonWebKey, given),
    };
  },

  inputsFor: (id) => ({ ...nameIn(id) }),

  listInputs: ["set"],

  async list({ api }, query) {
    const set = textOf(query.set);
    if (set === "") throw new Refusal(unlisted);
    const keys = (await unlessGone(addressed([set], api.getKeySet(set)))) ?? [];
    const kids = keys.filter(({ jwk }) => jwk.kty !== "oct").map(({ jwk }) => textOf(jwk.kid));
    return kids.filter((kid) => kid !== "").map((kid) => ({ id: idOf({ set, kid }), name: kid }));
  },

  async delete(operation, { id, state }) {
    if (!sparesKey(operation, id, state)) await deleteKey(operation, nameIn(id), state.publicKey);
  },
};

const replacedByOthers: Explanation = {
  code: "not-ours",
  message: "the server has another key under this set and kid now",
  advice: "the next `pulumi up` replaces it",
};

const unlisted: Explanation = {
  code: "input-invalid",
  message: "set: is required to list keys: Hydra does not tell which sets there are",
};

/** Whether a private key is that of a key of which only the public part is recorded. */
function isWhole(own: unknown, { publicKey, ...state }: Values): boolean {
  if (isNothing(own) || containsUnknown(own) || !sameThumbprint(own, publicKey)) return false;
  const said = own as Jwk;
  return ["kid", "alg", "use"].every((name) => !said[name] || said[name] === state[name]);
}

/** What only we know. */
function remembered(state: Values): Values {
  const names = [choiceKey("kid"), serverDefaultsKey, creationKey];
  return withoutUnset(Object.fromEntries(names.map((name) => [name, state[name]])));
}

function symmetric(id: string): Refusal {
  const message = `${JSON.stringify(id)} is a symmetric key (kty oct): it has no public part, so this resource cannot manage it`;
  return new Refusal({ code: "not-importable", message });
}
