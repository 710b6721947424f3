// The resources and functions of the package: the one place to edit when adding one.

import { getOAuth2Client, getOAuth2Clients } from "./functions/client.ts";
import { getTrustedJwtIssuer, getTrustedJwtIssuers } from "./functions/issuer.ts";
import { getConsentSessions, introspectToken } from "./functions/session.ts";
import type { Admin } from "./hydra/admin.ts";
import type { ServerFunction } from "./lifecycle/function.ts";
import type { Resource } from "./lifecycle/resource.ts";
import { clientLifespans } from "./resources/client-lifespans.ts";
import { oauth2Client } from "./resources/oauth2-client.ts";
import { trustedJwtIssuer } from "./resources/trusted-jwt-issuer.ts";

export const resources: readonly Resource<Admin>[] = [oauth2Client, clientLifespans, trustedJwtIssuer];

export function resourceOf(type: string): Resource<Admin> {
  const found = resources.find((resource) => resource.type === type);
  if (!found) throw new Error(`defect: there is no resource ${type}; please report it`);
  return found;
}

export const functions: readonly ServerFunction<Admin>[] = [
  getOAuth2Client,
  getOAuth2Clients,
  getTrustedJwtIssuer,
  getTrustedJwtIssuers,
  introspectToken,
  getConsentSessions,
];

export function functionOf(type: string): ServerFunction<Admin> | undefined {
  return functions.find((candidate) => candidate.type === type);
}
