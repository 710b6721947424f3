// Pulumi's wire values: unknowns and secrets. The only file with the engine's magic strings.

import { unknown, type Values } from "../lifecycle/value.ts";

/** One marker for each type; programs in Node.js send the first one for all of them. */
const unknownMarkers = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Values as the lifecycle sees them. */
export function fromWire(value: unknown): unknown {
  if (typeof value === "string") return unknownMarkers.has(value) ? unknown : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromWire);
  return propertiesFromWire(value);
}

/** The properties of a resource as the lifecycle sees them. */
export function propertiesFromWire(properties: object): Values {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, fromWire(value)]));
}
