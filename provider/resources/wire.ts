// Between a resource's fields and Hydra's JSON: what is sent, what is recorded, what was not kept.

import type { Wire } from "../hydra/admin.ts";
import { HydraError } from "../hydra/error.ts";
import { snakeCase } from "../hydra/naming.ts";
import { changedFields, desiredValue, isUnset, kindOfField, serverDefaultsKey } from "../lifecycle/diff.ts";
import { isNothing, type Kind, sameValue } from "../lifecycle/field.ts";
import type { Resource } from "../lifecycle/resource.ts";
import type { Values } from "../lifecycle/value.ts";

/** The set properties among `names`, by Hydra's names: an empty one asks for what an unset one does. The connection is not Hydra's. */
export function wireOf<Server>(resource: Resource<Server>, values: Values, names: readonly string[]): Wire {
  const set = names.filter((name) => name !== "connection" && !isUnset(resource, name, values[name]));
  return Object.fromEntries(set.map((name) => [snakeCase(name), values[name]]));
}

/**
 * What is recorded of a live object: the fields that are set, in the spelling of `known` where that means the same.
 * So neither a duration written differently nor an empty list is ever a change.
 */
export function readFields<Server>(
  resource: Resource<Server>,
  wire: Wire,
  known: Values,
  names: readonly string[],
): Values {
  const state: Record<string, unknown> = {};
  for (const name of names) {
    const kind = kindOfField(resource, name);
    const live = liveValue(kind, wire, name);
    if (!isNothing(known[name]) && sameValue(kind, known[name], live)) state[name] = known[name];
    else if (!isNothing(live) && !kind.isEmpty(live)) state[name] = live;
  }
  return state;
}

/** What the server adds to the inputs. */
export function outputsOf<Server>(resource: Resource<Server>, wire: Wire): Values {
  const state: Record<string, unknown> = {};
  for (const name of Object.keys(resource.outputs.shape)) {
    const value = wire[snakeCase(name)];
    if (!isNothing(value) && value !== "") state[name] = value;
  }
  return state;
}

/** What has to be sent so that the live object becomes as desired: only what differs. `state` knows this server's defaults. */
export function differing<Server>(
  resource: Resource<Server>,
  inputs: Values,
  state: Values,
  observed: Wire,
  names: readonly string[],
): Wire {
  const changes: Record<string, unknown> = {};
  for (const name of names) {
    const kind = kindOfField(resource, name);
    const desired = desiredValue(resource, inputs, state, name);
    if (sameValue(kind, desired, liveValue(kind, observed, name))) continue;
    changes[snakeCase(name)] = isUnset(resource, name, inputs[name]) ? kind.empty : inputs[name];
  }
  return changes;
}

/** Records what this server filled into unset fields, where that is not what Hydra ships with. */
export function withServerDefaults<Server>(resource: Resource<Server>, inputs: Values, state: Values): Values {
  const own = Object.entries(resource.fields).filter(
    ([name, { serverDefault: shipped }]) =>
      shipped !== undefined &&
      isUnset(resource, name, inputs[name]) &&
      !isNothing(state[name]) &&
      !sameValue(kindOfField(resource, name), state[name], shipped),
  );
  if (own.length === 0) return state;
  return { ...state, [serverDefaultsKey]: Object.fromEntries(own.map(([name]) => [name, state[name]])) };
}

/** One reason for each property that the server did not keep as asked. */
export function unmetReasons<Server>(resource: Resource<Server>, inputs: Values, state: Values): string[] {
  const unmet = changedFields(resource, inputs, state).filter((name) => !resource.fields[name]?.local);
  return unmet.map((name) => {
    const since = resource.fields[name]?.since;
    const why = since ? `; it needs Hydra ${since} or later` : "";
    return `${name}: the server accepted it but did not keep it${why}`;
  });
}

function liveValue({ type, recordable }: Kind, wire: Wire, name: string): unknown {
  const value = wire[snakeCase(name)];
  if (isNothing(value)) return undefined;
  const actual = Array.isArray(value) ? "array" : typeof value;
  if (type !== "any" && type !== actual) {
    const message = `the server sent ${snakeCase(name)} as ${actual} where ${type} is expected; is hydra:adminUrl a Hydra?`;
    throw new HydraError(message, { kind: "unreachable", method: "GET", path: snakeCase(name) });
  }
  return recordable ? recordable(value) : value;
}
