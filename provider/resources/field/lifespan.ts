// The thirteen token lifespans of a client, shared by OAuth2Client and ClientLifespans.

import type { FieldRules } from "../../lifecycle/field.ts";
import type { Values } from "../../lifecycle/value.ts";
import { duration } from "./field.ts";

const lifespan = duration.optional();

/** Each one is a Go duration such as `30m`, `1h30m` or `720h`; unset means the server's own `ttl` setting. */
export const lifespans = {
  /** How long an access token from the authorization code grant (RFC 6749, 4.1) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.access_token`. */
  authorizationCodeGrantAccessTokenLifespan: lifespan,
  /** How long an ID token from the authorization code grant (OpenID Connect Core, 3.1) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.id_token`. */
  authorizationCodeGrantIdTokenLifespan: lifespan,
  /** How long a refresh token from the authorization code grant is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.refresh_token`. */
  authorizationCodeGrantRefreshTokenLifespan: lifespan,
  /** How long an access token from the client credentials grant (RFC 6749, 4.4) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.access_token`. */
  clientCredentialsGrantAccessTokenLifespan: lifespan,
  /** How long an access token from the device authorization grant (RFC 8628) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.access_token`. Needs Hydra v25.4.0. */
  deviceAuthorizationGrantAccessTokenLifespan: lifespan,
  /** How long an ID token from the device authorization grant (RFC 8628) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.id_token`. Needs Hydra v25.4.0. */
  deviceAuthorizationGrantIdTokenLifespan: lifespan,
  /** How long a refresh token from the device authorization grant (RFC 8628) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.refresh_token`. Needs Hydra v25.4.0. */
  deviceAuthorizationGrantRefreshTokenLifespan: lifespan,
  /** How long an access token from the implicit grant (RFC 6749, 4.2) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.access_token`. */
  implicitGrantAccessTokenLifespan: lifespan,
  /** How long an ID token from the implicit flow (OpenID Connect Core, 3.2) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.id_token`. */
  implicitGrantIdTokenLifespan: lifespan,
  /** How long an access token from the JWT bearer grant (RFC 7523) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.access_token`. */
  jwtBearerGrantAccessTokenLifespan: lifespan,
  /** How long an access token from the refresh token grant (RFC 6749, 6) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.access_token`. */
  refreshTokenGrantAccessTokenLifespan: lifespan,
  /** How long an ID token from the refresh token grant is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.id_token`. */
  refreshTokenGrantIdTokenLifespan: lifespan,
  /** How long a refresh token from the refresh token grant is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.refresh_token`. */
  refreshTokenGrantRefreshTokenLifespan: lifespan,
};

/** The names of the thirteen lifespans. */
export const lifespanNames = Object.keys(lifespans);

const sinceDeviceGrant: FieldRules<never> = { since: "v25.4.0" };

export const lifespanRules = {
  deviceAuthorizationGrantAccessTokenLifespan: sinceDeviceGrant,
  deviceAuthorizationGrantIdTokenLifespan: sinceDeviceGrant,
  deviceAuthorizationGrantRefreshTokenLifespan: sinceDeviceGrant,
};

/** The lifespans among the properties of a resource. */
export function lifespansOf(values: Values): Values {
  return Object.fromEntries(
    lifespanNames.filter((name) => (values[name] ?? null) !== null).map((name) => [name, values[name]]),
  );
}
