// TrustedJwtIssuer: an issuer whose signed assertions Hydra accepts for tokens (RFC 7523). Knows nothing of hosts.

import * as z from "zod";
import type { Admin, Wire } from "../hydra/admin.ts";
import { HydraError, unlessGone } from "../hydra/error.ts";
import type { Failure } from "../lifecycle/check.ts";
import { type FieldRules, isNothing } from "../lifecycle/field.ts";
import { type Live, PartialFailure, Refusal, type Resource } from "../lifecycle/resource.ts";
import { containsUnknown, type Values } from "../lifecycle/value.ts";
import { connection, connectionRules } from "./connection.ts";
import * as field from "./field.ts";
import { outputsOf, readFields, unmetReasons, wireOf } from "./wire.ts";

const inputs = z.strictObject({
  /** Who signs the assertions: their `iss` claim (RFC 7523, 3). */
  issuer: field.requiredText,
  /** The one subject (`sub` claim) that the issuer may vouch for. Excludes `allowAnySubject`. */
  subject: field.text.optional(),
  /** Whether the issuer may vouch for any subject. Excludes `subject`. */
  allowAnySubject: field.flag.optional(),
  /** The scope values that tokens from this issuer's assertions may have. Unset: none. */
  scope: field.list.optional(),
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

/** One key under which the server keeps the public key, shared by all trusts of the pair. */
interface KeyName {
  readonly issuer: string;
  readonly kid: string;
}

function keyName(values: Values): KeyName {
  return { issuer: String(values.issuer), kid: String((values.jwk as Values | undefined)?.kid) };
}

function keyNameOf(wire: Wire): KeyName {
  const key = (wire.public_key ?? {}) as Values;
  return { issuer: String(wire.issuer), kid: String(key.kid) };
}

const sameKeyName = (left: KeyName, right: KeyName) => left.issuer === right.issuer && left.kid === right.kid;

function toState(wire: Wire, known: Values, jwk: unknown): Values {
  return {
    ...readFields(trustedJwtIssuer, wire, known, plainFields),
    ...(isNothing(jwk) ? {} : { jwk }),
    ...outputsOf(trustedJwtIssuer, wire),
    ...(isNothing(known.connection) ? {} : { connection: known.connection }),
  };
}

export const trustedJwtIssuer: Resource<Admin, TrustedJwtIssuerInputs> = {
  type: "TrustedJwtIssuer",
  inputs,
  outputs,
  fields,
  // Deleting one trust deletes the key, and with it every trust of the same issuer and kid.
  collides: (given, state) => sameKeyName(keyName(given), keyName(state)),
  rules: subjectRules,

  async create({ server, inputs: given, signal }) {
    await refuseOtherKey(server, given, signal);
    const wire = await post(server, given, signal);
    const live: Live = { id: String(wire.id), state: toState(wire, given, given.jwk) };
    const reasons = unmetReasons(trustedJwtIssuer, given, live.state);
    if (reasons.length > 0) throw new PartialFailure(live, reasons);
    return live;
  },

  async read({ server, id, state, signal }) {
    const wire = (await unlessGone(server.getTrust(id, signal))) ?? (await findTrust(server, state, signal));
    if (wire === undefined) return undefined;
    const stored = await storedKey(server, keyNameOf(wire), signal);
    const unchanged = stored === undefined || (!isNothing(state.jwk) && field.sameKey(stored, state.jwk));
    return { id: String(wire.id), state: toState(wire, state, unchanged ? state.jwk : stored) };
  },

  async update({ inputs: given, state }) {
    // Only the name of the connection can change in place.
    const { connection: _, ...rest } = state;
    return isNothing(given.connection) ? rest : { ...rest, connection: given.connection };
  },

  async delete({ server, id, state, signal }) {
    if ((await unlessGone(server.deleteTrust(id, signal).then(() => true))) === true) return;
    const renewed = await findTrust(server, state, signal);
    if (renewed) await unlessGone(server.deleteTrust(String(renewed.id), signal));
  },
};

function subjectRules({ subject, allowAnySubject }: Values): Failure[] {
  if (containsUnknown(subject) || containsUnknown(allowAnySubject)) return [];
  const named = !isNothing(subject) && subject !== "";
  if (named && allowAnySubject === true) {
    return [{ path: ["subject"], reason: "excludes allowAnySubject: name one subject or allow any, not both" }];
  }
  if (!named && allowAnySubject !== true) {
    return [{ path: ["subject"], reason: "is required unless allowAnySubject is true" }];
  }
  return [];
}

async function post(server: Admin, given: TrustedJwtIssuerInputs, signal?: AbortSignal): Promise<Wire> {
  try {
    return (await server.createTrust(wireOf(given, [...plainFields, "jwk"]), signal)).wire;
  } catch (error) {
    if (!(error instanceof HydraError) || error.kind !== "conflict") throw error;
    const found = await findTrust(server, given, signal);
    throw new Refusal(
      "a trust of this issuer, subject and kid exists already and was not made by this resource; " +
        `adopt it with \`pulumi import hydra:index:TrustedJwtIssuer <name> ${found ? String(found.id) : "<id>"}\`, or delete it`,
    );
  }
}

/** A trust of the same issuer, subject and kid: siblings are made anew under new ids when one of them is deleted. */
async function findTrust(server: Admin, values: Values, signal?: AbortSignal): Promise<Wire | undefined> {
  if (isNothing(values.issuer)) return undefined;
  const wanted = keyName(values);
  const all = await server.listTrusts(wanted.issuer, signal);
  return all.find((wire) => {
    const subject = wire.allow_any_subject === true ? undefined : wire.subject;
    const sought = values.allowAnySubject === true ? undefined : values.subject;
    return sameKeyName(keyNameOf(wire), wanted) && subject === sought;
  });
}

// Hydra answers 201 to a second key under one issuer and kid, and silently keeps the first.
async function refuseOtherKey(server: Admin, given: Values, signal?: AbortSignal): Promise<void> {
  const stored = await storedKey(server, keyName(given), signal);
  if (stored === undefined || field.sameKey(stored, given.jwk)) return;
  throw new Refusal(
    "jwk: the server already has another key under this issuer and kid, and would go on using it; " +
      "give the new key a kid of its own, or delete the trusts that use the old one first",
  );
}

/** The key the server has under this name; `undefined` when it has none, or cannot say (v2.3.0, issuers with a slash). */
async function storedKey(server: Admin, { issuer, kid }: KeyName, signal?: AbortSignal): Promise<Wire | undefined> {
  try {
    return (await server.getKeys(issuer, kid, signal))[0];
  } catch (error) {
    if (error instanceof HydraError && error.status === 404) return undefined;
    throw error;
  }
}
