// A client's secret over its life: generated, changed, rotated, found changed. It never leaves state and request body.

import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { Explanation } from "../../explained.ts";
import type { HydraApi, SecretMethod } from "../../hydra/admin.ts";
import { HydraError } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { driftKey } from "../../lifecycle/diff.ts";
import { isNothing, kind, textKind } from "../../lifecycle/field.ts";
import { sameJson, type Values } from "../../lifecycle/value.ts";
import { otherwise } from "../doubt.ts";
import * as known from "../field/known.ts";
import type { HydraOperation } from "../memory.ts";
import { syncClient } from "./sync.ts";

const rotation = z.strictObject({
  /** Any string. When you change it, the provider generates a new secret. */
  trigger: z.string(),
  /** What happens to previous secrets. `keep`: they stay valid alongside the new one, if the server supports it (up to five). `drop`: they stop working immediately. Defaults to `keep`. Up to v26.2.0, Hydra always drops them. */
  previousSecrets: kind(z.enum(known.previousSecrets.values), { ...textKind, known: known.previousSecrets }).optional(),
  /** Whether a rotation also revokes the access tokens that Hydra has issued to the client. Refresh tokens stay valid, and the client can exchange them for new access tokens: `recreateTrigger` revokes them too. JWT access tokens stay valid wherever they are verified offline. Anyone who has a previous secret that the server keeps can get new tokens: set `previousSecrets` to `drop` as well. Defaults to false. */
  revokeTokens: z.boolean().optional(),
});

export type SecretRotation = z.infer<typeof rotation>;

export const secretRotation = kind(rotation, {
  type: "any",
  empty: null,
  isEmpty: () => false,
  same: (left, right) => sameJson(withoutNullMembers(left), withoutNullMembers(right)),
});

function withoutNullMembers(value: unknown): unknown {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, member]) => member !== null));
}

export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Clients that authenticate with nothing have no secret. */
export function hasSecret(values: Values): boolean {
  return values.tokenEndpointAuthMethod !== "none";
}

/** The outputs of these inputs that nobody else knows: of a client that is created, or whose secret is rotated. */
export function generatedSecrets(values: Values, isNew: boolean): string[] {
  const secret = hasSecret(values) && isNothing(values.clientSecret) && (isNew || !isNothing(values.secretRotation));
  const token = isNew && values.keepRegistrationToken === true;
  return [...(secret ? ["clientSecret"] : []), ...(token ? ["registrationAccessToken"] : [])];
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

/** Whether an update makes a secret that nobody knows before. */
export function makesSecret({ send, known, rotate }: SecretPlan, given: Secrets): boolean {
  return rotate || (send !== undefined && send !== known && isNothing(given.clientSecret));
}

/** What is recorded when a secret may have been written and may not: none, and that the next update has to write one. */
export function secretInDoubt({ clientSecret: _, ...rest }: Values): Values {
  return { ...rest, [driftKey("clientSecret")]: true };
}

/** What is recorded of the secret after an update, and what did not work. */
export interface SecretOutcome {
  readonly state: Values;
  readonly reasons: readonly Explanation[];
  /** The secret was rotated after the client had been written. */
  readonly rotated: boolean;
}

/** Does what has to follow the writing of the client. */
export async function finishSecret(operation: HydraOperation, id: string, plan: SecretPlan): Promise<SecretOutcome> {
  const secret = plan.rotate ? await rotate(operation, id, plan.after) : (plan.send ?? plan.known);
  const state = secret === undefined ? {} : { clientSecret: secret };
  try {
    if (plan.dropPrevious) await dropPrevious(operation, id);
    if (plan.revokeTokens) await operation.api.deleteTokens(id);
  } catch (error) {
    if (!(error instanceof HydraError)) throw error;
    // The new secret has to be recorded whatever happens; the trigger is not, so that the next `up` tries again.
    const before = plan.before === undefined ? {} : { secretRotation: plan.before };
    const { code, message, advice } = error;
    const reason = { code, message: `secretRotation: ${message}`, advice };
    return { state: { ...state, ...before }, reasons: [reason], rotated: plan.rotate };
  }
  const after = plan.after === undefined ? {} : { secretRotation: plan.after };
  return { state: { ...state, ...after }, reasons: [], rotated: plan.rotate };
}

// Only servers after v26.2.0 rotate without downtime, and only for clients that authenticate with the secret itself.
async function rotate(operation: HydraOperation, id: string, wanted: SecretRotation | undefined): Promise<string> {
  const write = async () => {
    const secret = newSecret();
    await syncClient(operation, id, () => ({ client_secret: secret }));
    if (wanted?.previousSecrets === "keep") operation.warn(notKept);
    return secret;
  };
  const answer = await operation.api.rotateSecret(id).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    return error;
  });
  if (answer instanceof HydraError) return otherwise(answer, write());
  const { client_secret: secret } = answer;
  return typeof secret === "string" && secret !== "" ? secret : write();
}

/** Only the attempt to rotate shows it. */
const notKept: Explanation = {
  code: "secret-ended",
  message:
    "secretRotation: this server keeps no previous secret of this client, so the previous one has stopped working",
  advice: "give the application the new one now; docs/rotation.md has ways without an interruption",
};

async function dropPrevious(operation: HydraOperation, id: string): Promise<void> {
  await operation.api.dropPreviousSecrets(id).catch((error: unknown) => {
    // A server that cannot keep previous secrets has none.
    if (!isMissing(error)) throw error;
  });
}

function isMissing(error: unknown): error is HydraError {
  return error instanceof HydraError && (error.status === 404 || error.status === 405 || error.code === "refused");
}

/** Asked on a public endpoint, where the configuration wants that: no answer of the admin API tells. */
export async function secretStillWorks(api: HydraApi, json: HydraJson, state: Values): Promise<boolean> {
  const secret = state.clientSecret;
  // By another method than the client has now, the right secret is refused too.
  const method = secretMethodOf(json.token_endpoint_auth_method);
  const asks = api.readsCheckSecrets && typeof secret === "string" && method !== undefined;
  // What is in doubt, or was found changed, stays so until one is written.
  if (!asks || api.checkSecret === undefined) return state[driftKey("clientSecret")] !== true;
  return api.checkSecret(String(json.client_id), secret, method);
}

/** How a client proves its secret, where it does. */
export function secretMethodOf(method: unknown): SecretMethod | undefined {
  return method === "client_secret_basic" || method === "client_secret_post" ? method : undefined;
}
