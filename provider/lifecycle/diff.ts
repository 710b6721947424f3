// Desired inputs against recorded state: what changed, what that replaces, and what has to be deleted first.

import type * as z from "zod";
import { choiceKey } from "./choice.ts";
import { isNothing, type Kind, kindOf, sameValue } from "./field.ts";
import type { Definition } from "./resource.ts";
import { sameJson, type Values } from "./value.ts";

export interface Diff {
  /** Changed properties, in the order of the inputs' schema. */
  readonly changed: readonly string[];
  /** Those of them that cannot change in place. */
  readonly replaces: readonly string[];
  /**
   * Old and new object cannot exist side by side. This is said whatever changed: the program may ask for a replacement, and
   * the engine asks again about one that is pending, when nothing differs any more.
   */
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
 * `moves` says that they name another server than the one that has the object.
 */
export function diff(resource: Definition, inputs: Values, state: Values, moves: boolean): Diff {
  const changed = changedFields(resource, inputs, state);
  const inPlace = (name: string) => {
    const { locates, unsetsInPlace } = resource.fields[name] ?? {};
    if (locates) return !moves;
    if (unsetsInPlace && isUnset(resource, name, inputs[name])) return true;
    return completes(name, inputs, state) || resource.completes?.(name, inputs, state) === true;
  };
  const replaces = changed.filter((name) => resource.fields[name]?.replaces && !inPlace(name));
  return { changed, replaces, deleteBeforeReplace: !moves && resource.collides(inputs, state) };
}

export function changedFields(resource: Definition, inputs: Values, state: Values): string[] {
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
export function inputsOf(resource: Definition, state: Values, before: Values): Values {
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
export function serverDefault(resource: Definition, state: Values, name: string): unknown {
  const own = state[serverDefaultsKey] as Values | undefined;
  return own?.[name] ?? resource.fields[name]?.serverDefault;
}

/** What a field is to be: the input, or the server's default where that is unset or empty. */
export function desiredValue(resource: Definition, inputs: Values, state: Values, name: string): unknown {
  const value = inputs[name];
  return isUnset(resource, name, value) ? (serverDefault(resource, state, name) ?? value) : value;
}

/** Whether a field's value asks for the server's default. */
export function isUnset(resource: Definition, name: string, value: unknown): boolean {
  return isNothing(value) || kindOfField(resource, name).isEmpty(value);
}

export function kindOfField(resource: Definition, name: string): Kind {
  return kindOf(resource.inputs.shape[name] as z.ZodType);
}
