// Which places inside changed properties differ, for the preview that people read. Knows nothing of OAuth 2.0.

import type { Path } from "../lifecycle/failure.ts";
import { isNothing } from "../lifecycle/field.ts";
import { isUnknown, sameJson, type Values } from "../lifecycle/value.ts";

export type Change = "add" | "delete" | "update";

/** Every path at which the new value of a changed property differs from the recorded one. */
export function detail(names: readonly string[], state: Values, inputs: Values): [path: Path, change: Change][] {
  return names.flatMap((name) => {
    const places = compare([name], state[name], inputs[name]);
    // Two spellings that differ in meaning only, or a value that nobody can read back.
    return places.length > 0 ? places : [[[name], "update"] satisfies [Path, Change]];
  });
}

function compare(path: Path, before: unknown, after: unknown): [Path, Change][] {
  if (isNothing(before)) return isNothing(after) ? [] : [[path, "add"]];
  if (isNothing(after)) return [[path, "delete"]];
  if (isUnknown(after) || typeof before !== "object" || typeof after !== "object") {
    return before === after ? [] : [[path, "update"]];
  }
  if (Array.isArray(before) !== Array.isArray(after)) return [[path, "update"]];
  if (sameJson(before, after)) return [];
  return memberNames(before, after).flatMap((name) => {
    const [left, right] = [(before as Values)[name], (after as Values)[name]];
    return compare([...path, Array.isArray(after) ? Number(name) : name], left, right);
  });
}

function memberNames(before: object, after: object): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}
