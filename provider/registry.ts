// The resources and functions of the package. What is written about them, exported and bundled is derived from this list.

import { getOAuth2Client, getOAuth2Clients } from "./functions/client.ts";
import { getTrustedJwtIssuer, getTrustedJwtIssuers } from "./functions/issuer.ts";
import { getJsonWebKeys } from "./functions/key.ts";
import { getConsentSessions, introspectToken } from "./functions/session.ts";
import type { ServerFunction } from "./lifecycle/function.ts";
import type { Resource } from "./lifecycle/resource.ts";
import { clientLifespans } from "./resources/client-lifespans/definition.ts";
import { jsonWebKey } from "./resources/json-web-key/definition.ts";
import type { HydraOperation } from "./resources/memory.ts";
import { oauth2Client } from "./resources/oauth2-client/definition.ts";
import { revocation } from "./resources/revocation/definition.ts";
import { trustedJwtIssuer } from "./resources/trusted-jwt-issuer/definition.ts";

export const resources: readonly Resource<HydraOperation>[] = [
  oauth2Client,
  clientLifespans,
  trustedJwtIssuer,
  revocation,
  jsonWebKey,
];

export const functions: readonly ServerFunction<HydraOperation>[] = [
  getOAuth2Client,
  getOAuth2Clients,
  getTrustedJwtIssuer,
  getTrustedJwtIssuers,
  introspectToken,
  getConsentSessions,
  getJsonWebKeys,
];
