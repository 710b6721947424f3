// OAuth2Client: an OAuth 2.0 client registered with Hydra. Knows nothing of the hosts that run it.

import * as z from "zod";
import type { Explanation } from "../../explained.ts";
import { unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { choicesOf, chosen } from "../../lifecycle/choice.ts";
import { changedFields, driftKey, isUnset } from "../../lifecycle/diff.ts";
import { confidential, isNothing, rulesOf } from "../../lifecycle/field.ts";
import type { Live, Resource } from "../../lifecycle/resource.ts";
import { textOf, type Values, withoutUnset } from "../../lifecycle/value.ts";
import { inDoubt, keptInDoubt } from "../doubt.ts";
import { connection, connectionRules } from "../field/connection.ts";
import * as field from "../field/field.ts";
import { lifespanNames, lifespanRules, lifespans, lifespansOf } from "../field/lifespan.ts";
import {
  differing,
  hydraJsonOf,
  keptFields,
  listedClient,
  outputsOf,
  readFields,
  unlessUnmet,
  unmetReasons,
  withServerDefaults,
} from "../hydra-json.ts";
import type { HydraOperation } from "../memory.ts";
import { uuidFor } from "../uuid.ts";
import * as claims from "./claim.ts";
import { createClient } from "./create.ts";
import { carried, registrationOf, remembered } from "./kept.ts";
import { warnOfOtherOwner } from "./other-owner.ts";
import { clientRules, clientWarnings } from "./rule.ts";
import {
  finishSecret,
  generatedSecrets,
  hasSecret,
  makesSecret,
  newSecret,
  planSecret,
  secretInDoubt,
  secretMethodOf,
  secretRotation,
  secretStillWorks,
} from "./secret.ts";
import { asAnnounced, syncClient } from "./sync.ts";

const inputs = z.strictObject({
  /** The client id (RFC 7591, `client_id`). Defaults to a UUID that the provider generates once. Changing it replaces the client. */
  clientId: field.clientId.optional(),
  /** The client secret (RFC 6749, 2.3.1), at least 6 bytes. Defaults to a secret that the provider generates, unless `tokenEndpointAuthMethod` is `none`. When you change it, the old secret stops working immediately. */
  clientSecret: field.clientSecret.optional(),
  /** The name that the consent screen shows. */
  clientName: field.text.optional(),
  /** The client's home page, an http or https URL. Shown to people. */
  clientUri: field.pageUri.optional(),
  /** The client's logo, an http or https URL. Shown to people. */
  logoUri: field.pageUri.optional(),
  /** The client's privacy policy, an http or https URL. */
  policyUri: field.pageUri.optional(),
  /** The client's terms of service, an http or https URL. */
  tosUri: field.pageUri.optional(),
  /** How to reach the people responsible for the client, usually email addresses. */
  contacts: field.list.optional(),
  /** A free-form owner name. You can filter client lists by it. */
  owner: field.text.optional(),
  /** Any JSON. Hydra stores it with the client and passes it to the consent app. */
  metadata: field.json.optional(),
  /** The grants that the client may use, such as `authorization_code`, `client_credentials` or `refresh_token` (RFC 7591, 2). Defaults to `authorization_code`. */
  grantTypes: field.words(field.known.grantType).optional(),
  /** The response types that the client may request from the authorization endpoint, such as `code` (RFC 6749, 3.1.1). Defaults to `code`. */
  responseTypes: field.list.optional(),
  /** The scope values that the client may request, separated by spaces (RFC 6749, 3.3). Defaults to the server's default scope, which is `offline_access offline openid` unless configured otherwise. */
  scope: field.text.optional(),
  /** The audiences that the client may request for its access tokens. */
  audience: field.list.optional(),
  /** Where Hydra may redirect people after sign-in (RFC 6749, 3.1.2): absolute URIs without a fragment. Hydra compares them character by character. */
  redirectUris: field.redirectUris.optional(),
  /** Where Hydra may redirect people after logout (OpenID Connect RP-Initiated Logout). Each URI must have the scheme, host and port of one of `redirectUris`. */
  postLogoutRedirectUris: field.uris.optional(),
  /** The origins whose scripts may call Hydra's public endpoints, such as `https://app.example`. */
  allowedCorsOrigins: field.origins.optional(),
  /** How the client authenticates at the token endpoint (OpenID Connect Core, 9): `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`. Defaults to `client_secret_basic`. */
  tokenEndpointAuthMethod: field.word(25, field.known.tokenEndpointAuthMethod).optional(),
  /** The algorithm with which the client signs its assertions for `private_key_jwt`: one of `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384` or `ES512`. */
  tokenEndpointAuthSigningAlg: field.word(10, field.known.signingAlgorithm).optional(),
  /** The client's public keys (RFC 7517). Cannot be combined with `jwksUri`. The provider refuses private members. */
  jwks: field.jwks.optional(),
  /** Where the client publishes its public keys. Cannot be combined with `jwks`. */
  jwksUri: field.uri.optional(),
  /** The algorithm with which the client must sign request objects (OpenID Connect Core, 6.1). */
  requestObjectSigningAlg: field.word(10, field.known.signingAlgorithm).optional(),
  /** The request URIs that the client may use (OpenID Connect Core, 6.2). */
  requestUris: field.list.optional(),
  /** `public`: every client sees the same subject for a person. `pairwise`: each sees a different one (OpenID Connect Core, 8). Defaults to the server's default, which is `public` unless configured otherwise. */
  subjectType: field.word(15, field.known.subjectType).optional(),
  /** An https URL of a JSON list of redirect URIs that share pairwise subjects (OpenID Connect Core, 8.1). Hydra fetches the list. */
  sectorIdentifierUri: field.httpsUri.optional(),
  /** How Hydra signs the userinfo response: `none` or `RS256`. Defaults to `none`. */
  userinfoSignedResponseAlg: field.oneOf(field.known.userinfoSigningAlgorithm).optional(),
  /** The format of access tokens: `jwt` or `opaque`. Defaults to the server's `strategies.access_token`. */
  accessTokenStrategy: field.caselessOneOf(field.known.accessTokenStrategy).optional(),
  /** Whether Hydra skips the consent screen, for your own clients. Defaults to false. */
  skipConsent: field.flag.optional(),
  /** Whether Hydra skips the logout confirmation. Defaults to false. */
  skipLogoutConsent: field.flag.optional(),
  /** The URI that Hydra calls when someone logs out (OpenID Connect Back-Channel Logout). */
  backchannelLogoutUri: field.uri.optional(),
  /** Whether the logout token must contain the session id. Defaults to false. */
  backchannelLogoutSessionRequired: field.flag.optional(),
  /** The page that the browser loads in a frame when someone logs out (OpenID Connect Front-Channel Logout). */
  frontchannelLogoutUri: field.uri.optional(),
  /** Whether Hydra adds issuer and session id to `frontchannelLogoutUri`. Defaults to false. */
  frontchannelLogoutSessionRequired: field.flag.optional(),
  /** Generates a new secret when you first set this on an existing client, and each time `trigger` changes. Excludes `clientSecret`, and `none` as `tokenEndpointAuthMethod`. */
  secretRotation: secretRotation.optional(),
  /** Any string. When you set or change it, the provider deletes the client and creates it again under the same id. That revokes all tokens and all consent of the client, refresh tokens too. The client keeps its secret if the program gives `clientSecret`; if not, the provider generates a new one. Removing it changes nothing. Needs `clientId`. */
  recreateTrigger: field.text.optional(),
  /** Whether the state keeps `registrationAccessToken` and `registrationClientUri`. Hydra returns them only once, when it creates the client. Defaults to false. */
  keepRegistrationToken: field.flag.optional(),
  ...lifespans,
  ...connection,
});

const outputs = z.object({
  /** The token with which the client can manage its own registration (RFC 7592). Available with `keepRegistrationToken`, until the first update. Hydra may invalidate it then. */
  registrationAccessToken: field.text.optional(),
  /** Where the client can manage its own registration (RFC 7592). Available with `keepRegistrationToken`. */
  registrationClientUri: field.text.optional(),
  /** When the client was created (RFC 3339). */
  createdAt: field.text.optional(),
  /** When the client was last changed (RFC 3339). */
  updatedAt: field.text.optional(),
  /** When the client secret expires. Hydra always returns 0, which means never. */
  clientSecretExpiresAt: z.int().optional(),
});

export type OAuth2ClientInputs = z.infer<typeof inputs>;
export type OAuth2ClientOutputs = z.infer<typeof outputs>;

const fields = rulesOf(inputs, outputs, {
  ...lifespanRules,
  ...connectionRules,
  clientId: { replaces: true, identifies: true, choose: uuidFor("clientId") },
  clientSecret: { secret: true, keptWhenUnset: true },
  secretRotation: { local: true },
  recreateTrigger: { replaces: true, unsetsInPlace: true, local: true },
  keepRegistrationToken: { local: true },
  registrationAccessToken: { secret: true, moves: true, onlyWith: "keepRegistrationToken" },
  registrationClientUri: { onlyWith: "keepRegistrationToken" },
  createdAt: { stable: true },
  updatedAt: { moves: true },
  ...confidential("clientName", "owner", "contacts", "metadata"),
  jwks: { confidential: true, publicKeys: true },
  scope: { serverDefault: "offline_access offline openid" },
  subjectType: { serverDefault: "public" },
  tokenEndpointAuthMethod: { serverDefault: "client_secret_basic" },
  userinfoSignedResponseAlg: { serverDefault: "none" },
  skipLogoutConsent: { since: "v2.3.0" },
});

/** The fields that Hydra has. */
const wireFields = Object.keys(inputs.shape).filter((name) => !fields[name]?.local);

/** The fields that are compared with the server one by one; the others are kept apart. */
const compared = wireFields.filter((name) => !["clientId", "clientSecret", ...lifespanNames].includes(name));

/** Fields of ours: the compared ones, and the lifespans that are named. */
function owned(known: Values): string[] {
  return [...compared, ...Object.keys(lifespansOf(known))];
}

/** What is recorded of a live client, in the spelling of `known` where that means the same. */
function toState(json: HydraJson, known: Values, names: readonly string[]): Values {
  const { connection, recreateTrigger, keepRegistrationToken } = known;
  const own = withoutUnset({ clientId: json.client_id, connection, recreateTrigger, keepRegistrationToken });
  const { registrationAccessToken, registrationClientUri, ...added } = outputsOf(oauth2Client, json);
  const registration = registrationOf(known, { registrationAccessToken, registrationClientUri });
  return Object.assign(readFields(oauth2Client, json, known, names), added, registration, own);
}

/** What was just written, of these fields: the state, unless the server did not keep what it was asked for. */
function settled(
  json: HydraJson,
  inputs: Values,
  kept: Values,
  names: readonly string[],
  failed: readonly Explanation[] = [],
): Live {
  const bare = { ...kept, ...toState(json, inputs, names), ...choicesOf(oauth2Client, inputs) };
  const state = withServerDefaults(oauth2Client, inputs, bare);
  return unlessUnmet({ id: String(json.client_id), state }, [...failed, ...unmetReasons(oauth2Client, inputs, state)]);
}

export const oauth2Client: Resource<HydraOperation, OAuth2ClientInputs> = {
  type: "OAuth2Client",
  inputs,
  outputs,
  fields,
  collides: (given, state) => given.clientId === state.clientId,
  rules: clientRules,
  warnings: clientWarnings,
  inputsFor: (id) => ({ clientId: id }),
  generates: generatedSecrets,
  moves: (given, state) => (makesSecret(planSecret(given, state), given) ? ["clientSecret"] : []),

  announce(operation, { moves, replaces, id, inputs, state }) {
    // What another server has says nothing about this one.
    if (moves) return;
    if (replaces) claims.leave(operation, "OAuth2Client", id, state);
    else claims.keep(operation, "OAuth2Client", id, inputs, state);
  },

  announceNew: (operation, given) => claims.plan(operation, "OAuth2Client", String(chosen(given, "clientId")), given),

  async create(operation, given) {
    const id = String(chosen(given, "clientId"));
    const claim = claims.create(operation, "OAuth2Client", id, given);
    // A ClientLifespans that is recorded already has its lifespans on the client that is created again.
    const handed = claims.recordedLifespans(operation.memory, id) ?? {};
    // The secret is ours even where the server would make one: it is known although the answer may be lost.
    const secret = given.clientSecret ?? (hasSecret(given) ? newSecret() : undefined);
    const asked = { ...handed, ...given, clientId: id, clientSecret: secret };
    const body = hydraJsonOf(oauth2Client, asked, wireFields);
    const ours = isNothing(given.clientId);
    const secretMethod = secretMethodOf(given.tokenEndpointAuthMethod ?? "client_secret_basic");
    const equals = (json: HydraJson) => isAsAsked(json, asked);
    const json = await createClient(operation, { id, body, ours, secret, secretMethod, equals }).catch((error) => {
      claims.withdraw(operation.memory, id, claim);
      throw error;
    });
    claim.createdAt = json.created_at;
    claim.writtenAt = json.updated_at;
    if (Object.keys(handed).length === 0) operation.memory.freshClients.add(id);
    const kept = withoutUnset({ clientSecret: secret, secretRotation: given.secretRotation });
    const live = settled(json, given, kept, owned(given));
    claim.state = live.state;
    return live;
  },

  async read(operation, { id, state }) {
    const json = await unlessGone(operation.api.readClient(id));
    if (json === undefined) return undefined;
    warnOfOtherOwner(operation, oauth2Client, id, state, json, Object.keys(lifespansOf(state)));
    const names = Object.keys(state).length === 0 ? [...compared, ...lifespanNames] : owned(state);
    const drift = (await secretStillWorks(operation.api, json, state)) ? {} : { [driftKey("clientSecret")]: true };
    return { id, state: Object.assign(carried(state), remembered(state), toState(json, state, names), drift) };
  },

  async update(operation, { id, inputs: given, state }) {
    const plan = planSecret(given, state);
    // What was not announced is not touched, whatever the server has: a refresh shows that first.
    const own = [...compared, ...lifespanNames];
    const names = changedFields(oauth2Client, given, state).filter((name) => own.includes(name));
    // Lifespans that are given up go to the ClientLifespans that has the client, if one does.
    const asked = { ...claims.wantedLifespans(operation.memory, id), ...withoutUnset(given) };
    const change = (observed: HydraJson) => ({
      ...differing(oauth2Client, asked, state, observed, names),
      ...(plan.send === undefined ? {} : { client_secret: plan.send }),
    });
    // A lifespan that may have been written is ours until somebody looked.
    const begun = inDoubt({ ...lifespansOf(given), ...state }, names);
    const unsent = plan.send === undefined ? () => begun : () => secretInDoubt(begun);
    const { json, written } = await keptInDoubt(id, false, unsent, syncClient(operation, id, change));
    // A server that rotates leaves the secret before in force, however that ends.
    const unrotated = ({ method }: { method: string }) => (method === "POST" ? unsent() : secretInDoubt(begun));
    const secret = await keptInDoubt(id, written, unrotated, finishSecret(operation, id, plan));
    const { registrationAccessToken, registrationClientUri, ...rest } = carried(state);
    // A write ends the validity of the registration access token.
    const token = written || secret.rotated ? undefined : registrationAccessToken;
    const registration = registrationOf(given, { registrationAccessToken: token, registrationClientUri });
    const touched = owned(given).filter((name) => names.includes(name));
    const untouched = owned(given).filter((name) => !names.includes(name));
    const kept = { ...rest, ...registration, ...secret.state, ...keptFields(oauth2Client, state, given, untouched) };
    return settled(asAnnounced(oauth2Client, given, state, json, touched), given, kept, touched, secret.reasons).state;
  },

  listInputs: ["clientName", "owner"],

  async list({ api }, query) {
    const [client_name, owner] = [query.clientName, query.owner].map((text) => textOf(text) || undefined);
    return (await api.listClients({ client_name, owner })).map(listedClient);
  },

  async delete(operation, { id, state }) {
    const { api, memory } = operation;
    if (claims.sparesClient(operation, id, state)) return;
    memory.freshClients.delete(id);
    await unlessGone(api.deleteClient(id));
  },
};

/** Whether a client is in every field what these inputs ask for; what the server fills in may be anything. */
function isAsAsked(json: HydraJson, given: Values): boolean {
  const filled = (name: string) =>
    fields[name]?.serverDefault !== undefined && isUnset(oauth2Client, name, given[name]);
  const names = [...compared, ...lifespanNames].filter((name) => !filled(name));
  return Object.keys(differing(oauth2Client, given, {}, json, names)).length === 0;
}
