// TrustedJwtIssuer: an issuer whose signed assertions Hydra accepts for tokens (RFC 7523). Knows nothing of hosts.

import * as z from "zod";
import type { Explanation } from "../../explained.ts";
import type { HydraApi } from "../../hydra/admin.ts";
import { unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { changedFields, unreadKey } from "../../lifecycle/diff.ts";
import { isNothing, rulesOf } from "../../lifecycle/field.ts";
import { Refusal, type Resource } from "../../lifecycle/resource.ts";
import { textOf, type Values } from "../../lifecycle/value.ts";
import { connection, connectionRules } from "../field/connection.ts";
import * as field from "../field/field.ts";
import { sameKey } from "../field/public-key.ts";
import { hydraJsonOf, outputsOf, readFields, unlessUnmet, unmetReasons } from "../hydra-json.ts";
import type { HydraOperation } from "../memory.ts";
import { createTrust } from "./create.ts";
import { deleteTrust } from "./delete.ts";
import { storedKey, trustsOf } from "./key.ts";
import { describeTrusts, keyName, keyNameOf, sameKeyName, subjectIn, subjectOf } from "./name.ts";
import { type KeyRecord, type RecordedTrust, recordOf } from "./record.ts";
import { replacementWarnings, subjectRules, trustWarnings } from "./rule.ts";

const inputs = z.strictObject({
  /** The issuer that signs the assertions: their `iss` claim (RFC 7523, 3). */
  issuer: field.requiredShortText,
  /** The subject (`sub` claim) that the issuer may vouch for. Cannot be combined with `allowAnySubject`. */
  subject: field.shortText.optional(),
  /** Whether the issuer may vouch for any subject. Cannot be combined with `subject`. */
  allowAnySubject: field.flag.optional(),
  /** The scope values that tokens for this issuer's assertions may have. Defaults to none. */
  scope: field.scopes.optional(),
  /** The public key (RFC 7517), with a `kid`, that verifies the assertions. The provider refuses private members. */
  jwk: field.jwk,
  /** When the trust expires (RFC 3339); the server rounds it to the second. Hydra up to v26.2.0 still issues tokens for assertions of an expired trust: delete the trust to stop that. */
  expiresAt: field.timestamp,
  ...connection,
});

const outputs = z.object({
  /** When the trust was created (RFC 3339). */
  createdAt: field.text.optional(),
});

export type TrustedJwtIssuerInputs = z.infer<typeof inputs>;
export type TrustedJwtIssuerOutputs = z.infer<typeof outputs>;

// Hydra has no route that changes a trust.
const fields = rulesOf(inputs, outputs, {
  ...connectionRules,
  issuer: { replaces: true },
  subject: { replaces: true },
  allowAnySubject: { replaces: true },
  scope: { replaces: true },
  jwk: { replaces: true, confidential: true, publicKeys: true },
  expiresAt: { replaces: true },
  createdAt: { stable: true },
});

const plainFields = ["issuer", "subject", "allowAnySubject", "scope", "expiresAt"];

function toState(json: HydraJson, known: Values, jwk: unknown): Values {
  return {
    ...readFields(trustedJwtIssuer, json, known, plainFields),
    ...(isNothing(jwk) ? {} : { jwk }),
    ...outputsOf(trustedJwtIssuer, json),
    ...(isNothing(known.connection) ? {} : { connection: known.connection }),
  };
}

/** In the state: the key under this name could not be read when the trust was made, and may be another one. */
const unconfirmed = "__keyUnconfirmed";

/** In the state: an imported trust whose key the server does not show; all that is recorded of it is its kid. */
const unread = unreadKey("jwk");

export const trustedJwtIssuer: Resource<HydraOperation, TrustedJwtIssuerInputs> = {
  type: "TrustedJwtIssuer",
  inputs,
  outputs,
  fields,
  // Deleting one trust deletes the key, and with it every trust of the same issuer and kid.
  collides: (given, state) => sameKeyName(keyName(given), keyName(state)),
  rules: subjectRules,
  warnings: trustWarnings,

  announce({ memory, urn, warn }, { moves, replaces, id, inputs: given, state }) {
    // What another server has says nothing about this one.
    if (moves) return;
    const changed = changedFields(trustedJwtIssuer, given, state);
    for (const warning of replacementWarnings(changed, given, state, Date.now())) warn(warning);
    const name = keyName(state);
    const record = recordOf(memory, name);
    const { subject, key } = recorded(id, state);
    record.announced = Date.now();
    if (key) record.vouchers.set(id, key);
    if (!replaces) {
      record.kept.set(subject, { id, urn, key });
      requireOneKey(record);
      return;
    }
    record.kept.delete(subject);
    record.replacing.add(subject);
    const keyChanges = sameKeyName(keyName(given), name) && !sameKey(given.jwk, state.jwk);
    if (keyChanges && state[unread] !== true) record.changing.add(subject);
  },

  async create(operation, given) {
    const asked = { name: keyName(given), subject: subjectIn(given), jwk: given.jwk, body: bodyOf(given) };
    const { trust, key, failure } = await createTrust(operation, { ...asked, matches: isAll(given) });
    const state = toState(trust, given, key && !sameKey(key, given.jwk) ? key : given.jwk);
    const live = { id: String(trust.id), state: key ? state : { ...state, [unconfirmed]: true } };
    return unlessUnmet(live, failure ? [failure] : unmetReasons(trustedJwtIssuer, given, state));
  },

  async read(operation, { id, state }) {
    const { api, memory, warn } = operation;
    const same = await unlessGone(api.getTrust(id));
    const json = same ?? (await findTrust(api, state));
    if (json === undefined) {
      recordOf(memory, keyName(state)).kept.delete(subjectIn(state));
      return undefined;
    }
    const name = keyNameOf(json);
    const record = recordOf(memory, name);
    if (!same) record.successors.set(id, String(json.id));
    const stored = await storedKey(operation, name);
    const found = (jwk: unknown, marks: Values = {}) => ({
      id: String(json.id),
      state: { ...toState(json, state, jwk), ...marks },
    });
    if (stored.readable && stored.key !== undefined) {
      const unchanged = !isNothing(state.jwk) && sameKey(stored.key, state.jwk);
      return found(unchanged ? state.jwk : stored.key);
    }
    // Under another id it was recreated, whoever did that, and nobody shows with which key.
    const doubtful = !same && !stored.readable && !record.vouchers.has(String(json.id));
    if (stored.readable || !isNothing(state.jwk)) {
      return found(state.jwk, { ...marksOf(state), ...(doubtful ? { [unconfirmed]: true } : {}) });
    }
    warn(keyUnread);
    return found({ kid: name.kid }, { [unconfirmed]: true, [unread]: true });
  },

  async update(_operation, { inputs: given, state }) {
    // Only the name of the connection can change in place, and what is known of a key that no answer shows.
    const { connection: _, [unread]: isUnread, ...rest } = state;
    const connection = isNothing(given.connection) ? {} : { connection: given.connection };
    return { ...rest, ...(isUnread === true ? { jwk: given.jwk } : {}), ...connection };
  },

  listInputs: ["issuer"],

  async list({ api }, query) {
    const issuer = typeof query.issuer === "string" && query.issuer !== "" ? query.issuer : undefined;
    const all = await api.listTrusts(issuer);
    return all.map((json) => ({ id: String(json.id), name: textOf(json.issuer) }));
  },

  async delete(operation, { id, state }) {
    const other = await deleteTrust(operation, keyName(state), recorded(id, state));
    if (other === undefined) return;
    // A state that was edited, or is older than we know of, does not say which trust this is: the server does.
    const found = { ...toState(other, {}, { kid: keyNameOf(other).kid }), [unconfirmed]: true };
    await deleteTrust(operation, keyNameOf(other), recorded(id, found));
  },
};

const keyUnread: Explanation = {
  code: "key-unread",
  message: "jwk: this server cannot show the key of this trust",
  advice: "write the key into the program, and the next `up` records it without touching the trust",
};

function marksOf(state: Values): Values {
  return Object.fromEntries([unconfirmed, unread].filter((mark) => state[mark] === true).map((mark) => [mark, true]));
}

function recorded(id: string, state: Values): RecordedTrust {
  const certain = !isNothing(state.jwk) && state[unconfirmed] !== true && state[unread] !== true;
  return { id, subject: subjectIn(state), key: certain ? (state.jwk as HydraJson) : undefined, matches: isAll(state) };
}

function bodyOf(given: Values): HydraJson {
  return hydraJsonOf(trustedJwtIssuer, given, [...plainFields, "jwk"]);
}

/** Tells a trust that is all that these values say, its key apart. */
function isAll(values: Values): (trust: HydraJson) => boolean {
  return (trust) => unmetReasons(trustedJwtIssuer, values, toState(trust, values, values.jwk)).length === 0;
}

/** The server has one key for an issuer and kid: where two are recorded, one of the trusts is gone. */
function requireOneKey({ kept }: KeyRecord): void {
  const keys = [...kept.values()].flatMap(({ key }) => key ?? []);
  if (keys.every((key) => sameKey(key, keys[0]))) return;
  const message = `jwk: ${describeTrusts([...kept.keys()])} have one issuer and kid and different keys in the state, and the server has one key for them`;
  const advice = "run `pulumi refresh`, give all of them one key, then run `pulumi up`";
  throw new Refusal({ code: "other-key", message, advice });
}

/** A trust of the same issuer, subject and kid: it has a new id when it was recreated because a sibling was deleted. */
async function findTrust(api: HydraApi, values: Values): Promise<HydraJson | undefined> {
  if (isNothing(values.issuer)) return undefined;
  return (await trustsOf(api, keyName(values))).find((trust) => subjectOf(trust) === subjectIn(values));
}
