// A job that calls an API in its own name: client credentials, no person involved, and a secret that you can rotate.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();

const report = new hydra.OAuth2Client("report", {
  clientName: "Nightly report",
  owner: "accounting",
  grantTypes: ["client_credentials"],
  // Neither people nor browsers: no response types, and a scope without openid.
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
