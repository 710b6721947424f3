// The fields of OAuth2Client: what programs give, what Hydra adds, and the rules of each.

import * as z from "zod";
import { confidential, rulesOf } from "../../lifecycle/field.ts";
import { connection, connectionRules } from "../field/connection.ts";
import * as field from "../field/field.ts";
import { lifespanNames, lifespanRules, lifespans } from "../field/lifespan.ts";
import { uuidFor } from "../uuid.ts";
import { secretRotation } from "./secret.ts";

export const clientInputs = z.strictObject({
  /** The client id (RFC 7591, `client_id`). Defaults to a UUID that the provider generates once. Changing it replaces the client. */
  clientId: field.clientId.optional(),
  /** The client secret (RFC 6749, 2.3.1), at least 6 bytes. Defaults to a secret that the provider generates, unless `tokenEndpointAuthMethod` is `none`. When you change it, the old secret stops working immediately. When you remove it, the client keeps its secret. */
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
  responseTypes: field.words(field.known.responseType).optional(),
  /** The scope values that the client may request, separated by spaces (RFC 6749, 3.3). Defaults to the server's default scope, which is `offline_access offline openid` unless configured otherwise. */
  scope: field.text.optional(),
  /** The audiences that the client may request for its access tokens. */
  audience: field.list.optional(),
  /** Where Hydra may redirect people after sign-in (RFC 6749, 3.1.2): absolute URIs without a fragment. Hydra compares them character by character, except for the port of `127.0.0.1` and `[::1]`. */
  redirectUris: field.redirectUris.optional(),
  /** Where Hydra may redirect people after logout (OpenID Connect RP-Initiated Logout). Each URI must have the scheme, host and port of one of `redirectUris`. */
  postLogoutRedirectUris: field.uris.optional(),
  /** The origins whose scripts may call Hydra's public endpoints, such as `https://app.example`. */
  allowedCorsOrigins: field.origins.optional(),
  /** How the client authenticates at the token endpoint (OpenID Connect Core, 9): `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`. Defaults to `client_secret_basic`. */
  tokenEndpointAuthMethod: field.word(25, field.known.tokenEndpointAuthMethod).optional(),
  /** The algorithm with which the client signs its assertions for `private_key_jwt`: one of `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384` or `ES512`. Defaults to `RS256`. */
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
  /** Generates a new secret when you first set this on an existing client, and each time `trigger` changes. Cannot be combined with `clientSecret`, or with `none` as `tokenEndpointAuthMethod`. */
  secretRotation: secretRotation.optional(),
  /** Any string. When you set or change it, the provider deletes the client and creates it again under the same id. That revokes all tokens and all consent of the client, refresh tokens too. The client keeps its secret if the program gives `clientSecret`; if not, the provider generates a new one. Removing `recreateTrigger` from the program changes nothing on the server. Needs `clientId`. */
  recreateTrigger: field.text.optional(),
  /** Whether the state keeps `registrationAccessToken` and `registrationClientUri`. Hydra returns them only once, when it creates the client. Defaults to false. */
  keepRegistrationToken: field.flag.optional(),
  ...lifespans,
  ...connection,
});

export const clientOutputs = z.object({
  /** The token with which the client can manage its own registration (RFC 7592). Available with `keepRegistrationToken`. The first update of the client removes it from the state, because Hydra may invalidate it. */
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

export type OAuth2ClientInputs = z.infer<typeof clientInputs>;
export type OAuth2ClientOutputs = z.infer<typeof clientOutputs>;

export const clientFields = rulesOf(clientInputs, clientOutputs, {
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
export const hydraFields = Object.keys(clientInputs.shape).filter((name) => !clientFields[name]?.local);

/** The fields that are compared with the server one by one; the others are kept apart. */
export const comparedFields = hydraFields.filter(
  (name) => !["clientId", "clientSecret", ...lifespanNames].includes(name),
);
