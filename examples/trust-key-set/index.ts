// Trusts for a CI system that changes its keys. Hydra trusts each key that the CI system publishes, and no other.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra/plugin";

const config = new pulumi.Config();

// The number of trusts depends on the keys, so the program waits until the provider has read them.
export = async () => {
  const { keys } = await hydra.getJsonWebKeys({ uri: config.require("keysUri") });
  const signing = keys.filter(({ use }) => use !== "enc");
  // An issuer that publishes no key is probably broken. Without this check, `pulumi up` would delete every trust.
  if (signing.length === 0) throw new Error("keysUri: the issuer publishes no key that signs");

  // The CI system's runner is the client that exchanges assertions for tokens.
  const runner = new hydra.OAuth2Client("runner", {
    clientName: "CI runner",
    grantTypes: ["urn:ietf:params:oauth:grant-type:jwt-bearer"],
    responseTypes: [],
    scope: "orders.deploy orders.read",
    jwtBearerGrantAccessTokenLifespan: "10m",
  });

  // Hydra keeps one key for each issuer and kid. Each key here has its own kid, so no trust shares a key with another.
  for (const jwk of signing) {
    new hydra.TrustedJwtIssuer(`deploy-${jwk.kid}`, {
      issuer: config.require("issuer"),
      subject: "deploy",
      scope: ["orders.deploy", "orders.read"],
      jwk,
      expiresAt: config.require("expiresAt"),
    });
  }

  return {
    clientId: runner.clientId,
    clientSecret: runner.clientSecret,
    kids: signing.map(({ kid }) => kid),
  };
};
