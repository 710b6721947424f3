// The fields of an OAuth2Client as the stories know them, and which of their meanings go together.

import { connections } from "./engine.ts";
import * as field from "./field.ts";
import type { Fields, Meanings } from "./plan.ts";
import type { Abilities } from "./server.ts";

/** The fields of a client on a server that can do this. */
export const fieldsOn = (abilities: Abilities, lifespans: Fields): Fields => ({
  clientId: field.clientId(abilities.slashes),
  clientSecret: field.secret,
  clientName: field.text,
  clientUri: field.pageUri,
  logoUri: field.pageUri,
  policyUri: field.pageUri,
  tosUri: field.pageUri,
  contacts: field.list,
  owner: field.text,
  metadata: field.json,
  grantTypes: field.list,
  responseTypes: field.list,
  scope: field.defaulting(field.text, "offline_access offline openid"),
  audience: field.list,
  redirectUris: field.redirectUris,
  postLogoutRedirectUris: field.postLogoutRedirectUris,
  allowedCorsOrigins: field.origins,
  tokenEndpointAuthMethod: field.defaulting(
    field.words("client_secret_basic", "client_secret_post", "private_key_jwt", "none", "tls_client_auth"),
    "client_secret_basic",
  ),
  tokenEndpointAuthSigningAlg: field.words("RS256", "PS512", "ES384", "EdDSA"),
  jwks: field.jwks,
  jwksUri: field.looseUri,
  requestObjectSigningAlg: field.words("RS256", "ES256K", "none", "Ed25519"),
  requestUris: field.list,
  subjectType: field.defaulting(abilities.pairwise ? field.words("pairwise", "public") : field.unset(""), "public"),
  // The server fetches it, over https and from a public address.
  sectorIdentifierUri: field.unset(""),
  userinfoSignedResponseAlg: field.defaulting(field.words("none", "RS256"), "none"),
  accessTokenStrategy: field.caselessWords("jwt", "opaque"),
  skipConsent: field.flag,
  skipLogoutConsent: field.flag,
  backchannelLogoutUri: field.looseUri,
  backchannelLogoutSessionRequired: field.flag,
  frontchannelLogoutUri: field.looseUri,
  frontchannelLogoutSessionRequired: field.flag,
  secretRotation: field.rotation,
  // To set it replaces the client, which no edit of these stories expects under one id.
  recreateTrigger: field.unset(""),
  keepRegistrationToken: field.flag,
  ...lifespans,
  connection: field.connection(connections),
});

/** The meanings that Hydra accepts together. */
export function accepted(meanings: Meanings): Meanings {
  const next: Record<string, unknown> = { ...meanings };
  if (next.jwks !== undefined) next.jwksUri = undefined;
  if (next.tokenEndpointAuthMethod === "private_key_jwt") {
    if (next.jwks === undefined && next.jwksUri === undefined) next.tokenEndpointAuthMethod = undefined;
    else if (next.tokenEndpointAuthSigningAlg === "EdDSA") next.tokenEndpointAuthSigningAlg = undefined;
  }
  if (next.subjectType === "pairwise" && next.accessTokenStrategy === "jwt") next.accessTokenStrategy = undefined;
  const [uris, logoutUris] = [next.redirectUris ?? [], next.postLogoutRedirectUris ?? []] as unknown[][];
  if (next.clientSecret !== undefined || next.tokenEndpointAuthMethod === "none") next.secretRotation = undefined;
  next.postLogoutRedirectUris = field.postLogoutRedirectUris.mean(field.atPlacesOf(logoutUris!, uris!));
  return next;
}
