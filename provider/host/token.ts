// Which definition the engine means by a token or a URN. Knows nothing of OAuth 2.0.

import type { Admin } from "../hydra/admin.ts";
import type { ServerFunction } from "../lifecycle/function.ts";
import type { Resource } from "../lifecycle/resource.ts";
import { functionOf, resources } from "../registry.ts";

/** `urn:pulumi:dev::project::parent$hydra:index:OAuth2Client::web` → the resource. */
export function resourceOfUrn(urn: string): Resource<Admin> | undefined {
  return resourceOfToken(tokenOf(urn));
}

/** The token in a URN. */
export function tokenOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** `hydra:index:OAuth2Client` → the resource. */
export function resourceOfToken(token: string): Resource<Admin> | undefined {
  return resources.find(({ type }) => type === nameOf(token));
}

/** `hydra:index:getOAuth2Client` → the function. */
export function functionOfToken(token: string): ServerFunction<Admin> | undefined {
  return functionOf(nameOf(token));
}

/** Of another package's token, nothing. */
function nameOf(token: string): string {
  return /^hydra:index:(\w+)$/.exec(token)?.[1] ?? "";
}
