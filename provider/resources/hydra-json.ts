// Between a resource's fields and Hydra's JSON: what is sent, what is recorded, what was not kept.

import type { Explanation } from "../explained.ts";
import { HydraError } from "../hydra/error.ts";
import type { HydraJson } from "../hydra/json.ts";
import { exact } from "../hydra/json.ts";
import { snakeCase } from "../hydra/naming.ts";
import { changedFields, desiredValue, driftKey, isUnset, kindOfField, serverDefaultsKey } from "../lifecycle/diff.ts";
import { isNothing, type Kind, sameValue } from "../lifecycle/field.ts";
import { type Definition, type Live, PartialFailure } from "../lifecycle/resource.ts";
import { sameJson, textOf, type Values } from "../lifecycle/value.ts";

/** The set properties among `names`, by Hydra's names: an empty one asks for what an unset one does. The connection is not Hydra's. */
export function hydraJsonOf(resource: Definition, values: Values, names: readonly string[]): HydraJson {
  const set = names.filter((name) => name !== "connection" && !isUnset(resource, name, values[name]));
  return Object.fromEntries(set.map((name) => [snakeCase(name), values[name]]));
}

/**
 * What is recorded of a live object: the fields that are set, in the spelling of `known` where that means the same.
 * So neither a duration written differently nor an empty list is ever a change.
 */
export function readFields(resource: Definition, json: HydraJson, known: Values, names: readonly string[]): Values {
  const state: Record<string, unknown> = {};
  for (const name of names) {
    const kind = kindOfField(resource, name);
    const live = liveValue(kind, json, name);
    if (!isNothing(known[name]) && sameValue(kind, known[name], live)) state[name] = known[name];
    else if (!isNothing(live) && !kind.isEmpty(live)) state[name] = live;
  }
  return state;
}

/** What stays recorded of fields that an update left alone, in the spelling of `known` where that means the same. */
export function keptFields(resource: Definition, state: Values, known: Values, names: readonly string[]): Values {
  const kept: Record<string, unknown> = {};
  for (const name of names) {
    const same = !isNothing(known[name]) && sameValue(kindOfField(resource, name), known[name], state[name]);
    const value = same ? known[name] : state[name];
    if (!isNothing(value)) kept[name] = value;
  }
  return kept;
}

/** A client as a list names it. */
export function listedClient({ client_id: id, client_name: name }: HydraJson): { id: string; name: string } {
  return { id: String(id), name: textOf(name) || String(id) };
}

/** What the server adds to the inputs. */
export function outputsOf(resource: Definition, json: HydraJson): Values {
  const state: Record<string, unknown> = {};
  for (const name of Object.keys(resource.outputs.shape)) {
    const value = json[snakeCase(name)];
    if (!isNothing(value) && value !== "") state[name] = value;
  }
  return state;
}

/**
 * What has to be sent so that the live object becomes as desired: only what differs. `state` knows this server's defaults, and
 * which members of an object changed: the others stay as the server has them, as fields do.
 */
export function differing(
  resource: Definition,
  inputs: Values,
  state: Values,
  observed: HydraJson,
  names: readonly string[],
): HydraJson {
  const changes: Record<string, unknown> = {};
  for (const name of names) {
    const kind = kindOfField(resource, name);
    const [desired, live] = [desiredValue(resource, inputs, state, name), liveValue(kind, observed, name)];
    const recorded = state[driftKey(name)] === true ? undefined : state[name];
    if (sameValue(kind, withLiveMembers(recorded, desired, live), live)) continue;
    changes[snakeCase(name)] = isUnset(resource, name, inputs[name])
      ? kind.empty
      : withLiveMembers(recorded, inputs[name], exact(observed)[snakeCase(name)]);
  }
  return changes;
}

/** An object as desired, but for the members that are recorded as they are desired: these stay as they are. */
function withLiveMembers(recorded: unknown, desired: unknown, live: unknown): unknown {
  if (!isObject(recorded) || !isObject(desired) || !isObject(live)) return desired;
  const members = [...new Set([...Object.keys(desired), ...Object.keys(live)])].map((name) => {
    const [before, after, now] = [recorded, desired, live].map((all) =>
      Object.hasOwn(all, name) ? all[name] : undefined,
    );
    return [name, sameJson(before, after) ? now : withLiveMembers(before, after, now)] as const;
  });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

/** A number that JavaScript cannot hold is an object without prototype. */
function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Records what this server filled into unset fields, where that is not what Hydra ships with. */
export function withServerDefaults(resource: Definition, inputs: Values, state: Values): Values {
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
export function unmetReasons(resource: Definition, inputs: Values, state: Values): Explanation[] {
  const unmet = changedFields(resource, inputs, state).filter((name) => !resource.fields[name]?.local);
  return unmet.map((name) => {
    const since = resource.fields[name]?.since;
    const advice = since ? `it needs Hydra ${since} or later` : undefined;
    return { code: "not-kept", message: `${name}: the server accepted it but did not keep it`, advice };
  });
}

/** What was written, unless something about it is not as asked. */
export function unlessUnmet(live: Live, reasons: readonly Explanation[]): Live {
  const [first, ...rest] = reasons;
  if (first) throw new PartialFailure(live, [first, ...rest]);
  return live;
}

function liveValue({ type, recordable }: Kind, json: HydraJson, name: string): unknown {
  const value = json[snakeCase(name)];
  if (isNothing(value)) return undefined;
  const actual = Array.isArray(value) ? "array" : typeof value;
  if (type !== "any" && type !== actual) {
    const message = `the server sent ${snakeCase(name)} as ${actual} where ${type} is expected`;
    const advice = "check that hydra:adminUrl points at Hydra's admin API";
    throw new HydraError({ code: "not-hydra", message, advice, method: "GET", path: snakeCase(name) });
  }
  return recordable ? recordable(value) : value;
}
