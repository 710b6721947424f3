// What a field is beyond its type: how its values compare, what "not set" looks like, what a change of it does.

import * as z from "zod";
import { containsUnknown, sameJson } from "./value.ts";

/** How the values of a field compare. Attached to the field's zod schema by {@link kind}. */
export interface Kind {
  /** The type of its values, where they all have one. */
  readonly type: "string" | "boolean" | "array" | "any";
  /** The value that clears the field on the server. */
  readonly empty: unknown;
  /** Whether a set value means the same as no value. */
  isEmpty(value: unknown): boolean;
  /** Whether two values that are both set mean the same. */
  same(left: unknown, right: unknown): boolean;
  /** What of a value that the server shows may be recorded; all of it when absent. */
  readonly recordable?: (value: unknown) => unknown;
  /** The values that programs are offered by name, of the field or of each item of a list. */
  readonly known?: KnownValues;
}

/** Values that have names in programs. */
export interface KnownValues {
  /** The name of the enum in the package schema. */
  readonly name: string;
  readonly doc: string;
  /** The values by their names. */
  readonly values: Readonly<Record<string, string>>;
}

/** Makes a value; the same one for the same seed. */
export type Choose = (seed?: Uint8Array) => string;

/** What one field does; the rest of it is its schema and its doc comment. `Input` is the name of an input of the same resource. */
export interface FieldRules<Input = string> {
  /** Encrypted in Pulumi's state. */
  readonly secret?: true;
  /** A change replaces the resource. */
  readonly replaces?: true;
  /** Beside `replaces`: to unset it replaces nothing. */
  readonly unsetsInPlace?: true;
  /** Unset keeps what is recorded, instead of asking for the default. */
  readonly keptWhenUnset?: true;
  /** Makes the value when the program names none: once, kept from then on. */
  readonly choose?: Choose;
  /** What the server fills in when the field is unset. */
  readonly serverDefault?: unknown;
  /** Recorded only where this input is true. */
  readonly onlyWith?: Input;
  /** Not a field of the server's: nothing there can keep it. */
  readonly local?: true;
  /** The first server version that has the field, where not all have it. */
  readonly since?: string;
  /** Names the server that the object lives on. */
  readonly locates?: true;
  /** An output that stays as it is while the object exists. */
  readonly stable?: true;
  /** An output that any update may change, or end. */
  readonly moves?: true;
  /** May hold a secret although it is none: no message shows its value. */
  readonly confidential?: true;
  /** Holds public JSON Web Keys (RFC 7517): programs are refused private members before anything else sees them. */
  readonly publicKeys?: true;
  /** Is the id of the object. */
  readonly identifies?: true;
}

/** The rules of fields by their names, each of which stands in the inputs or the outputs: a misspelt one does not compile. */
export function rulesOf<
  Inputs extends z.ZodRawShape,
  Outputs extends z.ZodRawShape,
  const Rules extends { readonly [Name in keyof Inputs | keyof Outputs]?: FieldRules<keyof Inputs> },
>(
  _inputs: z.ZodObject<Inputs>,
  _outputs: z.ZodObject<Outputs>,
  // The compiler itself lets names pass that nobody has, where they are spread.
  rules: Rules & { readonly [Name in Exclude<keyof Rules, keyof Inputs | keyof Outputs>]: never },
): Readonly<Record<string, FieldRules>> {
  return rules as Readonly<Record<string, FieldRules>>;
}

/** The rule of fields into which people write what they like: one of them may hold a secret. */
export function confidential<Name extends string>(...names: readonly Name[]) {
  const rules = names.map((name) => [name, { confidential: true }]);
  return Object.fromEntries(rules) as Readonly<Record<Name, { readonly confidential: true }>>;
}

/** Something that has fields: a resource or a function. */
export interface Fielded {
  readonly inputs: z.ZodObject;
  readonly fields: Readonly<Record<string, FieldRules>>;
}

/** The name of the server that values ask for; nothing for the one without a name. */
export function serverNameOf({ fields }: Fielded, values: Readonly<Record<string, unknown>>): unknown {
  return values[locatingField(fields) ?? ""];
}

/** The field that names the server. */
export function locatingField(fields: Fielded["fields"]): string | undefined {
  return Object.keys(fields).find((name) => fields[name]?.locates);
}

const kindKey = Symbol("kind");

/** Says how values of a schema compare. */
export function kind<Schema extends z.ZodType>(schema: Schema, rules: Kind): Schema {
  return Object.assign(schema, { [kindKey]: rules });
}

const ownKind = (schema: z.ZodType & { [kindKey]?: Kind }) => schema[kindKey];

/** The values that programs are offered for a schema, be it optional or not the schema of a field. */
export function knownValuesOf(schema: z.ZodType): KnownValues | undefined {
  const { known } = ownKind(schema) ?? {};
  return known ?? (schema instanceof z.ZodOptional ? knownValuesOf(schema.unwrap() as z.ZodType) : undefined);
}

/** The kind of a field of an inputs schema. */
export function kindOf(schema: z.ZodType): Kind {
  const found = ownKind(schema);
  if (found) return found;
  if (!(schema instanceof z.ZodOptional)) throw new Error("defect: a field without a kind; please report it");
  return kindOf(schema.unwrap() as z.ZodType);
}

/** Whether a value is unset. */
export function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Whether two values of a field mean the same, unset ones included. An unknown value equals nothing. */
export function sameValue({ isEmpty, same }: Kind, left: unknown, right: unknown): boolean {
  // Most are the same text.
  if (typeof left === "string" && left === right) return true;
  if (containsUnknown(left) || containsUnknown(right)) return false;
  const [noLeft, noRight] = [isNothing(left) || isEmpty(left), isNothing(right) || isEmpty(right)];
  return noLeft || noRight ? noLeft && noRight : same(left, right);
}

/** Whether two texts mean the same; what is no text, in a state that was edited, equals nothing. */
export function sameBy(meaning: (text: string) => unknown): (left: unknown, right: unknown) => boolean {
  return (left, right) => typeof left === "string" && typeof right === "string" && meaning(left) === meaning(right);
}

/** Any text; empty means unset. */
export const textKind: Kind = { type: "string", empty: "", isEmpty: (value) => value === "", same: Object.is };

/** A text in which upper and lower case are one. */
export const caselessKind: Kind = {
  ...textKind,
  same: sameBy((text) => text.toLowerCase()),
};

/** A switch; off means unset. */
export const flagKind: Kind = { type: "boolean", empty: false, isEmpty: (value) => value === false, same: Object.is };

/** An ordered list; empty means unset. */
export const listKind: Kind = {
  type: "array",
  empty: [],
  isEmpty: (value) => Array.isArray(value) && value.length === 0,
  same: sameJson,
};

/** Any JSON; an empty object means unset. */
export const jsonKind: Kind = {
  type: "any",
  empty: {},
  isEmpty: (value) => sameJson(value, {}),
  same: sameJson,
};
