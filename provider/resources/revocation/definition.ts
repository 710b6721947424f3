// Revocation: an act on what Hydra has issued to people and clients, done once and recorded. Knows nothing of hosts.

import { randomUUID } from "node:crypto";
import * as z from "zod";
import { rulesOf } from "../../lifecycle/field.ts";
import { Refusal, type Resource } from "../../lifecycle/resource.ts";
import { withoutUnset } from "../../lifecycle/value.ts";
import { connection, connectionRules } from "../field/connection.ts";
import * as field from "../field/field.ts";
import type { HydraOperation } from "../memory.ts";
import { revoke } from "./revoke.ts";
import { targetRules } from "./rule.ts";

const inputs = z.strictObject({
  /** The client whose access tokens the provider revokes. Its refresh tokens stay valid. With `subject`: the client to which the subject gave consent. */
  clientId: field.requiredShortText.optional(),
  /** The subject whose consent the provider revokes, with all access and refresh tokens that came from it. Without `clientId`, the provider revokes the consent to every client and ends all sign-ins of the subject. */
  subject: field.requiredShortText.optional(),
  /** The login session to end: the claim `sid` of its ID tokens. Its tokens stay valid. Cannot be combined with another target. */
  loginSessionId: field.requiredShortText.optional(),
  /** The consent to revoke, with all access and refresh tokens that came from it. Needs Hydra v25.4.0. Cannot be combined with another target. */
  consentRequestId: field.requiredShortText.optional(),
  /** Any JSON. When it changes, the provider revokes again. */
  triggers: field.json.optional(),
  ...connection,
});

const outputs = z.object({
  /** When the provider sent the revocation (RFC 3339). */
  revokedAt: field.text.optional(),
});

export type RevocationInputs = z.infer<typeof inputs>;

const fields = rulesOf(inputs, outputs, {
  ...connectionRules,
  clientId: { replaces: true },
  subject: { replaces: true },
  loginSessionId: { replaces: true },
  consentRequestId: { replaces: true, since: "v25.4.0" },
  triggers: { replaces: true, local: true, confidential: true },
  revokedAt: { stable: true },
});

/**
 * What it revoked is gone, and Hydra keeps no record of that. So a deletion does nothing, and a change is another revocation:
 * a replacement, in either order.
 */
export const revocation: Resource<HydraOperation, RevocationInputs> = {
  type: "Revocation",
  inputs,
  outputs,
  fields,
  collides: () => false,
  rules: targetRules,

  async create(operation, given) {
    await revoke(operation, given);
    return { id: randomUUID(), state: { ...withoutUnset(given), revokedAt: new Date().toISOString() } };
  },

  async read(_operation, { id, state }) {
    if (Object.keys(state).length === 0) throw notImportable();
    return { id, state };
  },

  // Another name for the same server is all that changes in place.
  update: async (_operation, { inputs: given, state }) => withoutUnset({ ...given, revokedAt: state.revokedAt }),

  listInputs: [],

  list: async () => [],

  delete: async () => undefined,
};

function notImportable(): Refusal {
  const message = "Hydra keeps no record of a revocation, so none can be imported or looked up";
  return new Refusal({ code: "not-importable", message, advice: "declare a new one" });
}
