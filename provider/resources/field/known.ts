// The values that are known for fields whose values registries name. A check never refuses a value because it is not here.

import type { KnownValues } from "../../lifecycle/field.ts";

/** The grants of Hydra and of the OAuth 2.0 that it is built on. Hydra stores others, and no request can use them. */
export const grantType = {
  name: "GrantType",
  doc: "The grants that Hydra knows.",
  values: {
    AuthorizationCode: "authorization_code",
    ClientCredentials: "client_credentials",
    Implicit: "implicit",
    RefreshToken: "refresh_token",
    Password: "password",
    DeviceCode: "urn:ietf:params:oauth:grant-type:device_code",
    JwtBearer: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    TokenExchange: "urn:ietf:params:oauth:grant-type:token-exchange",
  },
} as const satisfies KnownValues;

export const responseType = {
  name: "ResponseType",
  doc: "What an authorization request can ask for (OAuth 2.0 Multiple Response Type Encoding Practices).",
  values: {
    Code: "code",
    IdToken: "id_token",
    Token: "token",
    CodeIdToken: "code id_token",
    CodeToken: "code token",
    IdTokenToken: "id_token token",
    CodeIdTokenToken: "code id_token token",
  },
} as const satisfies KnownValues;

export const tokenEndpointAuthMethod = {
  name: "TokenEndpointAuthMethod",
  doc: "The ways in which a client authenticates at the token endpoint.",
  values: {
    ClientSecretBasic: "client_secret_basic",
    ClientSecretPost: "client_secret_post",
    PrivateKeyJwt: "private_key_jwt",
    None: "none",
  },
} as const satisfies KnownValues;

export const subjectType = {
  name: "SubjectType",
  doc: "Whether every client sees the same subject for one person.",
  values: { Public: "public", Pairwise: "pairwise" },
} as const satisfies KnownValues;

export const signingAlgorithm = {
  name: "SigningAlgorithm",
  doc: "The algorithms that Hydra verifies (RFC 7518, 3.1).",
  values: Object.fromEntries(
    ["RS", "PS", "ES"].flatMap((family) => [256, 384, 512].map((bits) => [`${family}${bits}`, `${family}${bits}`])),
  ),
} satisfies KnownValues;

export const userinfoSigningAlgorithm = {
  name: "UserinfoSigningAlgorithm",
  doc: "How Hydra signs the userinfo response.",
  values: { None: "none", RS256: "RS256" },
} as const satisfies KnownValues;

export const accessTokenStrategy = {
  name: "AccessTokenStrategy",
  doc: "The forms of access tokens.",
  values: { Jwt: "jwt", Opaque: "opaque" },
} as const satisfies KnownValues;

export const previousSecrets = {
  name: "PreviousSecrets",
  doc: "What happens to previous secrets in a rotation.",
  values: { Keep: "keep", Drop: "drop" },
} as const satisfies KnownValues;

export const keyAlgorithm = {
  name: "KeyAlgorithm",
  doc: "The algorithms that Hydra generates keys for (RFC 7518, 3.1; RFC 8037, 3.1).",
  values: {
    RS256: "RS256",
    RS384: "RS384",
    RS512: "RS512",
    PS256: "PS256",
    PS384: "PS384",
    PS512: "PS512",
    ES256: "ES256",
    ES384: "ES384",
    ES512: "ES512",
    EdDSA: "EdDSA",
  },
} as const satisfies KnownValues;

export const keyUse = {
  name: "KeyUse",
  doc: "What a key is for (RFC 7517, 4.2).",
  values: { Signature: "sig", Encryption: "enc" },
} as const satisfies KnownValues;
