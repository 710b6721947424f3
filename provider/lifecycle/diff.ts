// Desired inputs against recorded state: what changed, what that replaces, and what has to be deleted first.

import type * as z from "zod";
import { choiceKey } from "./choice.ts";
import { isNothing, type Kind, kindOf, sameValue } from "./field.ts";
import type { Resource } from "./resource.ts";
import { sameJson, type Values } from "./value.ts";

export interface Diff {
  /** Changed properties, in the order of the inputs' schema. */
  readonly changed: readonly string[];
  /** Those of them that cannot change in place. */
  readonly replaces: readonly string[];
  /** Old and new object cannot exist side by side: said of every change, because the program may ask for a replacement. */
  readonly deleteBeforeReplace: boolean;
}

/** In the state: a field that cannot be read back was found changed. */
export function driftKey(name: string): string {
  return `__${name}Changed`;
}

/** In the state: of a field's value the server shows only a part, and the part is what is recorded. */
export function unreadKey(name: string): string {
  return `__${name}Unread`;
}

/** In the state: what this server fills in, where that is not what Hydra ships with. */
export const serverDefaultsKey = "__serverDefaults";

/**
 * What `inputs` ask for that `state` does not have. The state alone decides: it is what exists.
 * `sameServer` tells whether two connections lead to one server.
 */
export function diff<Server>(
  resource: Resource<Server>,
  inputs: Values,
  state: Values,
  sameServer: (left: unknown, right: unknown) => boolean,
): Diff {
  const changed = changedFields(resource, inputs, state);
  const inPlace = (name: string) =>
    name === "connection" ? sameServer(inputs.connection, state.connection) : completes(name, inputs, state);
  const replaces = changed.filter((name) => resource.fields[name]?.replaces && !inPlace(name));
  const moves = replaces.includes("connection");
  return { changed, replaces, deleteBeforeReplace: changed.length > 0 && !moves && resource.collides(inputs, state) };
}

export function changedFields<Server>(resource: Resource<Server>, inputs: Values, state: Values): string[] {
  return Object.keys(resource.inputs.shape).filter((name) => {
    if (state[driftKey(name)] === true) return true;
    const { keptWhenUnset, choose } = resource.fields[name] ?? {};
    if (isNothing(inputs[name]) && (keptWhenUnset || choose)) return false;
    return !sameValue(kindOfField(resource, name), desiredValue(resource, inputs, state, name), state[name]);
  });
}

/** Whether an input gives the whole of a value of which only a part is recorded: what the server has may well be that. */
function completes(name: string, inputs: Values, state: Values): boolean {
  const [given, part] = [inputs[name], state[name]];
  if (state[unreadKey(name)] !== true || typeof given !== "object" || given === null) return false;
  return Object.entries(part ?? {}).every(([member, value]) => sameJson((given as Values)[member], value));
}

/**
 * The inputs that give this state: what differs from a default, and what `before` named. A secret that no input
 * named before stays out: the engine would store it in clear.
 */
export function inputsOf<Server>(resource: Resource<Server>, state: Values, before: Values): Values {
  const inputs: Record<string, unknown> = {};
  for (const name of Object.keys(resource.inputs.shape)) {
    const value = state[name];
    if (isNothing(value)) continue;
    const named = !isNothing(before[name]);
    const given = sameValue(kindOfField(resource, name), value, serverDefault(resource, state, name));
    if (!named && state[choiceKey(name)] === true) inputs[choiceKey(name)] = value;
    else if (named || (!given && !resource.fields[name]?.secret)) inputs[name] = value;
  }
  return inputs;
}

/** What the server gives a field that is not set. */
export function serverDefault<Server>(resource: Resource<Server>, state: Values, name: string): unknown {
  const own = state[serverDefaultsKey] as Values | undefined;
  return own?.[name] ?? resource.fields[name]?.serverDefault;
}

/** What a field is to be: the input, or the server's default where that is unset or empty. */
export function desiredValue<Server>(resource: Resource<Server>, inputs: Values, state: Values, name: string): unknown {
  const value = inputs[name];
  return isUnset(resource, name, value) ? (serverDefault(resource, state, name) ?? value) : value;
}

/** Whether a field's value asks for the server's default. */
export function isUnset<Server>(resource: Resource<Server>, name: string, value: unknown): boolean {
  return isNothing(value) || kindOfField(resource, name).isEmpty(value);
}

export function kindOfField<Server>(resource: Resource<Server>, name: string): Kind {
  return kindOf(resource.inputs.shape[name] as z.ZodType);
}
