// An app with a server: a confidential client that signs people in, keeps them signed in, and hears when they sign out.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();

// Where the app is, without a slash at the end.
const url = config.require("url");
// How long somebody may stay away without having to sign in again.
const session = config.get("session") ?? "336h";

const app = new hydra.OAuth2Client("app", {
  clientName: "Back office",
  clientUri: url,
  contacts: ["back-office@example.com"],
  // The secret stays on the server, which also uses PKCE: it protects confidential clients from injected codes.
  tokenEndpointAuthMethod: "client_secret_basic",
  grantTypes: ["authorization_code", "refresh_token"],
  responseTypes: ["code"],
  scope: "openid offline_access profile",
  redirectUris: [`${url}/oauth2/callback`],
  postLogoutRedirectUris: [`${url}/signed-out`],
  // Hydra calls this when somebody signs out anywhere, and names the session that ended.
  backchannelLogoutUri: `${url}/oauth2/logout`,
  backchannelLogoutSessionRequired: true,
  // Our own app: nobody needs to be asked whether it may know who they are.
  skipConsent: true,
});

// All lifespans in one place; what is not named here is the server's default.
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
