// Functions that look at what a running Hydra has issued: tokens and consent.

import * as z from "zod";
import type { Admin } from "../hydra/admin.ts";
import { camelCase } from "../hydra/naming.ts";
import { isNothing } from "../lifecycle/field.ts";
import type { ServerFunction } from "../lifecycle/function.ts";
import type { Values } from "../lifecycle/value.ts";
import { connection } from "../resources/connection.ts";
import * as field from "../resources/field.ts";

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
  /** Whom the token is about. */
  sub: z.string().optional(),
  /** Who issued the token. */
  iss: z.string().optional(),
  /** Whom the token is for. */
  aud: z.array(z.string()).optional(),
  /** The token's scope values, separated by spaces. */
  scope: z.string().optional(),
  /** When the token ends, in seconds since 1970. */
  exp: z.number().optional(),
  /** When the token was issued, in seconds since 1970. */
  iat: z.number().optional(),
  /** From when on the token is valid, in seconds since 1970. */
  nbf: z.number().optional(),
  /** `Bearer`. */
  tokenType: z.string().optional(),
  /** `access_token` or `refresh_token`. */
  tokenUse: z.string().optional(),
  /** The subject as a pairwise client sees it. */
  obfuscatedSubject: z.string().optional(),
  /** A human-readable name of the subject. */
  username: z.string().optional(),
  /** What the consent app put into the token. */
  ext: z.json().optional(),
});

export type TokenQuery = z.infer<typeof token>;
export type TokenResult = z.infer<typeof introspection>;
export type ConsentQuery = z.infer<typeof subject>;
export type ConsentResult = { readonly sessions: readonly z.infer<typeof session>[] };

/** What Hydra says of a token (RFC 7662). */
export const introspectToken: ServerFunction<Admin, TokenQuery> = {
  type: "introspectToken",
  inputs: token,
  outputs: introspection,
  secrets: ["ext"],
  rules: () => [],
  async call({ server, inputs: { token, scope }, signal }) {
    return renamed(await server.introspectToken(token, scope, signal), Object.keys(introspection.shape));
  },
};

const subject = z.strictObject({
  /** The subject that gave consent. */
  subject: field.requiredText,
  ...connection,
});

const session = z.object({
  /** The id of the consent request. */
  consentRequestId: z.string().optional(),
  /** The client that was given consent. */
  clientId: z.string().optional(),
  /** The scope values that were granted. */
  grantScope: z.array(z.string()).optional(),
  /** The audiences that were granted. */
  grantAccessTokenAudience: z.array(z.string()).optional(),
  /** Whether the consent is remembered. */
  remember: z.boolean().optional(),
  /** For how many seconds it is remembered; 0: for ever. */
  rememberFor: z.number().optional(),
  /** When consent was given (RFC 3339). */
  handledAt: z.string().optional(),
});

/** The consent that a subject has given and not taken back. */
export const getConsentSessions: ServerFunction<Admin, ConsentQuery> = {
  type: "getConsentSessions",
  inputs: subject,
  outputs: z.object({
    /** One session for each consent. */
    sessions: z.array(session),
  }),
  secrets: ["sessions"],
  rules: () => [],
  async call({ server, inputs: { subject }, signal }) {
    const sessions = await server.listConsentSessions(subject, signal);
    return {
      sessions: sessions.map(({ consent_request: request, ...rest }) => {
        const client = (request as Values | undefined)?.client as Values | undefined;
        return renamed({ ...rest, client_id: client?.client_id }, Object.keys(session.shape));
      }),
    };
  },
};

/** The members of an answer that are in `names`, by our names. */
function renamed(wire: Values, names: readonly string[]): Values {
  const all = Object.entries(wire).map(([name, value]) => [camelCase(name), value] as const);
  return Object.fromEntries(all.filter(([name, value]) => names.includes(name) && !isNothing(value)));
}
