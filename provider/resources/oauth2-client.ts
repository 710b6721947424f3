// OAuth2Client: an OAuth 2.0 client registered with Hydra. Knows nothing of the hosts that run it.

import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";
import type { Admin, SecretMethod, Wire } from "../hydra/admin.ts";
import { unlessGone } from "../hydra/error.ts";
import { choiceKey, choicesOf, chosen } from "../lifecycle/choice.ts";
import { driftKey, isUnset, serverDefaultsKey } from "../lifecycle/diff.ts";
import { type FieldRules, isNothing } from "../lifecycle/field.ts";
import { type Live, PartialFailure, type Resource } from "../lifecycle/resource.ts";
import { textOf, type Values } from "../lifecycle/value.ts";
import { claimLifespans, noteMade, takeMade } from "./claim.ts";
import { createClient } from "./client-create.ts";
import { clientRules } from "./client-rule.ts";
import { finishSecret, hasSecret, newSecret, planSecret, secretInDoubt, secretRotation } from "./client-secret.ts";
import { syncClient } from "./client-sync.ts";
import { connection, connectionRules } from "./connection.ts";
import { keptInDoubt } from "./doubt.ts";
import * as field from "./field.ts";
import { lifespanNames, lifespanRules, lifespans, lifespansOf } from "./lifespan.ts";
import { differing, outputsOf, readFields, unmetReasons, wireOf, withServerDefaults } from "./wire.ts";

const inputs = z.strictObject({
  /** The client's id (RFC 7591, `client_id`). Unset: a UUID that the provider chooses once and keeps. Changing it replaces the client. */
  clientId: field.clientId.optional(),
  /** The client's secret (RFC 6749, 2.3.1), at least 6 bytes. Unset: the provider generates one, unless `tokenEndpointAuthMethod` is `none`. A changed secret takes effect in place, and the old one stops working at once. */
  clientSecret: field.clientSecret.optional(),
  /** The name that people are shown when they are asked for consent. */
  clientName: field.text.optional(),
  /** The client's home page, shown to people. An http or https URL. */
  clientUri: field.pageUri.optional(),
  /** The client's logo, shown to people. An http or https URL. */
  logoUri: field.pageUri.optional(),
  /** How the client uses people's data: its privacy policy. An http or https URL. */
  policyUri: field.pageUri.optional(),
  /** The client's terms of service. An http or https URL. */
  tosUri: field.pageUri.optional(),
  /** Ways to reach those responsible for the client, usually email addresses. */
  contacts: field.list.optional(),
  /** Who owns the client, in words of your own; lists can be filtered by it. */
  owner: field.text.optional(),
  /** Any JSON that should be kept with the client. Hydra gives it to the consent app. */
  metadata: field.json.optional(),
  /** The grants that the client may use, such as `authorization_code`, `client_credentials` or `refresh_token` (RFC 7591, 2). Unset: Hydra takes `authorization_code`. */
  grantTypes: field.list.optional(),
  /** What the client may ask the authorization endpoint for, such as `code` (RFC 6749, 3.1.1). Unset: Hydra takes `code`. */
  responseTypes: field.list.optional(),
  /** The scope values that the client may request, separated by spaces (RFC 6749, 3.3). Unset: the server's default, `offline_access offline openid` unless configured otherwise. */
  scope: field.text.optional(),
  /** The audiences that the client may request for its access tokens. */
  audience: field.list.optional(),
  /** Where the authorization server may send people back to (RFC 6749, 3.1.2): absolute URIs without a fragment, compared letter by letter. */
  redirectUris: field.redirectUris.optional(),
  /** Where people may be sent after logout (OpenID Connect RP-Initiated Logout). Each one must have the scheme, host and port of a redirect URI. */
  postLogoutRedirectUris: field.list.optional(),
  /** The origins whose scripts may call the public endpoints, such as `https://app.example`. */
  allowedCorsOrigins: field.origins.optional(),
  /** How the client authenticates at the token endpoint (OpenID Connect Core, 9): `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`. Unset: `client_secret_basic`. */
  tokenEndpointAuthMethod: field.word(25).optional(),
  /** The algorithm with which the client signs its assertions when it authenticates with `private_key_jwt`: RS, PS or ES with 256, 384 or 512. */
  tokenEndpointAuthSigningAlg: field.word(10).optional(),
  /** The client's public keys (RFC 7517). Excludes `jwksUri`. Private members are refused. */
  jwks: field.jwks.optional(),
  /** Where the client publishes its public keys. Excludes `jwks`. */
  jwksUri: field.text.optional(),
  /** The algorithm with which request objects must be signed (OpenID Connect Core, 6.1). */
  requestObjectSigningAlg: field.word(10).optional(),
  /** The request URIs that the client may use (OpenID Connect Core, 6.2). */
  requestUris: field.list.optional(),
  /** `public` or `pairwise`: whether every client sees the same subject for one person (OpenID Connect Core, 8). Unset: the server's default, `public` unless configured otherwise. */
  subjectType: field.word(15).optional(),
  /** An https URL of a JSON list of redirect URIs that share pairwise subjects (OpenID Connect Core, 8.1). The server fetches it. */
  sectorIdentifierUri: field.httpsUri.optional(),
  /** How the userinfo answer is signed: `none` or `RS256`. Unset: `none`. */
  userinfoSignedResponseAlg: field.oneOf("none", "RS256").optional(),
  /** The form of access tokens: `jwt` or `opaque`. Unset: the server's `strategies.access_token`. */
  accessTokenStrategy: field.caselessOneOf("jwt", "opaque").optional(),
  /** Whether the consent screen is left out, for clients of your own. Unset: false. */
  skipConsent: field.flag.optional(),
  /** Whether the logout confirmation is left out. Unset: false. */
  skipLogoutConsent: field.flag.optional(),
  /** Where Hydra tells the client, server to server, that someone logged out (OpenID Connect Back-Channel Logout). */
  backchannelLogoutUri: field.text.optional(),
  /** Whether the logout token must carry the session id. Unset: false. */
  backchannelLogoutSessionRequired: field.flag.optional(),
  /** The page that the browser loads in a frame when someone logs out (OpenID Connect Front-Channel Logout). */
  frontchannelLogoutUri: field.text.optional(),
  /** Whether that page is called with issuer and session id. Unset: false. */
  frontchannelLogoutSessionRequired: field.flag.optional(),
  /** Gives the client a new generated secret: when this is first set for a client that exists, and whenever `trigger` changes. Excludes `clientSecret`. */
  secretRotation: secretRotation.optional(),
  ...lifespans,
  ...connection,
});

const outputs = z.object({
  /** The token that authorises the client to manage its own registration (RFC 7592). Known until the first update, which may end its validity. */
  registrationAccessToken: field.text.optional(),
  /** Where the client can manage its own registration (RFC 7592). */
  registrationClientUri: field.text.optional(),
  /** When the client was made (RFC 3339). */
  createdAt: field.text.optional(),
  /** When the client was changed last (RFC 3339). */
  updatedAt: field.text.optional(),
  /** When the client secret ends to be valid; Hydra always says 0: never. */
  clientSecretExpiresAt: z.number().optional(),
});

export type OAuth2ClientInputs = z.infer<typeof inputs>;
export type OAuth2ClientOutputs = z.infer<typeof outputs>;

/** A random UUID (RFC 9562, version 4). */
function chooseId(seed: Uint8Array = randomBytes(32)): string {
  const bytes = createHash("sha256").update("clientId").update(seed).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const fields: Readonly<Record<string, FieldRules>> = {
  ...lifespanRules,
  ...connectionRules,
  clientId: { replaces: true, choose: chooseId },
  clientSecret: { secret: true, keptWhenUnset: true },
  secretRotation: { local: true },
  registrationAccessToken: { secret: true },
  scope: { serverDefault: "offline_access offline openid" },
  subjectType: { serverDefault: "public" },
  tokenEndpointAuthMethod: { serverDefault: "client_secret_basic" },
  userinfoSignedResponseAlg: { serverDefault: "none" },
  skipLogoutConsent: { since: "v2.3.0" },
};

/** The fields that Hydra has. */
const wireFields = Object.keys(inputs.shape).filter((name) => !fields[name]?.local);

/** The fields that are compared with the server one by one; the others are kept apart. */
const compared = wireFields.filter((name) => !["clientId", "clientSecret", ...lifespanNames].includes(name));

/** Fields of ours: the compared ones, and the lifespans that are named. */
function owned(known: Values): string[] {
  return [...compared, ...Object.keys(lifespansOf(known))];
}

/** What is recorded of a live client, in the spelling of `known` where that means the same. */
function toState(wire: Wire, known: Values, names: readonly string[]): Values {
  const told = present({ clientId: wire.client_id, connection: known.connection });
  return Object.assign(readFields(oauth2Client, wire, known, names), outputsOf(oauth2Client, wire), told);
}

/** What was just written: the state, unless the server did not keep what it was asked for. */
function settled(wire: Wire, inputs: Values, kept: Values, failed: readonly string[] = []): Live {
  const bare = { ...kept, ...toState(wire, inputs, owned(inputs)), ...choicesOf(oauth2Client, inputs) };
  const state = withServerDefaults(oauth2Client, inputs, bare);
  const live = { id: String(wire.client_id), state };
  const reasons = [...failed, ...unmetReasons(oauth2Client, inputs, state)];
  if (reasons.length > 0) throw new PartialFailure(live, reasons);
  return live;
}

export const oauth2Client: Resource<Admin, OAuth2ClientInputs> = {
  type: "OAuth2Client",
  inputs,
  outputs,
  fields,
  collides: (given, state) => given.clientId === state.clientId,
  rules: clientRules,

  announce: ({ server, id, inputs: given }) => claim(server, id, given),

  async create({ server, inputs: given, signal }) {
    const id = String(chosen(given, "clientId"));
    claim(server, id, given);
    // The secret is ours even where the server would make one: it is known although the answer may be lost.
    const secret = given.clientSecret ?? (hasSecret(given) ? newSecret() : undefined);
    const body = wireOf(oauth2Client, { ...given, clientId: id, clientSecret: secret }, wireFields);
    const ours = isNothing(given.clientId);
    const secretMethod = secretMethodOf(given.tokenEndpointAuthMethod ?? "client_secret_basic");
    const equals = (wire: Wire) => isAsAsked(wire, given);
    const wire = await createClient(server, { id, body, ours, secret, secretMethod, equals }, signal);
    noteMade(server, id);
    return settled(wire, given, present({ clientSecret: secret, secretRotation: given.secretRotation }));
  },

  async read({ server, id, state, signal }) {
    const wire = await unlessGone(server.readClient(id, signal));
    if (wire === undefined) return undefined;
    const imported = Object.keys(state).length === 0;
    const names = imported ? [...compared, ...lifespanNames] : owned(state);
    const drift = (await secretStillWorks(server, wire, state, signal)) ? {} : { [driftKey("clientSecret")]: true };
    return { id, state: Object.assign(carried(state), remembered(state), toState(wire, state, names), drift) };
  },

  async update({ server, id, inputs: given, state, signal }) {
    claim(server, id, given);
    const plan = planSecret(given, state);
    const names = [...owned(given), ...Object.keys(lifespansOf(state))];
    const change = (observed: Wire) => ({
      ...differing(oauth2Client, given, state, observed, [...new Set(names)]),
      ...(plan.send === undefined ? {} : { client_secret: plan.send }),
    });
    // A lifespan that may have been written is ours until somebody looked.
    const begun = { ...lifespansOf(given), ...state };
    const unsent = plan.send === undefined ? () => begun : () => secretInDoubt(begun);
    const { wire, written } = await keptInDoubt(id, false, unsent, syncClient(server, id, change, signal));
    // A server that rotates leaves the secret before in force, however that ends.
    const unrotated = ({ method }: { method: string }) => (method === "POST" ? unsent() : secretInDoubt(begun));
    const secret = await keptInDoubt(id, written, unrotated, finishSecret(server, id, plan, signal));
    const { registrationAccessToken, ...rest } = carried(state);
    // A write ends the validity of the registration access token.
    const token = written || secret.rotated ? {} : present({ registrationAccessToken });
    return settled(wire, given, { ...rest, ...token, ...secret.state }, secret.reasons).state;
  },

  listInputs: ["clientName", "owner"],

  async list({ server, query, signal }) {
    const all = await server.listClients(
      { client_name: textOf(query.clientName) || undefined, owner: textOf(query.owner) || undefined },
      signal,
    );
    return all.map((wire) => ({
      id: String(wire.client_id),
      name: textOf(wire.client_name) || String(wire.client_id),
    }));
  },

  async delete({ server, id, signal }) {
    takeMade(server, id);
    await unlessGone(server.deleteClient(id, signal));
  },
};

function claim(server: Admin, id: string, given: Values): void {
  claimLifespans(server, id, "OAuth2Client", Object.keys(lifespansOf(given)));
}

/** Asked on a public endpoint, where the configuration wants that: no answer of the admin API tells. */
async function secretStillWorks(server: Admin, wire: Wire, state: Values, signal?: AbortSignal): Promise<boolean> {
  const secret = state.clientSecret;
  // By another method than the client has now, the right secret is refused too.
  const method = secretMethodOf(wire.token_endpoint_auth_method);
  const asks = server.readsCheckSecrets && typeof secret === "string" && method !== undefined;
  // What is in doubt, or was found changed, stays so until one is written.
  if (!asks || server.checkSecret === undefined) return state[driftKey("clientSecret")] !== true;
  return server.checkSecret(String(wire.client_id), secret, method, signal);
}

function secretMethodOf(method: unknown): SecretMethod | undefined {
  return method === "client_secret_basic" || method === "client_secret_post" ? method : undefined;
}

/** Whether a client is in every field what these inputs ask for; what the server fills in may be anything. */
function isAsAsked(wire: Wire, given: Values): boolean {
  const filled = (name: string) =>
    fields[name]?.serverDefault !== undefined && isUnset(oauth2Client, name, given[name]);
  const names = [...compared, ...lifespanNames].filter((name) => !filled(name));
  return Object.keys(differing(oauth2Client, given, {}, wire, names)).length === 0;
}

/** What no later answer repeats. */
function carried({ clientSecret, registrationAccessToken, registrationClientUri }: Values): Values {
  return present({ clientSecret, registrationAccessToken, registrationClientUri });
}

/** What only we know. */
function remembered(state: Values): Values {
  const [id, defaults] = [choiceKey("clientId"), serverDefaultsKey];
  return present({ [id]: state[id], [defaults]: state[defaults], secretRotation: state.secretRotation });
}

function present(values: Values): Values {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) if (!isNothing(value)) kept[name] = value;
  return kept;
}
