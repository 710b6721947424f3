// A CI system whose jobs get access tokens for what it signs about them (RFC 7523): no secret is stored in any job.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();

// The public key that the CI system signs with. All subjects of one issuer and kid share it: Hydra keeps it once.
const jwk = config.requireObject<Record<string, string>>("issuerKey");

// Each subject that the CI system may vouch for, and all that a token for it may be used for.
const jobs: Record<string, string[]> = {
  deploy: ["orders.deploy", "orders.read"],
  backup: ["orders.read"],
  report: ["orders.read", "orders.export"],
};

// The exchange itself is done by a client: the CI system's runner.
const runner = new hydra.OAuth2Client("runner", {
  clientName: "CI runner",
  grantTypes: ["urn:ietf:params:oauth:grant-type:jwt-bearer"],
  responseTypes: [],
  scope: [...new Set(Object.values(jobs).flat())].sort().join(" "),
  jwtBearerGrantAccessTokenLifespan: "10m",
});

for (const [job, scope] of Object.entries(jobs)) {
  new hydra.TrustedJwtIssuer(job, {
    issuer: "https://ci.example/token-exchange",
    subject: job,
    scope,
    jwk,
    expiresAt: "2036-01-01T00:00:00Z",
  });
}

export const clientId = runner.clientId;
export const clientSecret = runner.clientSecret;
export const subjects = Object.keys(jobs);
