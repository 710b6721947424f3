// What Hydra refuses of a trust, and what people should know of one, as far as it can be said without asking.

import type { Failure } from "../lifecycle/check.ts";
import { isNothing } from "../lifecycle/field.ts";
import { containsUnknown, type Values } from "../lifecycle/value.ts";
import { secondOf } from "./field.ts";

/** A trust is for one subject or for any. Unknown values pass. */
export function subjectRules({ subject, allowAnySubject }: Values): Failure[] {
  if (containsUnknown(subject) || containsUnknown(allowAnySubject)) return [];
  const named = !isNothing(subject) && subject !== "";
  if (named && allowAnySubject === true) {
    return [{ path: ["subject"], reason: "excludes allowAnySubject: name one subject or allow any, not both" }];
  }
  if (!named && allowAnySubject !== true) {
    return [{ path: ["subject"], reason: "is required unless allowAnySubject is true" }];
  }
  return [];
}

/** A trust that is over, or soon will be. */
export function expiryWarnings({ expiresAt }: Values): string[] {
  const second = typeof expiresAt === "string" ? secondOf(expiresAt) : undefined;
  if (second === undefined) return [];
  const left = second * 1000 - Date.now();
  if (left <= 0) return ["expiresAt: lies in the past; the server accepts no assertion of this issuer"];
  const week = 7 * 24 * 3600 * 1000;
  return left < week ? [`expiresAt: the trust ends in ${Math.ceil(left / 3_600_000)} hours; move it on`] : [];
}
