// Functions that look at what a running Hydra has issued: tokens and consent.

import * as z from "zod";
import { camelCase } from "../hydra/naming.ts";
import { isNothing, rulesOf } from "../lifecycle/field.ts";
import type { ServerFunction } from "../lifecycle/function.ts";
import type { Values } from "../lifecycle/value.ts";
import { connection, connectionRules } from "../resources/field/connection.ts";
import * as field from "../resources/field/field.ts";
import type { HydraOperation } from "../resources/memory.ts";

const token = z.strictObject({
  /** The access or refresh token. */
  token: field.requiredText,
  /** Scope values, separated by spaces, that the token must have to count as active. */
  scope: field.text.optional(),
  ...connection,
});

const introspection = z.object({
  /** Whether the token is valid now. */
  active: z.boolean(),
  /** The client that the token was issued to. */
  clientId: z.string().optional(),
  /** The subject of the token. */
  sub: z.string().optional(),
  /** The issuer of the token. */
  iss: z.string().optional(),
  /** The audiences of the token. */
  aud: z.array(z.string()).optional(),
  /** The token's scope values, separated by spaces. */
  scope: z.string().optional(),
  /** When the token expires, in seconds since 1970. */
  exp: z.int().optional(),
  /** When the token was issued, in seconds since 1970. */
  iat: z.int().optional(),
  /** When the token becomes valid, in seconds since 1970. */
  nbf: z.int().optional(),
  /** `Bearer`. */
  tokenType: z.string().optional(),
  /** `access_token` or `refresh_token`. */
  tokenUse: z.string().optional(),
  /** The subject as a pairwise client sees it. */
  obfuscatedSubject: z.string().optional(),
  /** A human-readable name of the subject. */
  username: z.string().optional(),
  /** Claims that the consent app added to the token. */
  ext: z.json().optional(),
});

export type TokenQuery = z.infer<typeof token>;
export type ConsentQuery = z.infer<typeof subject>;

/** Whether a token is valid, and what Hydra knows about it (RFC 7662). */
export const introspectToken: ServerFunction<HydraOperation, TokenQuery> = {
  type: "introspectToken",
  inputs: token,
  outputs: introspection,
  fields: rulesOf(token, introspection, { ...connectionRules, token: { secret: true }, ext: { secret: true } }),
  rules: () => [],
  async call({ api }, { token, scope }) {
    return renamed(await api.introspectToken(token, scope), Object.keys(introspection.shape));
  },
};

const subject = z.strictObject({
  /** The subject that gave consent. */
  subject: field.requiredText,
  /** Only consent that the subject gave in this login session. Defaults to the consent of all sessions. */
  loginSessionId: field.requiredText.optional(),
  ...connection,
});

const session = z.object({
  /** The id of the consent request. */
  consentRequestId: z.string().optional(),
  /** The login session in which consent was given: the claim `sid` of its ID tokens. */
  loginSessionId: z.string().optional(),
  /** The client that received consent. */
  clientId: z.string().optional(),
  /** The scope values that were granted. */
  grantScope: z.array(z.string()).optional(),
  /** The audiences that were granted. */
  grantAccessTokenAudience: z.array(z.string()).optional(),
  /** Whether Hydra remembers the consent. */
  remember: z.boolean().optional(),
  /** For how many seconds Hydra remembers the consent. 0 means for ever. */
  rememberFor: z.int().optional(),
  /** When consent was given (RFC 3339). */
  handledAt: z.string().optional(),
});

const consent = z.object({
  /** The consent sessions of the subject. */
  sessions: z.array(session),
});

/** The consent that a subject has given and not revoked. */
export const getConsentSessions: ServerFunction<HydraOperation, ConsentQuery> = {
  type: "getConsentSessions",
  inputs: subject,
  outputs: consent,
  fields: rulesOf(subject, consent, { ...connectionRules, sessions: { secret: true } }),
  rules: () => [],
  async call({ api }, { subject, loginSessionId }) {
    const sessions = await api.listConsentSessions(subject, loginSessionId);
    return {
      sessions: sessions.map(({ consent_request, ...rest }) => {
        const { client, login_session_id } = (consent_request ?? {}) as Values;
        const { client_id } = (client ?? {}) as Values;
        return renamed({ ...rest, login_session_id, client_id }, Object.keys(session.shape));
      }),
    };
  },
};

/** The members of an answer that are in `names`, by our names. */
function renamed(json: Values, names: readonly string[]): Values {
  const all = Object.entries(json).map(([name, value]) => [camelCase(name), value] as const);
  return Object.fromEntries(all.filter(([name, value]) => names.includes(name) && !isNothing(value)));
}
