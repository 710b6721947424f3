// What is right, to be spoiled: inputs, states and answers that every host and server would take.

export const jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "k1" };

/** The same with its private part. */
const pair = { ...jwk, d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" };

export const inputs = {
  OAuth2Client: {
    clientId: "web",
    clientSecret: "a secret of the program",
    clientName: "Web",
    grantTypes: ["client_credentials"],
    scope: "a b",
    audience: ["https://api.example"],
    redirectUris: ["https://a.example/cb"],
    postLogoutRedirectUris: ["https://a.example/bye"],
    allowedCorsOrigins: ["https://a.example"],
    metadata: { team: "a" },
    contacts: ["a@a.example"],
    tokenEndpointAuthMethod: "client_secret_post",
    jwks: { keys: [jwk] },
    jwksUri: null,
    sectorIdentifierUri: null,
    accessTokenStrategy: "jwt",
    skipConsent: true,
    secretRotation: null,
    recreateTrigger: "2026-11",
    clientCredentialsGrantAccessTokenLifespan: "1h30m",
    connection: null,
  },
  ClientLifespans: {
    clientId: "web",
    authorizationCodeGrantAccessTokenLifespan: "10m",
    jwtBearerGrantAccessTokenLifespan: "1.5h",
    connection: null,
  },
  TrustedJwtIssuer: {
    issuer: "https://idp.example",
    subject: "alice",
    allowAnySubject: null,
    scope: ["a", "b"],
    jwk,
    expiresAt: "2099-01-31T00:00:00Z",
    connection: null,
  },
  Revocation: {
    clientId: "web",
    subject: "alice",
    loginSessionId: null,
    consentRequestId: null,
    triggers: { incident: [1, null] },
    connection: null,
  },
  JsonWebKey: {
    set: "orders",
    kid: "k1",
    alg: "EdDSA",
    use: null,
    privateKey: pair,
    connection: null,
  },
};

const recorded = {
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
  registrationAccessToken: "a token",
  __serverDefaults: { scope: "a" },
  __clientId: true,
  __clientSecretChanged: true,
  __jwkUnread: true,
  __keyUnconfirmed: true,
};

export const states = {
  OAuth2Client: { ...inputs.OAuth2Client, ...recorded },
  ClientLifespans: inputs.ClientLifespans,
  TrustedJwtIssuer: { ...inputs.TrustedJwtIssuer, ...recorded },
  Revocation: { ...inputs.Revocation, revokedAt: "2026-01-01T00:00:00Z" },
  JsonWebKey: { ...inputs.JsonWebKey, use: "sig", publicKey: jwk, __kid: true, __kidChanged: true, __creation: "a" },
};

export const client = {
  client_id: "web",
  client_name: "Web",
  client_secret: "a secret of the server",
  redirect_uris: ["https://a.example/cb"],
  grant_types: null,
  response_types: [],
  scope: "a b",
  audience: [],
  owner: "",
  policy_uri: "",
  allowed_cors_origins: ["https://a.example"],
  contacts: null,
  client_secret_expires_at: 0,
  subject_type: "public",
  jwks: { keys: [jwk] },
  jwks_uri: "",
  token_endpoint_auth_method: "client_secret_basic",
  userinfo_signed_response_alg: "none",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  metadata: {},
  registration_access_token: "a token",
  registration_client_uri: "http://a.example/oauth2/register/web",
  skip_consent: false,
  skip_logout_consent: null,
  authorization_code_grant_access_token_lifespan: "10m0s",
  client_credentials_grant_access_token_lifespan: null,
};

export const trust = {
  id: "9edc811f-4e28-453c-9b46-4de65f00217f",
  issuer: "https://idp.example",
  subject: "alice",
  allow_any_subject: false,
  scope: ["a", "b"],
  public_key: { set: "https://idp.example", kid: "k1" },
  created_at: "2026-01-01T00:00:00Z",
  expires_at: "2099-01-31T00:00:00Z",
};

export const keys = { keys: [pair] };
export const key = pair;
export const absent = { error: "Unable to locate the resource", error_description: "" };
export const failure = { error: "invalid_client_metadata", error_description: "no" };
export const inner = { error: { code: 404, status: "Not Found", message: "no", reason: "none" } };
export const token = { access_token: "a granted token", expires_in: 3600, token_type: "bearer", scope: "" };
export const introspection = {
  active: true,
  client_id: "web",
  aud: [],
  ext: {},
  exp: 1,
  iat: 1,
  nbf: 1,
  token_use: "access_token",
};
export const session = {
  consent_request: { client: { client_id: "web" }, subject: "alice" },
  consent_request_id: "c",
  grant_scope: ["a"],
  remember: true,
  remember_for: 0,
  handled_at: "2026-01-01T00:00:00Z",
};
