// The lifespans of a client as the stories know them.

import { duration, unset } from "./field.ts";
import type { Fields } from "./plan.ts";
import type { Abilities } from "./server.ts";

/** The lifespans; those that the server lacks are never set. */
export function lifespansOn({ deviceLifespans }: Abilities): Fields {
  const sinceDeviceGrant = deviceLifespans ? duration : unset();
  return {
    authorizationCodeGrantAccessTokenLifespan: duration,
    authorizationCodeGrantIdTokenLifespan: duration,
    authorizationCodeGrantRefreshTokenLifespan: duration,
    clientCredentialsGrantAccessTokenLifespan: duration,
    deviceAuthorizationGrantAccessTokenLifespan: sinceDeviceGrant,
    deviceAuthorizationGrantIdTokenLifespan: sinceDeviceGrant,
    deviceAuthorizationGrantRefreshTokenLifespan: sinceDeviceGrant,
    implicitGrantAccessTokenLifespan: duration,
    implicitGrantIdTokenLifespan: duration,
    jwtBearerGrantAccessTokenLifespan: duration,
    refreshTokenGrantAccessTokenLifespan: duration,
    refreshTokenGrantIdTokenLifespan: duration,
    refreshTokenGrantRefreshTokenLifespan: duration,
  };
}

/** The names of those that the server has, and of those that it lacks. */
export function namesOf(lifespans: Fields): { readonly kept: string[]; readonly missing: string[] } {
  const names = Object.keys(lifespans);
  return {
    kept: names.filter((name) => lifespans[name] === duration),
    missing: names.filter((name) => lifespans[name] !== duration),
  };
}
