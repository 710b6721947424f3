// One assertion whose message says what differs and nothing else: in a shrunk failure it is all there is to read.

import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";

/** Throws unless both are equal. */
export function agree(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}: ${differences(actual, expected).join("; ")}`);
}

function differences(actual: unknown, expected: unknown): string[] {
  if (!isObject(actual) || !isObject(expected)) return [`${fc.stringify(actual)} instead of ${fc.stringify(expected)}`];
  const names = [...new Set([...Object.keys(actual), ...Object.keys(expected)])];
  const different = names.filter((name) => !isDeepStrictEqual(actual[name], expected[name]));
  return different.map((name) => `${name} is ${fc.stringify(actual[name])} instead of ${fc.stringify(expected[name])}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
