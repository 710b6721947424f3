// How a revocation is done: which calls end what its target names, in which order, and what is looked at before. Each call
// may be repeated: what is revoked stays revoked.

import type { HydraApi } from "../../hydra/admin.ts";
import { amended, HydraError, unlessGone } from "../../hydra/error.ts";
import { Refusal } from "../../lifecycle/resource.ts";
import type { Values } from "../../lifecycle/value.ts";
import type { HydraOperation } from "../memory.ts";

/** What a Revocation is about. */
export interface Target {
  readonly clientId?: string | undefined;
  readonly subject?: string | undefined;
  readonly loginSessionId?: string | undefined;
  readonly consentRequestId?: string | undefined;
}

/** Revokes what the target names. */
export async function revoke({ api, warn }: HydraOperation, target: Target): Promise<void> {
  const { clientId, subject } = target;
  if (clientId !== undefined) await requireClient(api, clientId);
  if (subject !== undefined && (await hasNoConsent(api, subject, clientId))) {
    const message = `subject: Hydra has no consent of this subject${clientId === undefined ? "" : " to this client"}`;
    warn({ code: "likely-mistake", message, advice: "if you expected some, check the spelling" });
  }
  for (const call of callsFor(api, target)) await call().catch((error: unknown) => explain(error, target));
}

/** Sign-ins end before consent does: who is signed in could give it again. */
function callsFor(api: HydraApi, target: Target): (() => Promise<void>)[] {
  const { clientId, subject, loginSessionId: sid, consentRequestId } = target;
  if (sid !== undefined) return [() => api.revokeLogins({ sid })];
  if (consentRequestId !== undefined) return [() => api.revokeConsent({ consent_request_id: consentRequestId })];
  if (subject !== undefined && clientId !== undefined) return [() => api.revokeConsent({ subject, client: clientId })];
  if (subject !== undefined) {
    return [() => api.revokeLogins({ subject }), () => api.revokeConsent({ subject, all: "true" })];
  }
  return clientId === undefined ? [] : [() => api.deleteTokens(clientId)];
}

/** Hydra answers 204 for a client that it does not have: a misspelt id would revoke nothing, and look as if it had. */
async function requireClient(api: HydraApi, id: string): Promise<void> {
  try {
    if ((await unlessGone(api.getClient(id))) !== undefined) return;
  } catch (error) {
    // v2.3.0 cannot show a client whose id holds a slash, but revokes its tokens.
    if (id.includes("/") && error instanceof HydraError && error.status === 404) return;
    throw error;
  }
  const message = `clientId: there is no client ${JSON.stringify(id)}, and nothing was revoked; the tokens of a deleted client are invalid already`;
  throw new Refusal({ code: "not-found", message, advice: "correct the id, or remove this Revocation" });
}

/** The same of a subject, which may have no consent and be signed in all the same. What cannot be looked at is revoked without a look. */
async function hasNoConsent(api: HydraApi, subject: string, clientId: string | undefined): Promise<boolean> {
  const sessions = await api.listConsentSessions(subject).catch((error: unknown) => {
    if (error instanceof HydraError) return undefined;
    throw error;
  });
  const clientOf = ({ consent_request }: Values) =>
    ((consent_request as Values | undefined)?.client as Values)?.client_id;
  return sessions?.every((session) => clientId !== undefined && clientOf(session) !== clientId) ?? false;
}

/** Nothing is recorded of what failed: the next attempt does all of it again. */
function explain(error: unknown, { consentRequestId }: Target): never {
  if (!(error instanceof HydraError)) throw error;
  if (consentRequestId !== undefined && error.status === 400) {
    const message = `consentRequestId: this server cannot revoke a single consent (${error.message}); it needs Hydra v25.4.0 or later`;
    throw new Refusal({ code: "server-too-old", message, advice: "give subject and clientId instead" }, error);
  }
  const message = `${error.message}; some of it may have been revoked`;
  const advice = "run the command again: it revokes everything again";
  throw amended(error, { code: "in-doubt", message, advice, uncertain: false });
}
