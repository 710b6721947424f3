// Tells Pulumi's Terraform converter which resources and properties a Terraform provider's become, in the form that it
// shares with providers that are bridged from Terraform. Knows nothing of OAuth 2.0.

import { camelCase } from "../hydra/naming.ts";
import { kindOfField } from "../lifecycle/diff.ts";
import { type Argument, type Block, type Origin, origins, settings } from "./terraform.ts";

/** Terraform's types as the converter counts them. */
const types = { boolean: 1, "whole number": 2, text: 4, texts: 5, object: 6 } as const;

interface Shape {
  readonly type: number;
  readonly optional: true;
  readonly computed?: boolean;
  readonly element?: object;
}

/** The mapping of a provider, by the name that programs give it. */
export function terraformMapping(name: string, version: string): object {
  const own = origins.filter(({ type }) => type.startsWith(`${name}_`));
  const byType = <T>(of: (origin: Origin) => T) => Object.fromEntries(own.map((origin) => [origin.type, of(origin)]));
  const bySetting = <T>(of: (argument: Argument) => T) => {
    const all = [...new Set(own.map(({ source }) => source))].flatMap((source) => settings[source] ?? []);
    const plain = all.filter(({ how, name }) => how === undefined && !name.includes("."));
    return Object.fromEntries(plain.map((argument) => [argument.name, of(argument)]));
  };
  return {
    name,
    version,
    // Blocks in the configuration of a provider are not converted, by whatever name.
    config: bySetting((argument) => ({ name: argument.becomes })),
    provider: {
      schema: bySetting(() => ({ type: types.text, optional: true })),
      resources: byType(shapes),
    },
    resources: byType((origin) => ({
      tok: `hydra:index:${origin.becomes.type}`,
      fields: Object.fromEntries(origin.arguments.map(fieldOf)),
    })),
  };
}

/** The name that an argument gets in a program. */
function fieldOf({ name, becomes, how }: Argument): [string, { readonly name: string }] {
  const [first = name, ...nested] = name.split(".");
  // What our property does not take as it stands keeps its name: both the converter and a preview then point at it.
  const isAlike = how === undefined && nested.length === 0 && becomes !== undefined;
  return [first, { name: isAlike ? becomes : camelCase(first) }];
}

/** The shapes of all arguments of a resource; those in blocks of one name make one. */
function shapes(origin: Origin): Record<string, Shape> {
  const all: Record<string, Shape> = {};
  const blocks: Record<string, Record<string, Shape>> = {};
  for (const argument of origin.arguments) {
    const [first = "", nested] = argument.name.split(".");
    if (nested === undefined) all[first] = shape(origin, argument);
    else {
      blocks[first] = { ...blocks[first], [nested]: shape(origin, argument) };
      all[first] = blockOf(blocks[first]);
    }
  }
  return all;
}

function shape(origin: Origin, { becomes, form }: Argument): Shape {
  if (typeof form === "object") return blockOf(membersOf(form));
  // What a program may leave out and read all the same.
  const chosen = origin.becomes.fields[becomes ?? ""];
  const computed = chosen?.choose !== undefined || chosen?.keptWhenUnset || chosen?.serverDefault !== undefined;
  return { ...shapeOf(form ?? formOf(origin, becomes ?? "")), ...(computed ? { computed } : {}) };
}

function membersOf(block: Block): Record<string, Shape> {
  return Object.fromEntries(Object.entries(block).map(([name, form]) => [name, shapeOf(form)]));
}

function shapeOf(form: keyof typeof types): Shape {
  const type = types[form];
  const nested = type === types.texts || type === types.object ? { element: { schema: { type: types.text } } } : {};
  return { type, optional: true, ...nested };
}

function blockOf(members: Record<string, Shape>): Shape {
  return { type: types.texts, optional: true, element: { resource: members } };
}

/** The form of a property, out of what clears it: that has the type of the property, but for durations, which are texts. */
function formOf({ becomes }: Origin, name: string): keyof typeof types {
  const { empty } = kindOfField(becomes, name);
  if (Array.isArray(empty)) return "texts";
  if (typeof empty === "boolean") return "boolean";
  return typeof empty === "object" && empty !== null ? "object" : "text";
}
