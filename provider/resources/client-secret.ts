// A client's secret over its life: generated, changed, rotated, found changed. It never leaves state and request body.

import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { Admin } from "../hydra/admin.ts";
import { HydraError } from "../hydra/error.ts";
import { driftKey } from "../lifecycle/diff.ts";
import { isNothing, kind } from "../lifecycle/field.ts";
import { sameJson, type Values } from "../lifecycle/value.ts";
import { syncClient } from "./client-sync.ts";

const rotation = z.strictObject({
  /** Any text; when it changes, a new secret is generated. */
  trigger: z.string(),
  /** What becomes of the secrets before: `keep` lets them work beside the new one where the server can do that (it keeps up to five), `drop` ends them at once. Unset: `keep`. Servers up to v26.2.0 always end them at once. */
  previousSecrets: z.enum(["keep", "drop"]).optional(),
  /** Whether a rotation also ends the tokens that the client was issued so far. Unset: false. */
  revokeTokens: z.boolean().optional(),
});

export type SecretRotation = z.infer<typeof rotation>;

export const secretRotation = kind(rotation, { type: "any", empty: null, isEmpty: () => false, same: sameJson });

export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Clients that authenticate with nothing have no secret. */
export function hasSecret(values: Values): boolean {
  return values.tokenEndpointAuthMethod !== "none";
}

/** What an update does about the secret. */
export interface SecretPlan {
  /** Written with the client. */
  readonly send?: string;
  /** Known already, and unchanged. */
  readonly known?: string;
  readonly rotate: boolean;
  readonly dropPrevious: boolean;
  readonly revokeTokens: boolean;
  readonly before: SecretRotation | undefined;
  readonly after: SecretRotation | undefined;
}

interface Secrets extends Values {
  readonly clientSecret?: string | undefined;
  readonly secretRotation?: SecretRotation | undefined;
}

export function planSecret(given: Secrets, state: Secrets): SecretPlan {
  const [before, after] = [state.secretRotation ?? undefined, given.secretRotation ?? undefined];
  const known = state.clientSecret ?? undefined;
  const rotates = after !== undefined && after.trigger !== before?.trigger && hasSecret(given);
  const drops = after?.previousSecrets === "drop";
  const appears = hasSecret(given) && state.tokenEndpointAuthMethod === "none" && known === undefined;
  const drifted = state[driftKey("clientSecret")] === true;
  const send = isNothing(given.clientSecret)
    ? appears || (rotates && (drops || drifted)) || (drifted && known === undefined && hasSecret(given))
      ? newSecret()
      : drifted
        ? known
        : undefined
    : given.clientSecret !== known || drifted
      ? given.clientSecret
      : undefined;
  return {
    ...(send === undefined ? {} : { send }),
    ...(known === undefined ? {} : { known }),
    rotate: rotates && send === undefined,
    dropPrevious: drops && !rotates && before?.previousSecrets !== "drop",
    revokeTokens: rotates && after?.revokeTokens === true,
    before,
    after,
  };
}

/** What is recorded when a secret may have been written and may not: none, and that the next update has to write one. */
export function secretInDoubt({ clientSecret: _, ...rest }: Values): Values {
  return { ...rest, [driftKey("clientSecret")]: true };
}

/** What is recorded of the secret after an update, and what did not work. */
export interface SecretOutcome {
  readonly state: Values;
  readonly reasons: readonly string[];
  /** The secret was rotated after the client had been written. */
  readonly rotated: boolean;
}

/** Does what has to follow the writing of the client. */
export async function finishSecret(
  server: Admin,
  id: string,
  plan: SecretPlan,
  signal?: AbortSignal,
): Promise<SecretOutcome> {
  const secret = plan.rotate ? await rotate(server, id, signal) : (plan.send ?? plan.known);
  const state = secret === undefined ? {} : { clientSecret: secret };
  try {
    if (plan.dropPrevious) await dropPrevious(server, id, signal);
    if (plan.revokeTokens) await server.deleteTokens(id, signal);
  } catch (error) {
    if (!(error instanceof HydraError)) throw error;
    // The new secret has to be recorded whatever happens; the trigger is not, so that the next `up` tries again.
    const before = plan.before === undefined ? {} : { secretRotation: plan.before };
    return { state: { ...state, ...before }, reasons: [`secretRotation: ${error.message}`], rotated: plan.rotate };
  }
  const after = plan.after === undefined ? {} : { secretRotation: plan.after };
  return { state: { ...state, ...after }, reasons: [], rotated: plan.rotate };
}

// Only servers after v26.2.0 rotate without downtime, and only for clients that authenticate with the secret itself.
async function rotate(server: Admin, id: string, signal?: AbortSignal): Promise<string> {
  try {
    const { client_secret: secret } = await server.rotateSecret(id, signal);
    if (typeof secret === "string" && secret !== "") return secret;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const secret = newSecret();
  await syncClient(server, id, () => ({ client_secret: secret }), signal);
  return secret;
}

async function dropPrevious(server: Admin, id: string, signal?: AbortSignal): Promise<void> {
  await server.dropPreviousSecrets(id, signal).catch((error: unknown) => {
    // A server that cannot keep previous secrets has none.
    if (!isMissing(error)) throw error;
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof HydraError && (error.status === 404 || error.status === 405 || error.kind === "refused");
}
