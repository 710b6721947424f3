// What resources of one program that have to do with one object have in common, whatever the object is.

import type { Explanation } from "../explained.ts";
import { isNothing } from "../lifecycle/field.ts";
import { sameJson, type Values } from "../lifecycle/value.ts";

/** Whether a program writes the same in both inputs. What the provider added does not count. */
export function sameProgram(left: Values, right: Values): boolean {
  const program = (inputs: Values) =>
    Object.fromEntries(Object.entries(inputs).filter(([name, value]) => !name.startsWith("__") && !isNothing(value)));
  return sameJson(program(left), program(right));
}

/** Whether an operation is on the resource with these inputs. Where no URN is known, what the program writes tells. */
export function isOfProgram(
  other: { readonly urn: string | undefined; readonly inputs: Values },
  urn: string | undefined,
  inputs: Values,
): boolean {
  return urn === undefined ? sameProgram(other.inputs, inputs) : other.urn === urn;
}

/** The warning of a deletion that leaves an object to another resource, which has the URN where one is known. */
export function keptByAnother(kind: "client" | "key", id: string, urn: string | undefined): Explanation {
  const message = `the ${kind} ${JSON.stringify(id)} was not deleted: another resource of this program has it${urn === undefined ? "" : ` (${urn})`}`;
  return { code: "not-ours", message, advice: "Pulumi only removes this resource from its state" };
}
