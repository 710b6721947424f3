// What Hydra refuses of a trust, and what people should know of one, as far as it can be said without asking.

import type { Explanation } from "../../explained.ts";
import type { Failure } from "../../lifecycle/failure.ts";
import { isNothing } from "../../lifecycle/field.ts";
import { containsUnknown, type Values } from "../../lifecycle/value.ts";
import { secondOf } from "../field/field.ts";

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

/** What people should know of an acceptable trust. */
export function trustWarnings(inputs: Values): Explanation[] {
  return [...scopeWarnings(inputs), ...expiryWarnings(inputs)];
}

function scopeWarnings({ scope }: Values): Explanation[] {
  const joined = Array.isArray(scope) && scope.some((value) => typeof value === "string" && /[\s,]/.test(value));
  const message = "scope: a value of the list holds a space or a comma; write each scope value as a separate item";
  return joined ? [{ code: "likely-mistake", message }] : [];
}

/** A trust that has expired, or soon will. Up to v26.2.0, Hydra does not look at the date where an assertion names its key. */
function expiryWarnings({ expiresAt }: Values): Explanation[] {
  const second = typeof expiresAt === "string" ? secondOf(expiresAt) : undefined;
  if (second === undefined) return [];
  const left = second * 1000 - Date.now();
  if (left <= 0) {
    const message =
      "expiresAt: lies in the past, but Hydra up to v26.2.0 still issues tokens for assertions of an expired trust";
    return [{ code: "trust-expires", message, advice: "delete the trust to end it" }];
  }
  const week = 7 * 24 * 3600 * 1000;
  const message = `expiresAt: the trust expires in ${Math.ceil(left / 3_600_000)} hours`;
  return left < week ? [{ code: "trust-expires", message, advice: "set a later date" }] : [];
}

/** Between the run of a program and the creation of its trust pass seconds, or minutes where others are created first. */
const [least, most] = [10, 15 * 60];

/**
 * A program that computes `expiresAt` from the current time asks for a replacement each time it runs: the date, and
 * nothing else, has moved as far as the time since the trust was created.
 */
export function replacementWarnings(
  changed: readonly string[],
  inputs: Values,
  state: Values,
  now: number,
): Explanation[] {
  if (changed.length !== 1 || changed[0] !== "expiresAt") return [];
  const [next, last, created] = [inputs.expiresAt, state.expiresAt, state.createdAt].map((time) =>
    typeof time === "string" ? secondOf(time) : undefined,
  );
  if (next === undefined || last === undefined || created === undefined) return [];
  const [moved, passed] = [next - last, now / 1000 - created];
  const tolerance = Math.min(most, Math.max(least, passed / 10));
  if (moved <= least || Math.abs(moved - passed) > tolerance) return [];
  const message =
    "expiresAt: it is as far from now as it was when the trust was created. A program that computes it from the current time " +
    "replaces the trust at each `up`";
  return [{ code: "likely-mistake", message, advice: "write a fixed date" }];
}
