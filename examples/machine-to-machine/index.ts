// A job that calls an API in its own name: client credentials, no person involved, a secret that is changed now and then.
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
  // A token is for one API: it refuses what was made for another.
  audience: ["https://orders.example"],
  // The API checks tokens by itself, without asking Hydra; they are short, because nothing can end them early.
  accessTokenStrategy: "jwt",
  clientCredentialsGrantAccessTokenLifespan: "10m",
  // Another text here, and the job gets a new secret.
  secretRotation: { trigger: config.get("secretVersion") ?? "1" },
});

export const clientId = report.clientId;
export const clientSecret = report.clientSecret;
