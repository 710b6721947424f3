// Inputs against their schema: zod issues become failures on a property path. Unknown values pass.

import type * as z from "zod";
import { Refusal } from "./resource.ts";
import { containsUnknown, isDeeperThan, type Values } from "./value.ts";

export type Path = readonly (string | number)[];

/** A property that cannot be accepted. The reason says what to do and never repeats the value. */
export interface Failure {
  readonly path: Path;
  readonly reason: string;
}

/** What has inputs: a resource or a function. */
interface Checkable {
  readonly inputs: z.ZodObject;
  rules(inputs: Values): Failure[];
}

/** What nests deeper would end this process where it is looked into, or the server's. */
const deepest = 100;

/** Everything that is wrong with the inputs of a resource or a function. */
export function failuresOf(resource: Checkable, inputs: Values): Failure[] {
  // A property that is null is one that is not set, here as in every comparison.
  const set = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));
  const deep = Object.keys(set).filter((name) => isDeeperThan(deepest, set[name]));
  if (deep.length > 0) return deep.map((name) => ({ path: [name], reason: `nests in more than ${deepest} levels` }));
  const parsed = resource.inputs.safeParse(set);
  const broken = parsed.success ? [] : failuresOfIssues(resource.inputs, parsed.error.issues, inputs);
  // Rules may count on the fields' types.
  return broken.length > 0 ? broken : resource.rules(inputs);
}

/** Refuses to act on inputs that no check has accepted. */
export function requireAccepted(resource: Checkable, inputs: Values): Values {
  const [failure] = failuresOf(resource, withoutMarks(inputs));
  if (failure) throw new Refusal(`${formatPath(failure.path)}: ${failure.reason}`);
  return requireKnown(inputs);
}

// What the provider adds itself is no input of the program.
function withoutMarks(inputs: Values): Values {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));
}

/** Refuses to act on what is not known yet. */
export function requireKnown(values: Values): Values {
  const name = Object.keys(values).find((key) => containsUnknown(values[key]));
  if (name !== undefined) throw new Refusal(`${formatPath([name])}: its value is not known yet`);
  return values;
}

/** What zod found, without what only says that a value is not known yet. */
export function failuresOfIssues(schema: z.ZodObject, issues: readonly z.core.$ZodIssue[], inputs: unknown): Failure[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    if (containsUnknown(valueAt(inputs, path))) {
      // An unknown value is always of the wrong type; an unknown property is wrong whatever its value.
      if (issue.code !== "unrecognized_keys") return [];
    }
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: [...path, key],
        reason: unrecognized(key, path.length === 0 ? Object.keys(schema.shape) : []),
      }));
    }
    return [{ path, reason: reasonOf(issue, valueAt(inputs, path)) }];
  });
}

/** A path as people write it: `redirectUris[1]`, `metadata.team`, `metadata["a.b"]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[part] : undefined),
    value,
  );
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  number: "a number",
};

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code !== "invalid_type") return issue.message;
  if (value === undefined || value === null) return "is required";
  return `must be ${typeNames[issue.expected] ?? issue.expected}`;
}

function unrecognized(key: string, known: readonly string[]): string {
  const plain = (name: string) => name.replaceAll(/[_-]/g, "").toLowerCase();
  const meant =
    known.find((name) => plain(name) === plain(key)) ?? known.find((name) => isOneEditAway(plain(name), plain(key)));
  return meant ? `is not a property of this resource; did you mean ${meant}?` : "is not a property of this resource";
}

// Equal but for one letter added, left out or changed.
function isOneEditAway(left: string, right: string): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  return short.slice(short.length === long.length ? at + 1 : at) === long.slice(at + 1);
}
