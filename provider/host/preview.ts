// What may be promised of a resource before it is touched: values that are certain, nothing where a property will certainly
// not be set, and unknowns for the rest. Knows nothing of OAuth 2.0.

import { changedFields, isUnset, kindOfField, serverDefault } from "../lifecycle/diff.ts";
import { type FieldRules, isNothing, sameValue } from "../lifecycle/field.ts";
import type { Definition } from "../lifecycle/resource.ts";
import { isUnknown, unknown, type Values } from "../lifecycle/value.ts";

/** What no update changes: who depends on it need not be looked at. */
export function stablesOf({ fields }: Definition, state: Values): string[] {
  const fixed = ({ replaces, locates, unsetsInPlace, stable }: FieldRules) =>
    (replaces && !locates && !unsetsInPlace) || stable;
  return Object.keys(fields).filter((name) => fixed(fields[name] ?? {}) && name in state);
}

/** What will be recorded after a creation. */
export function previewOfCreate(resource: Definition, inputs: Values): Values {
  const names = Object.keys(resource.inputs.shape);
  return Object.fromEntries(names.map((name) => [name, createdValue(resource, name, inputs[name])]));
}

// The server's default is known when the object exists: it may be configured.
function createdValue(resource: Definition, name: string, value: unknown): unknown {
  const { choose, keptWhenUnset, serverDefault: shipped } = resource.fields[name] ?? {};
  const filled = shipped !== undefined || choose !== undefined || keptWhenUnset === true;
  if (isUnknown(value) || !isUnset(resource, name, value)) return value;
  return filled ? unknown : (value ?? null);
}

/** What will be recorded after an update. */
export function previewOfUpdate(resource: Definition, inputs: Values, state: Values): Values {
  const changed = new Set(changedFields(resource, inputs, state));
  const given = Object.keys(resource.inputs.shape).map((name) => [
    name,
    changed.has(name)
      ? updatedValue(resource, name, inputs[name], state)
      : keptValue(resource, name, inputs[name], state),
  ]);
  const moving = new Set(resource.moves?.(inputs, state));
  const told = Object.keys(resource.outputs.shape).map((name) => [name, outputValue(resource, name, state)]);
  const moved = [...moving].map((name) => [name, unknown]);
  return Object.fromEntries([...given, ...told, ...moved]);
}

function updatedValue(resource: Definition, name: string, value: unknown, state: Values): unknown {
  if (isUnknown(value) || !isUnset(resource, name, value)) return value;
  const own = serverDefault(resource, state, name);
  if (!isNothing(own)) return own;
  return resource.fields[name]?.keptWhenUnset ? (state[name] ?? unknown) : (value ?? null);
}

// What stays is recorded as the program spells it.
function keptValue(resource: Definition, name: string, value: unknown, state: Values): unknown {
  const same = !isNothing(value) && sameValue(kindOfField(resource, name), value, state[name]);
  return same ? value : (state[name] ?? null);
}

function outputValue({ fields }: Definition, name: string, state: Values): unknown {
  if (isNothing(state[name])) return null;
  return fields[name]?.moves ? unknown : state[name];
}
