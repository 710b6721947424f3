// The same clients for development and production: one program, a stack for each, and all that differs in its settings.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();
const url = config.require("url");
const accessTokenLifespan = config.get("accessTokenLifespan") ?? "1h";

// If people depend on a client, neither `pulumi destroy` nor a mistake in this program may delete it.
const protect = config.getBoolean("protected") ?? false;

const shop = new hydra.OAuth2Client(
  "shop",
  {
    clientName: config.require("clientName"),
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    scope: "openid offline_access",
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/`],
    authorizationCodeGrantAccessTokenLifespan: accessTokenLifespan,
    refreshTokenGrantAccessTokenLifespan: accessTokenLifespan,
    metadata: { environment: pulumi.getStack() },
  },
  { protect },
);

export const clientId = shop.clientId;
export const clientSecret = shop.clientSecret;
