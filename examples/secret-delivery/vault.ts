// A secret of Vault's key-value engine, version 2, with the id and the secret of a client.
import * as pulumi from "@pulumi/pulumi";
import { SecretV2 } from "@pulumi/vault/kv";
import type { Credentials } from "./credentials";

export function deliverToVault(name: string, credentials: Credentials): SecretV2 {
  const mount = new pulumi.Config().get("vaultMount") ?? "secret";
  return new SecretV2(name, { mount, name: `hydra/${name}`, dataJson: pulumi.jsonStringify(credentials) });
}
