// An app that runs in people's browsers: a public client that signs them in with the authorization code grant and PKCE.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();

// Scheme, host and port of the app, without a slash at the end.
const origin = config.require("origin");

const app = new hydra.OAuth2Client("app", {
  clientName: "Shop",
  // An app in a browser cannot keep a secret: its user can read everything in it. PKCE protects the code instead.
  tokenEndpointAuthMethod: "none",
  grantTypes: ["authorization_code", "refresh_token"],
  responseTypes: ["code"],
  scope: "openid offline_access",
  // List each page that may get a code: Hydra redirects to no other.
  redirectUris: [`${origin}/callback`],
  postLogoutRedirectUris: [`${origin}/`],
  // The app's own script calls the token endpoint, from this origin alone.
  allowedCorsOrigins: [origin],
  // A token that somebody steals from a browser expires soon. People who stay away for half a day sign in again.
  authorizationCodeGrantAccessTokenLifespan: "10m",
  authorizationCodeGrantRefreshTokenLifespan: "12h",
  refreshTokenGrantAccessTokenLifespan: "10m",
  refreshTokenGrantRefreshTokenLifespan: "12h",
});

export const clientId = app.clientId;
