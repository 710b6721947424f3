// Values that the provider chooses once, because the program names none, and then keeps.

import { type Choose, isNothing } from "./field.ts";
import type { Definition } from "./resource.ts";
import type { Values } from "./value.ts";

/** In the inputs: the value chosen for a field. In the state: that the recorded value was chosen. */
export function choiceKey(name: string): string {
  return `__${name}`;
}

/**
 * Adds what the provider chooses for unset fields. `before` are the inputs recorded last: a choice
 * is made once. With the engine's `seed` a preview and the operation planned by it choose the same.
 */
export function complete(resource: Definition, inputs: Values, before: Values, seed?: Uint8Array): Values {
  const choices = chosenFields(resource).filter(([name]) => isNothing(inputs[name]));
  const made = choices.map(([name, choose]) => [
    choiceKey(name),
    before[name] ?? before[choiceKey(name)] ?? choose(seed),
  ]);
  return { ...inputs, ...Object.fromEntries(made) };
}

/** A field's value: what the program names, else what was chosen. */
export function chosen(inputs: Values, name: string): unknown {
  return inputs[name] ?? inputs[choiceKey(name)];
}

/** In the state: which of the recorded values were chosen. */
export function choicesOf(resource: Definition, inputs: Values): Values {
  const made = chosenFields(resource).filter(([name]) => !isNothing(inputs[choiceKey(name)]));
  return Object.fromEntries(made.map(([name]) => [choiceKey(name), true]));
}

function chosenFields(resource: Definition): [string, Choose][] {
  return Object.entries(resource.fields).flatMap(([name, { choose }]) => (choose ? [[name, choose]] : []));
}
