// What cannot be said of a key, and what people should know of one, before any server is asked.

import type { Explanation } from "../../explained.ts";
import type { Failure } from "../../lifecycle/failure.ts";
import { isNothing } from "../../lifecycle/field.ts";
import { nearest } from "../../lifecycle/nearest.ts";
import { containsUnknown, type Values } from "../../lifecycle/value.ts";
import * as field from "../field/field.ts";
import type { Jwk } from "../field/public-key.ts";
import { algorithms, usualAlgorithm, works } from "./algorithm.ts";
import { isOwnSet } from "./name.ts";

/** What a key is for (RFC 7517, 4.2). */
export const keyUse = field.oneOf(field.known.keyUse);

/** Rules that span fields of a JsonWebKey. Unknown values pass. */
export function keyRules({ privateKey, ...inputs }: Values): Failure[] {
  if (containsUnknown(privateKey)) return [];
  return isNothing(privateKey) ? generationRules(inputs) : ownKeyRules(inputs, privateKey as Jwk);
}

/** Hydra generates the key. */
function generationRules({ alg }: Values): Failure[] {
  const path = ["alg"];
  if (isNothing(alg) || alg === "") return [{ path, reason: "is required unless privateKey is set" }];
  if (typeof alg !== "string" || algorithms.includes(alg)) return [];
  const meant = nearest(alg, algorithms);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return [{ path, reason: `must be one of ${algorithms.join(", ")}: Hydra generates no other keys${hint}` }];
}

/** The program brings the key: what it says of itself holds. */
function ownKeyRules(inputs: Values, key: Jwk): Failure[] {
  const failures: Failure[] = [];
  for (const name of ["kid", "alg", "use"]) {
    const [given, own] = [inputs[name], key[name]];
    if (isLeftOut(given) || isLeftOut(own) || containsUnknown(given) || given === own) continue;
    failures.push({ path: [name], reason: `is not the ${name} that privateKey has; leave one of the two out` });
  }
  for (const [name, schema] of Object.entries({ kid: field.keyId, use: keyUse })) {
    const { error } = isLeftOut(key[name]) ? {} : schema.safeParse(key[name]);
    for (const { message } of error?.issues ?? []) failures.push({ path: ["privateKey", name], reason: message });
  }
  const alg = isLeftOut(inputs.alg) ? key.alg : inputs.alg;
  if (typeof alg === "string" && alg !== "" && !works(alg, key)) {
    const reason = `does not work with the type of this privateKey; ${usualAlgorithm(key)} does`;
    failures.push({ path: ["alg"], reason });
  }
  return failures;
}

/** What people should know of an acceptable key. */
export function keyWarnings({ set, use }: Values): Explanation[] {
  if (!isOwnSet(set) || use !== "enc") return [];
  const message = `use: Hydra signs with the newest key of ${String(set)} whatever its use, and verifiers reject a key for encryption`;
  return [{ code: "likely-mistake", message, advice: "leave use out" }];
}

/** What a replacement does, in a set that Hydra signs with, to what was signed before. */
export function replacementWarning(set: string): Explanation {
  const message = `Pulumi replaces a key of ${set}: Hydra signs with the new key at once, and verifiers that fetch the set again reject tokens that the old key signed`;
  const advice =
    "to keep those tokens valid, declare the new key as another resource, and remove this one when they have expired";
  return { code: "signing-key", message, advice };
}

function isLeftOut(value: unknown): boolean {
  return isNothing(value) || value === "";
}
