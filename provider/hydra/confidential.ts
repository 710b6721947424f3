// What may be secret in what we send to Hydra, so that no message repeats it.

import type { PatchOperation } from "./admin.ts";

/** Members of a client whose texts are secret, or may be. */
const confidential = new Set(["client_secret", "metadata", "client_name", "owner", "contacts"]);

/** What may be secret of a client, as a whole or as the values of a JSON Patch. */
export function secretsIn(body: unknown): string[] {
  const members = Array.isArray(body)
    ? body.map(({ path, value }: PatchOperation): [string, unknown] => [path.slice(1), value])
    : Object.entries(body ?? {});
  return members.filter(([name]) => confidential.has(name)).flatMap(([, value]) => textsIn(value));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
