// The keys that Hydra signs tokens with. A rotation adds a key, waits, and removes the old one.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

// Each key has a name of your choice and an algorithm. Hydra signs with the key that was created last.
const keys = new pulumi.Config().requireObject<Record<string, string>>("keys");

// No `kid` here: Hydra publishes both sets as one list, where each `kid` must be unique. The provider generates a UUID for each key.
function keysIn(set: string, kind: string): Record<string, pulumi.Output<string>> {
  const entries = Object.entries(keys).map(([name, alg]) => {
    const key = new hydra.JsonWebKey(`${kind}-${name}`, { set, alg });
    return [name, key.kid] as const;
  });
  return Object.fromEntries(entries);
}

export const accessTokenKids = keysIn("hydra.jwt.access-token", "access-token");
export const idTokenKids = keysIn("hydra.openid.id-token", "id-token");
