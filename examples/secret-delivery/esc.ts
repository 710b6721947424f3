// A Pulumi ESC environment that sets the id and the secret of a client as environment variables.
import * as pulumi from "@pulumi/pulumi";
import { Environment } from "@pulumi/pulumiservice/environment";
import type { Credentials } from "./credentials";

export function deliverToEsc(name: string, { CLIENT_ID, CLIENT_SECRET }: Credentials): Environment {
  const environmentVariables = { CLIENT_ID, CLIENT_SECRET: { "fn::secret": CLIENT_SECRET } };
  // JSON is YAML, and needs no care about quotes.
  const definition = pulumi.jsonStringify({ values: { environmentVariables } });
  return new Environment(name, {
    organization: pulumi.getOrganization(),
    project: "hydra",
    name,
    yaml: definition.apply((text) => new pulumi.asset.StringAsset(text)),
  });
}
