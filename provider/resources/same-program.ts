// Whether two inputs are what a program wrote, once: the provider's own additions apart.

import { isNothing } from "../lifecycle/field.ts";
import { sameJson, type Values } from "../lifecycle/value.ts";

export function sameProgram(left: Values, right: Values): boolean {
  const program = (inputs: Values) =>
    Object.fromEntries(Object.entries(inputs).filter(([name, value]) => !name.startsWith("__") && !isNothing(value)));
  return sameJson(program(left), program(right));
}
