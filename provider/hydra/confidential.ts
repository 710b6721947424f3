// What may be secret in what we send to Hydra, so that no message repeats it.

import type { HydraJson, PatchOperation } from "./json.ts";
import { privateMembersOf } from "./jwk.ts";

/** What may be secret of an object, as a whole or as the values of a JSON Patch: the texts of its `confidential` members. */
export function secretsIn(body: unknown, confidential: ReadonlySet<string>): string[] {
  const members = Array.isArray(body)
    ? body.map(({ path, value }: PatchOperation): [string, unknown] => [path.slice(1), value])
    : Object.entries(body ?? {});
  return members.filter(([name]) => confidential.has(name)).flatMap(([, value]) => textsIn(value));
}

/** The private members of a JSON Web Key. */
export function keySecretsIn(jwk: HydraJson): string[] {
  return privateMembersOf(jwk).flatMap((name) => textsIn(jwk[name]));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
