// TrustedJwtIssuer: an issuer whose signed assertions Hydra accepts for tokens (RFC 7523). Knows nothing of hosts.

import * as z from "zod";
import type { Admin, Wire } from "../hydra/admin.ts";
import { HydraError, mayHaveWritten, unlessGone } from "../hydra/error.ts";
import { unreadKey } from "../lifecycle/diff.ts";
import { type FieldRules, isNothing } from "../lifecycle/field.ts";
import { type Live, PartialFailure, Refusal, type Resource } from "../lifecycle/resource.ts";
import { textOf, type Values } from "../lifecycle/value.ts";
import { connection, connectionRules } from "./connection.ts";
import { lookAfter } from "./doubt.ts";
import * as field from "./field.ts";
import { deleteAlone, describeTrusts } from "./trust-delete.ts";
import {
  eventually,
  isConfirmed,
  type KeyName,
  type KeyRecord,
  keyName,
  keyNameOf,
  recordOf,
  type Stored,
  sameKeyName,
  storedKey,
  subjectOf,
  trustsOf,
} from "./trust-key.ts";
import { expiryWarnings, subjectRules } from "./trust-rule.ts";
import { outputsOf, readFields, unmetReasons, wireOf } from "./wire.ts";

const inputs = z.strictObject({
  /** Who signs the assertions: their `iss` claim (RFC 7523, 3). */
  issuer: field.requiredText,
  /** The one subject (`sub` claim) that the issuer may vouch for. Excludes `allowAnySubject`. */
  subject: field.text.optional(),
  /** Whether the issuer may vouch for any subject. Excludes `subject`. */
  allowAnySubject: field.flag.optional(),
  /** The scope values that tokens from this issuer's assertions may have. Unset: none. */
  scope: field.scopes.optional(),
  /** The public key (RFC 7517), with a `kid`, that verifies the assertions. Private members are refused. */
  jwk: field.jwk,
  /** When the trust ends (RFC 3339); the server rounds it to the second. */
  expiresAt: field.timestamp,
  ...connection,
});

const outputs = z.object({
  /** When the trust was made (RFC 3339). */
  createdAt: field.text.optional(),
});

export type TrustedJwtIssuerInputs = z.infer<typeof inputs>;
export type TrustedJwtIssuerOutputs = z.infer<typeof outputs>;

// Hydra has no route that changes a trust.
const fields: Readonly<Record<string, FieldRules>> = {
  ...connectionRules,
  issuer: { replaces: true },
  subject: { replaces: true },
  allowAnySubject: { replaces: true },
  scope: { replaces: true },
  jwk: { replaces: true },
  expiresAt: { replaces: true },
};

const plainFields = ["issuer", "subject", "allowAnySubject", "scope", "expiresAt"];

function toState(wire: Wire, known: Values, jwk: unknown): Values {
  return {
    ...readFields(trustedJwtIssuer, wire, known, plainFields),
    ...(isNothing(jwk) ? {} : { jwk }),
    ...outputsOf(trustedJwtIssuer, wire),
    ...(isNothing(known.connection) ? {} : { connection: known.connection }),
  };
}

/** In the state: the key under this name could not be read when the trust was made, and may be another one. */
const unconfirmed = "__keyUnconfirmed";

/** In the state: an imported trust whose key the server does not show; all that is recorded of it is its kid. */
const unread = unreadKey("jwk");

export const trustedJwtIssuer: Resource<Admin, TrustedJwtIssuerInputs> = {
  type: "TrustedJwtIssuer",
  inputs,
  outputs,
  fields,
  // Deleting one trust deletes the key, and with it every trust of the same issuer and kid.
  collides: (given, state) => sameKeyName(keyName(given), keyName(state)),
  rules: subjectRules,
  warnings: expiryWarnings,

  announce({ server, moves, inputs: given, state }) {
    // What another server has says nothing about this one.
    if (moves) return;
    const name = keyName(state);
    const record = recordOf(server, name);
    if (isNothing(state.jwk) || state[unread] === true) return;
    if (state[unconfirmed] !== true) record.confirmed ??= state.jwk as Wire;
    const keyChanges = sameKeyName(keyName(given), name) && !field.sameKey(given.jwk, state.jwk);
    if (keyChanges) record.leaving.add(subjectOf(wireOf(trustedJwtIssuer, state, plainFields)));
  },

  async create({ server, inputs: given, signal, warn }) {
    const name = keyName(given);
    const record = recordOf(server, name);
    // Where this operation takes trusts of the key away, it will be free in a moment.
    const accepted = () => accepts(server, name, given.jwk, record, signal);
    if (record.leaving.size > 0 && !(await eventually(accepted, signal))) throw otherKey();
    return record.alone(async () => {
      const stored = await storedKey(server, name, signal);
      // A trust cannot be without its key.
      const siblings = stored.readable && !stored.key ? [] : await trustsOf(server, name, signal);
      const confirmed = confirm(name, given.jwk, stored, siblings, record, warn);
      // Another one has to be seen before: once an answer is lost, it could be the one that was made.
      const before = siblings.find(isOf(given));
      if (before) throw existsAlready(before);
      const wire = await post(server, given, signal);
      record.leaving.delete(subjectOf(wire));
      const state = { ...toState(wire, given, given.jwk), ...(confirmed ? {} : { [unconfirmed]: true }) };
      const live: Live = { id: String(wire.id), state };
      const reasons = unmetReasons(trustedJwtIssuer, given, state);
      if (reasons.length > 0) throw new PartialFailure(live, reasons);
      return live;
    });
  },

  async read({ server, id, state, signal, warn }) {
    const wire = (await unlessGone(server.getTrust(id, signal))) ?? (await findTrust(server, state, signal));
    if (wire === undefined) return undefined;
    const stored = await storedKey(server, keyNameOf(wire), signal);
    const found = (jwk: unknown, marks: Values = {}) => ({
      id: String(wire.id),
      state: { ...toState(wire, state, jwk), ...marks },
    });
    if (stored.readable && stored.key !== undefined) {
      const unchanged = !isNothing(state.jwk) && field.sameKey(stored.key, state.jwk);
      return found(unchanged ? state.jwk : stored.key);
    }
    if (stored.readable || !isNothing(state.jwk)) return found(state.jwk, marksOf(state));
    warn(
      "jwk: this server cannot show the key of this trust; name it in the program, and the next `up` records it without touching the trust",
    );
    return found({ kid: keyNameOf(wire).kid }, { [unconfirmed]: true, [unread]: true });
  },

  async update({ inputs: given, state }) {
    // Only the name of the connection can change in place, and what is known of a key that no answer shows.
    const { connection: _, [unread]: isUnread, ...rest } = state;
    const connection = isNothing(given.connection) ? {} : { connection: given.connection };
    return { ...rest, ...(isUnread === true ? { jwk: given.jwk } : {}), ...connection };
  },

  listInputs: ["issuer"],

  async list({ server, query, signal }) {
    const issuer = typeof query.issuer === "string" && query.issuer !== "" ? query.issuer : undefined;
    const all = await server.listTrusts(issuer, signal);
    return all.map((wire) => ({ id: String(wire.id), name: textOf(wire.issuer) }));
  },

  async delete({ server, id, state, signal, warn }) {
    const name = keyName(state);
    const record = recordOf(server, name);
    const subject = subjectOf(wireOf(trustedJwtIssuer, state, plainFields));
    const keyChanges = record.leaving.has(subject);
    record.leaving.add(subject);
    if (state[unconfirmed] !== true && !isNothing(state.jwk)) record.confirmed ??= state.jwk as Wire;
    const other = await record.alone(async () => {
      const trusts = await trustsOf(server, name, signal);
      const listed = trusts.find((trust) => trust.id === id) ?? trusts.find((trust) => subjectOf(trust) === subject);
      // A list is no proof of absence: its pages move on while other trusts of the issuer are deleted.
      const own = listed ?? (await unlessGone(server.getTrust(id, signal)));
      if (own === undefined && !record.deleted) {
        warn(
          `this trust was gone already, and with one trust Hydra deletes all of its issuer and kid: if you have others for ${JSON.stringify(name.issuer)}, ` +
            "run `pulumi refresh`, then `pulumi up`",
        );
      }
      record.deleted = true;
      if (own === undefined || !sameKeyName(keyNameOf(own), name)) return own;
      const survivors = () => trusts.filter((trust) => trust.id !== own.id && !record.leaving.has(subjectOf(trust)));
      if (keyChanges && !(await eventually(() => survivors().length === 0, signal))) throw sharedKey(survivors());
      await deleteAlone(server, name, own, survivors(), record, signal);
      return undefined;
    });
    if (other === undefined) return;
    // A state that was edited, or is older than we know of, does not say which trust this is: the server does.
    const found = { ...toState(other, {}, { kid: keyNameOf(other).kid }), [unconfirmed]: true };
    await trustedJwtIssuer.delete({ server, id, state: found, signal, warn });
  },
};

function marksOf(state: Values): Values {
  return Object.fromEntries([unconfirmed, unread].filter((mark) => state[mark] === true).map((mark) => [mark, true]));
}

/** Whether the server would take this key: Hydra answers 201 to a second key and silently keeps the first. */
async function accepts(
  server: Admin,
  name: KeyName,
  jwk: unknown,
  record: KeyRecord,
  signal?: AbortSignal,
): Promise<boolean> {
  const stored = await storedKey(server, name, signal);
  if (stored.readable) return stored.key === undefined || field.sameKey(stored.key, jwk);
  if (record.confirmed === undefined || isConfirmed(record, jwk)) return true;
  return (await trustsOf(server, name, signal)).length === 0;
}

async function post(server: Admin, given: TrustedJwtIssuerInputs, signal?: AbortSignal): Promise<Wire> {
  try {
    return await server.createTrust(wireOf(trustedJwtIssuer, given, [...plainFields, "jwk"]), signal);
  } catch (error) {
    if (mayHaveWritten(error)) {
      const where = `it may have made the trust: before the next \`pulumi up\`, look for it by its issuer, and ${recovery("<id>")}`;
      const made = await lookAfter(error, where, (limit) => findTrust(server, given, limit), signal);
      if (made && unmetReasons(trustedJwtIssuer, given, toState(made, given, given.jwk)).length === 0) return made;
      if (made) throw existsAlready(made);
    }
    if (error instanceof HydraError && error.kind === "conflict") throw existsAlready();
    throw error;
  }
}

function existsAlready(found?: Wire): Refusal {
  const id = found ? String(found.id) : "<id>";
  return new Refusal(
    `a trust of this issuer, subject and kid exists already and was not made by this resource; ${recovery(id)}`,
  );
}

function recovery(id: string): string {
  return (
    `adopt it on the plugin with \`pulumi import hydra:index:TrustedJwtIssuer <name> ${id}\`, ` +
    `or delete it with a DELETE of /admin/trust/grants/jwt-bearer/issuers/${id}; then run \`pulumi refresh\`: trusts that share its key go with it`
  );
}

/** A trust of the same issuer, subject and kid: it has a new id when it was made anew because a sibling was deleted. */
async function findTrust(server: Admin, values: Values, signal?: AbortSignal): Promise<Wire | undefined> {
  if (isNothing(values.issuer)) return undefined;
  return (await trustsOf(server, keyName(values), signal)).find(isOf(values));
}

/** Tells the trusts for the subject that these values name. */
function isOf(values: Values): (trust: Wire) => boolean {
  const subject = subjectOf(wireOf(trustedJwtIssuer, values, plainFields));
  return (trust) => subjectOf(trust) === subject;
}

/** Whether the server certainly has this key, or will have it when the trust is made. */
function confirm(
  name: KeyName,
  jwk: Wire,
  stored: Stored,
  siblings: readonly Wire[],
  record: KeyRecord,
  warn: (message: string) => void,
): boolean {
  if (stored.readable) {
    if (stored.key !== undefined && !field.sameKey(stored.key, jwk)) throw otherKey();
  } else if (!isConfirmed(record, jwk) && siblings.length > 0) {
    if (record.confirmed !== undefined) throw otherKey();
    warn(
      `other trusts have the issuer ${JSON.stringify(name.issuer)} and the kid ${JSON.stringify(name.kid)}, and this server cannot show ` +
        "the key that they use: if it is not this jwk, it stays in use and assertions signed with this jwk's key are refused",
    );
    return false;
  }
  record.confirmed = jwk;
  return true;
}

function otherKey(): Refusal {
  return new Refusal(
    "jwk: the server already has another key under this issuer and kid, and would go on using it; " +
      "give the new key a kid of its own, or delete the trusts that use the old one first",
  );
}

function sharedKey(survivors: readonly Wire[]): Refusal {
  return new Refusal(
    `jwk: ${describeTrusts(survivors)} of this issuer and kid would lose their key, and nothing in this operation changes them; ` +
      "change the jwk of all of them together, or give the new key a kid of its own. Nothing was deleted",
  );
}
