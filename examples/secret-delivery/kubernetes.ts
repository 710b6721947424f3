// A Kubernetes Secret with the id and the secret of a client.
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "./credentials";

export function deliverToKubernetes(name: string, credentials: Credentials): Secret {
  const namespace = new pulumi.Config().get("namespace") ?? "default";
  return new Secret(name, {
    metadata: { name: `${name}-credentials`, namespace },
    stringData: { ...credentials },
  });
}
