// Knows which changes of the package schema break programs that were written for the one before.

type Json = Readonly<Record<string, unknown>>;

/** The properties of something, and which of them always have a value. */
interface Shape {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

interface ResourceSpec extends Shape {
  readonly inputProperties?: Readonly<Record<string, Json>>;
  readonly requiredInputs?: readonly string[];
}

/** What is compared of a package schema. */
export interface ComparedSchema {
  readonly provider: ResourceSpec;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, { readonly inputs?: Shape; readonly outputs?: Shape }>>;
  readonly types: Readonly<Record<string, Shape & { readonly enum?: readonly { readonly value: string }[] }>>;
}

/** Which way values go: programs give inputs, and read outputs. Objects may go both ways. */
type Way = "input" | "output" | "both";

/**
 * One line for each change that breaks a program, which begins with the place in backticks: something is removed, has another
 * type, is newly required, or is no longer always there.
 *
 * @example
 * breakingChanges(released, current); // ["`OAuth2Client.scope` is removed"]
 */
export function breakingChanges(before: ComparedSchema, after: ComparedSchema): string[] {
  const resources = compareAll(before.resources, after.resources, resourceChanges);
  const functions = compareAll(before.functions, after.functions, (place, old, now) => [
    ...shapeChanges(place, "input", old.inputs, now.inputs),
    ...shapeChanges(place, "output", old.outputs, now.outputs),
  ]);
  const types = compareAll(before.types, after.types, (place, old, now) => {
    const values = new Set(now.enum?.map(({ value }) => value));
    const lost = (old.enum ?? []).filter(({ value }) => !values.has(value));
    return [...lost.map(({ value }) => `\`${place}.${value}\` is removed`), ...shapeChanges(place, "both", old, now)];
  });
  return [...resourceChanges("Provider", before.provider, after.provider), ...resources, ...functions, ...types];
}

/** The changes that a changelog does not name under "Breaking" of its newest version. */
export function unnamedChanges(changes: readonly string[], changelog: string): string[] {
  const newest = changelog.split(/^## /m)[1] ?? "";
  const breaking = newest.split(/^### /m).find((section) => section.startsWith("Breaking\n")) ?? "";
  return changes.filter((change) => !breaking.includes(change.slice(0, change.indexOf("`", 1) + 1)));
}

function resourceChanges(place: string, old: ResourceSpec, now: ResourceSpec): string[] {
  const inputs = ({ inputProperties, requiredInputs }: ResourceSpec): Shape => ({
    properties: inputProperties ?? {},
    required: requiredInputs ?? [],
  });
  const changes = [
    ...shapeChanges(place, "input", inputs(old), inputs(now)),
    ...shapeChanges(place, "output", old, now),
  ];
  // Most inputs are outputs too.
  return [...new Set(changes)];
}

function compareAll<Spec>(
  before: Readonly<Record<string, Spec>>,
  after: Readonly<Record<string, Spec>>,
  compare: (place: string, old: Spec, now: Spec) => string[],
): string[] {
  return Object.entries(before).flatMap(([token, old]) => {
    const place = token.split(":").at(-1) ?? token;
    const now = after[token];
    return now ? compare(place, old, now) : [`\`${place}\` is removed`];
  });
}

function shapeChanges(place: string, way: Way, old: Shape = {}, now: Shape = {}): string[] {
  const [wasRequired, isRequired] = [new Set(old.required), new Set(now.required)];
  const properties = Object.entries(old.properties ?? {}).flatMap(([name, was]) => {
    const is = now.properties?.[name];
    if (!is) return [`\`${place}.${name}\` is removed`];
    if (typeText(was) !== typeText(is)) return [`\`${place}.${name}\` has another type`];
    return way !== "input" && wasRequired.has(name) && !isRequired.has(name)
      ? [`\`${place}.${name}\` is no longer always there`]
      : [];
  });
  const demanded = way === "output" ? [] : [...isRequired].filter((name) => !wasRequired.has(name));
  return [...properties, ...demanded.map((name) => `\`${place}.${name}\` is newly required`)];
}

/** What a property holds, in one spelling. A string that gets names for its values is a string still. */
function typeText({ type, items, additionalProperties, oneOf, $ref }: Json): string {
  if (oneOf !== undefined) return typeText({ type });
  return JSON.stringify([type, $ref, ...[items, additionalProperties].map((part) => part && typeText(part as Json))]);
}
