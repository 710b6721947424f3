// Inputs against their schema: zod issues become failures on a property path. Unknown values pass.

import * as z from "zod";
import { type Failure, formatPath, type Path } from "./failure.ts";
import { nearest } from "./nearest.ts";
import { Refusal } from "./resource.ts";
import { containsUnknown, isDeeperThan, type Values } from "./value.ts";

/** What has inputs: a resource or a function. */
interface Checkable {
  readonly inputs: z.ZodObject;
  rules(inputs: Values): Failure[];
}

/** What nests deeper would end this process where it is looked into, or the server's. */
const deepest = 100;

/** Everything that is wrong with the inputs of a resource or a function. */
export function failuresOf(resource: Checkable, inputs: Values): Failure[] {
  const set = withoutNulls(resource.inputs, inputs) as Values;
  const deep = Object.keys(set).filter((name) => isDeeperThan(deepest, set[name]));
  if (deep.length > 0)
    return deep.map((name) => ({ path: [name], reason: `is nested more than ${deepest} levels deep` }));
  const parsed = resource.inputs.safeParse(set);
  const broken = parsed.success ? [] : failuresOfIssues(resource.inputs, parsed.error.issues, inputs);
  // Rules may count on the fields' types.
  return broken.length > 0 ? broken : resource.rules(inputs);
}

/** A property that is null is one that is not set, here as in every comparison. Inside of JSON of its own, null is a value. */
function withoutNulls(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodOptional) return withoutNulls(schema.unwrap(), value);
  if (!(schema instanceof z.ZodObject) || typeof value !== "object" || value === null || Array.isArray(value))
    return value;
  const set = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(set.map(([name, member]) => [name, withoutNulls(schema.shape[name], member)]));
}

/** The inputs that are set; refuses to act on such as no check has accepted. */
export function requireAccepted(resource: Checkable, inputs: Values): Values {
  const [failure] = failuresOf(resource, withoutMarks(inputs));
  if (failure) throw unacceptable(failure);
  return withoutNulls(resource.inputs, requireKnown(inputs)) as Values;
}

// What the provider adds itself is no input of the program.
function withoutMarks(inputs: Values): Values {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));
}

/** Refuses to act on what is not known yet. */
export function requireKnown(values: Values): Values {
  const name = Object.keys(values).find((key) => containsUnknown(values[key]));
  if (name !== undefined) throw unacceptable({ path: [name], reason: "its value is not known yet" });
  return values;
}

/** A failure of inputs that come without a check before. */
export function unacceptable({ path, reason }: Failure): Refusal {
  return new Refusal({ code: "input-invalid", message: `${formatPath(path)}: ${reason}` });
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

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[part] : undefined),
    value,
  );
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a string",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  number: "a number",
};

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code !== "invalid_type") return issue.message;
  if (value === undefined || value === null) return "is required";
  // YAML reads 007, 1.50 and yes as other values than were written: only quotes keep them.
  if (issue.expected === "string" && (typeof value === "number" || typeof value === "boolean"))
    return `must be a string: put the ${typeof value === "number" ? "number" : "word"} in quotes`;
  return `must be ${typeNames[issue.expected] ?? issue.expected}`;
}

function unrecognized(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant ? `is not a property of this resource; did you mean ${meant}?` : "is not a property of this resource";
}
