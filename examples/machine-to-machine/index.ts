// A job that calls an API in its own name: client credentials, no person involved, and a secret that you can rotate.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();

const report = new hydra.OAuth2Client("report", {
  clientName: "Nightly report",
  owner: "accounting",
  grantTypes: ["client_credentials"],
  // Nobody signs in: no redirect URI, and a scope without openid. Hydra reads an empty list as `code`, which is of no use without a redirect URI.
  responseTypes: [],
  scope: "orders.read orders.export",
  // A token is for one API. The API refuses tokens for other audiences.
  audience: ["https://orders.example"],
  // The API verifies tokens by itself, without asking Hydra. Nothing can revoke them there, so they expire after ten minutes.
  accessTokenStrategy: "jwt",
  clientCredentialsGrantAccessTokenLifespan: "10m",
  // If you change this string, the provider generates a new secret.
  secretRotation: { trigger: config.get("secretVersion") ?? "1" },
});

export const clientId = report.clientId;
export const clientSecret = report.clientSecret;
