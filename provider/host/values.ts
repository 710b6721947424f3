// Pulumi's wire values: unknowns and secrets. The only file with the engine's magic strings.

import { isUnknown, unknown, type Values } from "../lifecycle/value.ts";

/** Properties as they are on the wire. */
export type PulumiProperties = Record<string, NonNullable<unknown>>;

const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** One marker for each type; programs in Node.js send the one for texts for all of them. */
const unknownMarkers = new Set([
  unknownText,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The member that tells what an object stands for. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

type Wrapper = Readonly<Record<string, unknown>>;

function isWrapper(value: unknown, kind: string): value is Wrapper {
  return typeof value === "object" && value !== null && (value as Wrapper)[signature] === kind;
}

/** A value as the lifecycle sees it: without the marks of secrets, unknowns as {@link unknown}. */
export function fromWire(value: unknown): unknown {
  if (typeof value === "string") return unknownMarkers.has(value) ? unknown : value;
  if (typeof value !== "object" || value === null) return value;
  if (isWrapper(value, secretSignature)) return fromWire(value.value);
  if (isWrapper(value, outputSignature)) return "value" in value ? fromWire(value.value) : unknown;
  if (Array.isArray(value)) return value.map(fromWire);
  return propertiesFromWire(value);
}

/** The properties of a resource as the lifecycle sees them. */
export function propertiesFromWire(properties: object): Values {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, fromWire(value)]));
}

/** Whether a value is secret, or somewhere holds a secret one. */
function containsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isWrapper(value, secretSignature)) return true;
  if (isWrapper(value, outputSignature) && value.secret === true) return true;
  return Object.values(value).some(containsSecret);
}

/** The properties that are secret, or hold something secret. */
export function secretNames(...all: readonly object[]): Set<string> {
  const entries = all.flatMap((properties) => Object.entries(properties));
  return new Set(entries.filter(([, value]) => containsSecret(value)).map(([name]) => name));
}

/** The texts inside secret values. */
export function secretTexts(value: unknown, secret = false): string[] {
  if (typeof value === "string") return secret ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const inside =
    secret || isWrapper(value, secretSignature) || (isWrapper(value, outputSignature) && value.secret === true);
  return Object.values(value).flatMap((item) => secretTexts(item, inside));
}

/**
 * Properties for the wire, those in `secrets` marked as a whole. Unset ones are left out. In a preview that would mean that
 * nobody knows them: there, null says that they will not be set.
 */
export function propertiesToWire(
  properties: Values,
  secrets: ReadonlySet<string>,
  keepsNull = false,
): PulumiProperties {
  const wire: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    const plain = toWire(value);
    if (plain === undefined || (plain === null && !keepsNull)) continue;
    wire[name] = secrets.has(name) && plain !== null ? { [signature]: secretSignature, value: plain } : plain;
  }
  return wire as PulumiProperties;
}

/**
 * A value for the wire. What a server holds of Pulumi's own marks is left out: whoever can write a client's name or
 * metadata could otherwise have the engine take it for an unknown, a secret, or a file to read.
 */
function toWire(value: unknown): NonNullable<unknown> | null | undefined {
  if (isUnknown(value)) return unknownText;
  if (typeof value === "string") return unknownMarkers.has(value) ? null : value;
  if (typeof value !== "object" || value === null) return value as NonNullable<unknown> | null | undefined;
  if (Array.isArray(value)) return value.map(toWire);
  const own = Object.entries(value).filter(([name]) => name !== signature);
  return Object.fromEntries(own.map(([name, item]) => [name, toWire(item)]));
}
