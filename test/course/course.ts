// Knows what a course is: a program and turns, each a change, a fault and a command, all chosen by a seed. Plain data.
import { type Random, random } from "../fault/random.ts";
import { choices, type Declared, type Kind, kidOf, lifespanFields, type Program, serverOf } from "./declared.ts";

/** What is changed before a command. Numbers choose among what there is then. */
export type Change =
  | { readonly kind: "none" }
  | { readonly kind: "edit"; readonly at: number; readonly field: number; readonly value: number }
  | { readonly kind: "revert"; readonly turns: number }
  | { readonly kind: "rename"; readonly at: number; readonly aliases: boolean }
  | { readonly kind: "remove"; readonly at: number }
  | { readonly kind: "add"; readonly declared: Declared }
  | { readonly kind: "move"; readonly at: number; readonly by: "connection" | "provider" }
  | { readonly kind: "option"; readonly at: number; readonly option: OptionName; readonly field: number }
  /** The servers are called something else in the configuration, and their addresses are written otherwise. */
  | { readonly kind: "respell" }
  /** A field of the live object is changed. */
  | { readonly kind: "drift"; readonly at: number; readonly field: number; readonly value: number }
  /** The live object is deleted. */
  | { readonly kind: "vanish"; readonly at: number }
  /** Somebody makes a client, or a trust beside one of ours; or deletes one that they made. */
  | { readonly kind: "foreign"; readonly what: "client" | "sibling" | "delete"; readonly at: number };

export const optionNames = [
  "ignoreChanges",
  "replaceOnChanges",
  "retainOnDelete",
  "protect",
  "deleteBeforeReplace",
] as const;
export type OptionName = (typeof optionNames)[number];

export type Verb =
  | "up"
  | "up --refresh"
  | "up --replace"
  | "up --target"
  | "refresh"
  | "preview"
  | "taint"
  | "state rename"
  | "import";

export interface Command {
  readonly verb: Verb;
  /** Which resource it is about, where it is about one. */
  readonly at: number;
}

export const faultKinds = [
  "lost",
  "lost, then away",
  "repeated",
  "403",
  "500",
  "kill the CLI",
  "kill the provider",
  "Ctrl-C",
] as const;

export interface Fault {
  readonly kind: (typeof faultKinds)[number];
  /** The request that meets it, counted from 0: of those that write, or of all. */
  readonly at: number;
  readonly of: "writes" | "all";
  /** Whether what is killed or cancelled has been done by then. */
  readonly done: boolean;
}

export interface Turn {
  readonly stack: 0 | 1;
  readonly change: Change;
  readonly fault?: Fault;
  readonly command: Command;
  /** The other stack is changed like this, and deployed at the same time. */
  readonly meanwhile?: Change;
  /** When it fails, the next turn follows at once, and not what the message asks for. */
  readonly onward?: true;
}

export interface Course {
  readonly host: "plugin" | "dynamic";
  /** Somebody reads every output of everything. */
  readonly watched: boolean;
  readonly programs: readonly [Program, Program];
  readonly turns: readonly Turn[];
}

/** The course of a seed. */
export function courseOf(seed: number, host: Course["host"] = "plugin"): Course {
  const by = random(seed);
  const first = programOf(by, "first", 1 + by.below(3), true);
  const second = by.chance(0.35) ? programOf(by, "second", 1 + by.below(2), false) : [];
  const turns = Array.from({ length: 6 + by.below(7) }, (_, index) => turnOf(by, index, second.length > 0, host));
  return { host, watched: by.chance(0.4), programs: [first, second], turns };
}

function programOf(by: Random, prefix: string, count: number, lifespans: boolean): Declared[] {
  const program = Array.from({ length: count }, (_, index) =>
    declaredOf(by, `${prefix}${index}`, by.chance(0.55) ? "OAuth2Client" : "TrustedJwtIssuer"),
  );
  const client = program.find(({ type }) => type === "OAuth2Client");
  if (client && lifespans && by.chance(0.5)) {
    const literal = client.args.clientId !== undefined && by.chance(0.3) ? { literal: true as const } : {};
    const of = { ...declaredOf(by, `${prefix}spans`, "ClientLifespans"), of: client.uid, ...literal };
    if (literal.literal && by.chance(0.5)) program.unshift(of);
    else program.push(of);
  }
  return program;
}

function declaredOf(by: Random, uid: string, type: Kind): Declared {
  const args = Object.fromEntries(
    Object.entries(choices[type]).flatMap(([field, values]) => {
      const required = values[0] !== undefined && type !== "OAuth2Client";
      const value = required || by.chance(type === "OAuth2Client" ? 0.35 : 0.7) ? by.pick(values) : undefined;
      return value === undefined ? [] : [[field, value]];
    }),
  );
  if (args.clientSecret !== undefined) delete args.secretRotation;
  if (args.tokenEndpointAuthMethod === "none") for (const name of ["clientSecret", "secretRotation"]) delete args[name];
  return { uid, type, name: uid, args, options: {} };
}

function turnOf(by: Random, index: number, second: boolean, host: Course["host"]): Turn {
  const stack = second && by.chance(0.25) ? 1 : 0;
  const at = by.below(12);
  const command: Command = {
    verb: by.pick(host === "dynamic" ? verbs.filter((verb) => verb !== "import") : verbs),
    at: by.below(12),
  };
  const fault: Fault = {
    kind: by.pick(faultKinds),
    at: by.below(by.chance(0.7) ? 3 : 8),
    of: by.chance(0.7) ? "writes" : "all",
    done: by.chance(0.5),
  };
  const onward = by.chance(0.5) ? { onward: true as const } : {};
  const turn = { stack, change: changeOf(by, at, index), command, ...onward } as const;
  if (second && by.chance(0.2))
    return { ...turn, meanwhile: changeOf(by, by.below(12), index + 100), command: { verb: "up", at } };
  return by.chance(0.25) ? { ...turn, fault } : turn;
}

const verbs: readonly Verb[] = [
  ...Array.from({ length: 9 }, (): Verb => "up"),
  ...Array.from({ length: 3 }, (): Verb => "up --refresh"),
  ...([
    "up --replace",
    "up --target",
    "refresh",
    "refresh",
    "preview",
    "taint",
    "state rename",
    "import",
  ] satisfies Verb[]),
];

function changeOf(by: Random, at: number, index: number): Change {
  const number = by.below(1000);
  const value = by.below(12);
  const kind = by.pick([
    ...[
      "edit",
      "edit",
      "edit",
      "edit",
      "edit",
      "edit",
      "revert",
      "revert",
      "revert",
      "rename",
      "remove",
      "add",
      "move",
      "option",
    ],
    ...["option", "drift", "drift", "vanish", "foreign", "none", "respell"],
  ] as const);
  switch (kind) {
    case "edit":
      return { kind, at, field: number, value };
    case "revert":
      return { kind, turns: 1 + (number % 3) };
    case "rename":
      return { kind, at, aliases: by.chance(0.6) };
    case "add":
      return { kind, declared: declaredOf(by, `added${index}`, by.chance(0.5) ? "OAuth2Client" : "TrustedJwtIssuer") };
    case "move":
      return { kind, at, by: by.chance(0.6) ? "connection" : "provider" };
    case "option":
      return { kind, at, option: by.pick(optionNames), field: number };
    case "drift":
      return { kind, at, field: number, value };
    case "foreign":
      return { kind, what: by.pick(["client", "sibling", "delete"] as const), at };
    case "remove":
    case "vanish":
      return { kind, at };
    default:
      return { kind };
  }
}

const pick = <T>(of: readonly T[], at: number): T | undefined => of[at % Math.max(1, of.length)];

/** A program after a change to it; what it was in earlier turns, the latest last. Nothing when it means nothing here. */
export function changed(
  program: Program,
  change: Change,
  earlier: readonly Program[],
  index: number,
): Program | undefined {
  if (change.kind === "add") return [...program, change.declared];
  if (change.kind === "revert") return earlier.at(-change.turns);
  const one = "at" in change ? pick(program, change.at) : undefined;
  if (!one) return undefined;
  const put = (next: Declared) => program.map((each) => (each === one ? next : each));
  switch (change.kind) {
    case "edit":
      return edited(program, one, change);
    case "rename": {
      const name = `${one.uid}renamed${index}`;
      const { aliases: _, ...options } = one.options;
      return put({ ...one, name, options: change.aliases ? { ...options, aliases: [one.name] } : options });
    }
    case "remove": {
      const rest = program.filter(({ uid, of }) => uid !== one.uid && of !== one.uid);
      return rest;
    }
    case "move": {
      const together = program.filter((each) => each === one || each.of === one.uid || each.uid === one.of);
      return program.map((each) => (together.includes(each) ? moved(each, change.by) : each));
    }
    case "option":
      return put({ ...one, options: toggled(one, change.option, change.field) });
    default:
      return undefined;
  }
}

function edited(program: Program, one: Declared, { field, value }: { field: number; value: number }): Program {
  const [name, values] = pick(Object.entries(choices[one.type]), field) as [string, readonly unknown[]];
  const next = pick(values, value);
  const put = (each: Declared): Declared => {
    const { [name]: _, ...rest } = each.args;
    return { ...each, args: next === undefined ? rest : { ...rest, [name]: next } };
  };
  // The key of an issuer and kid belongs to all its trusts.
  const together = (each: Declared) =>
    each.type === one.type &&
    serverOf(each) === serverOf(one) &&
    each.args.issuer === one.args.issuer &&
    kidOf(each.args.key) === kidOf(one.args.key);
  return program.map((each) => (each === one || (name === "key" && together(each)) ? put(each) : each));
}

function moved(one: Declared, by: "connection" | "provider"): Declared {
  const { connection, ...args } = one.args;
  const { provider, ...options } = one.options;
  // There and back.
  if (connection !== undefined || provider) return { ...one, args, options };
  return by === "connection"
    ? { ...one, args: { ...args, connection: "b" } }
    : { ...one, options: { ...options, provider: true } };
}

function toggled(one: Declared, option: OptionName, field: number): Declared["options"] {
  const { [option]: set, ...rest } = one.options;
  if (set !== undefined) return rest;
  // What makes an object unique, and what it hangs on, stays out: to ignore these is to ask for something else.
  const identity = ["clientId", "issuer", "subject", "key", "clientSecret", "secretRotation"];
  const names = Object.keys(choices[one.type]).filter((name) => !identity.includes(name));
  const name = pick(names, field) as string;
  if (option === "ignoreChanges" || option === "replaceOnChanges") return { ...rest, [option]: [name] };
  return { ...rest, [option]: true };
}

export const ownLifespan = lifespanFields[0] as string;

/** Courses that are smaller by one thing, the smallest first. */
export function smaller(course: Course): Course[] {
  const { programs, turns, watched } = course;
  const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, each) => each !== index);
  const less: Course[] = [];
  for (let half = Math.floor(turns.length / 2); half > 1; half = Math.floor(half / 2))
    for (let from = 0; from < turns.length; from += half)
      less.push({ ...course, turns: [...turns.slice(0, from), ...turns.slice(from + half)] });
  for (const [index] of turns.entries()) less.push({ ...course, turns: without(turns, index) });
  if (programs[1].length > 0) less.push({ ...course, programs: [programs[0], []] });
  for (const which of [0, 1] as const)
    for (const [index, one] of programs[which].entries()) {
      const rest = without(programs[which], index).filter(({ of }) => of !== one.uid);
      less.push({ ...course, programs: which === 0 ? [rest, programs[1]] : [programs[0], rest] });
    }
  if (watched) less.push({ ...course, watched: false });
  for (const [index, turn] of turns.entries()) {
    const put = (next: Turn) => less.push({ ...course, turns: turns.map((each, at) => (at === index ? next : each)) });
    const { fault, meanwhile, ...calm } = turn;
    if (fault || meanwhile) put(calm);
    if (turn.change.kind !== "none") put({ ...turn, change: { kind: "none" } });
    if (turn.command.verb !== "up") put({ ...turn, command: { verb: "up", at: 0 } });
  }
  for (const which of [0, 1] as const)
    for (const [index, one] of programs[which].entries())
      for (const name of Object.keys(one.args)) {
        if (["issuer", "subject", "key", "expiresAt"].includes(name)) continue;
        const { [name]: _, ...args } = one.args;
        const next = programs[which].map((each, at) => (at === index ? { ...one, args } : each));
        less.push({ ...course, programs: which === 0 ? [next, programs[1]] : [programs[0], next] });
      }
  return less;
}
