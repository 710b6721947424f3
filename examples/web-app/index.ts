// An app with a server: a confidential client that signs people in and keeps them signed in. Hydra tells it when they sign out.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();

// Where the app is, without a slash at the end.
const url = config.require("url");
// How long people may stay away until they have to sign in again.
const session = config.get("session") ?? "336h";

const app = new hydra.OAuth2Client("app", {
  clientName: "Back office",
  clientUri: url,
  contacts: ["back-office@example.com"],
  // The secret stays on the app's server. The app also uses PKCE, which protects confidential clients from injected codes.
  tokenEndpointAuthMethod: "client_secret_basic",
  grantTypes: ["authorization_code", "refresh_token"],
  responseTypes: ["code"],
  scope: "openid offline_access profile",
  redirectUris: [`${url}/oauth2/callback`],
  postLogoutRedirectUris: [`${url}/signed-out`],
  // Hydra calls this URI when somebody signs out anywhere, and names the session that ended.
  backchannelLogoutUri: `${url}/oauth2/logout`,
  backchannelLogoutSessionRequired: true,
  // This is our own app, so Hydra does not ask people for consent.
  skipConsent: true,
});

// All lifespans in one place. Those that are not set here have the server's default.
new hydra.ClientLifespans("app", {
  clientId: app.clientId,
  authorizationCodeGrantAccessTokenLifespan: "15m",
  authorizationCodeGrantIdTokenLifespan: "15m",
  authorizationCodeGrantRefreshTokenLifespan: session,
  refreshTokenGrantAccessTokenLifespan: "15m",
  refreshTokenGrantIdTokenLifespan: "15m",
  refreshTokenGrantRefreshTokenLifespan: session,
});

export const clientId = app.clientId;
export const clientSecret = app.clientSecret;
