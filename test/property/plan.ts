// One random story of a resource: what a program says first, how it says the same again, what it changes, and what
// others change behind its back. Knows the fields; knows no resource.

import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import type { Field } from "./field.ts";

export type Fields = Readonly<Record<string, Field>>;
/** What each field means; those that are missing mean the default. */
export type Meanings = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, unknown>>;

/** What a program says of one field: what it means, how it is written, how it could be written as well. */
export interface Entry {
  readonly value: unknown;
  readonly way: number;
  readonly otherWay: number;
}

/** Another meaning for one field; `near` picks one close to the meaning it has. */
export interface Edit {
  readonly name: string;
  readonly value: unknown;
  readonly way: number;
  readonly near: number | undefined;
}

export interface Plan {
  readonly program: Readonly<Record<string, Entry>>;
  readonly edits: readonly Edit[];
  readonly drifts: readonly Edit[];
  /** How the fields that the program does not name are written when it says the same again. */
  readonly emptyWay: number;
}

const ways = fc.nat({ max: 23 });

/** Stories about these fields; `drifting` ones can be changed on the server. */
export function plans(fields: Fields, drifting: readonly string[]): fc.Arbitrary<Plan> {
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    fc.record({ value: valuesOf(field), way: ways, otherWay: ways }, { noNullPrototype: true }),
  ]);
  const program: fc.Arbitrary<Record<string, Entry>> = fc.record(Object.fromEntries(entries), {
    requiredKeys: Object.keys(fields).filter((name) => fields[name]!.required),
    noNullPrototype: true,
  });
  return fc.record({
    program,
    edits: editsOf(fields, Object.keys(fields), 1, 4),
    drifts: editsOf(fields, drifting, 1, 2),
    emptyWay: fc.nat({ max: 2 }),
  });
}

function valuesOf({ values, required }: Field): fc.Arbitrary<unknown> {
  return required
    ? values
    : fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 3, arbitrary: values });
}

function editsOf(fields: Fields, names: readonly string[], minLength: number, maxLength: number): fc.Arbitrary<Edit[]> {
  const edits = names.map((name) =>
    fc.record({
      name: fc.constant(name),
      value: valuesOf(fields[name]!),
      way: ways,
      near: fc.option(ways, { nil: undefined }),
    }),
  );
  if (edits.length === 0) return fc.constant([]);
  return fc.uniqueArray(fc.oneof(...edits), {
    minLength: Math.min(minLength, names.length),
    maxLength: Math.min(maxLength, names.length),
    selector: ({ name }) => name,
  });
}

/** The story with texts of its own where `mark` stands in this field. */
export function told<Story extends Plan>(story: Story, name: string, mark: string, unique: () => string): Story {
  const renamed = <One extends { readonly value: unknown }>(one: One): One =>
    typeof one.value === "string" ? { ...one, value: one.value.replace(mark, unique()) } : one;
  const { [name]: entry, ...others } = story.program;
  return {
    ...story,
    program: entry ? { ...others, [name]: renamed(entry) } : others,
    edits: story.edits.map((edit) => (edit.name === name ? renamed(edit) : edit)),
  };
}

/** How the story's program writes a field at first. */
export function firstWay({ program }: Plan): (name: string) => number {
  return (name) => program[name]?.way ?? 0;
}

/** How it writes the field when it says the same again. */
export function otherWay({ program, emptyWay }: Plan): (name: string) => number {
  return (name) => program[name]?.otherWay ?? emptyWay;
}

/** How it writes the field after its edits. */
export function editedWay(story: Plan): (name: string) => number {
  return (name) => story.edits.find((edit) => edit.name === name)?.way ?? firstWay(story)(name);
}

/** What the program means. */
export function meaningsOf(fields: Fields, program: Plan["program"]): Meanings {
  return mapped(fields, (field, name) => settled(field, program[name]?.value));
}

/** A generated meaning may be the default. */
function settled(field: Field, meaning: unknown): unknown {
  return meaning === undefined ? undefined : field.mean(field.spell(meaning)[0]);
}

/** What values, of a program, of a state or in Hydra's JSON, mean. */
export function meaningsIn(fields: Fields, values: Values, nameOf = (name: string) => name): Meanings {
  return mapped(fields, (field, name) => field.mean(values[nameOf(name)]));
}

/** The meanings after the edits. An edit to what a field means already takes it away instead, where that can be. */
export function edited(fields: Fields, meanings: Meanings, edits: readonly Edit[]): Meanings {
  const next = edits.map(({ name, value, near }) => {
    const field = fields[name]!;
    const close = near === undefined ? [] : field.near(meanings[name]);
    const meaning = settled(field, close.length > 0 ? close[near! % close.length] : value);
    return [name, isDeepStrictEqual(meaning, meanings[name]) && !field.required ? undefined : meaning];
  });
  return { ...meanings, ...Object.fromEntries(next) };
}

/** A program that says what is meant; `wayOf` picks how a field is written. */
export function written(fields: Fields, meanings: Meanings, wayOf: (name: string) => number): Values {
  const all = Object.entries(fields).map(([name, field]) => {
    const spellings = field.spell(meanings[name]);
    return [name, spellings[wayOf(name) % spellings.length]] as const;
  });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** The fields that do not mean the same. */
export function differing(fields: Fields, left: Meanings, right: Meanings): string[] {
  return Object.keys(fields).filter((name) => !isDeepStrictEqual(left[name], right[name]));
}

function mapped(fields: Fields, meaning: (field: Field, name: string) => unknown): Meanings {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, meaning(field, name)]));
}

/** Those of these members that are there. */
export function picked(values: Values, names: readonly string[]): Values {
  return Object.fromEntries(names.filter((name) => name in values).map((name) => [name, values[name]]));
}

/** All members but these. */
export function without<Value>(
  values: Readonly<Record<string, Value>>,
  names: readonly string[],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
