// Exceptions from rules: a file of findings that are accepted, each with a reason and the day on which that ends.

import { readFile } from "node:fs/promises";
import { rules } from "../audit/audit.ts";
import { nearest } from "../lifecycle/nearest.ts";
import { CommandError } from "./command.ts";
import { printable } from "./printable.ts";

/** A finding that is accepted. */
export interface Exception {
  readonly rule: string;
  /** `client web`, `trust <id>`, or `*` for all. */
  readonly resource: string;
  readonly reason: string;
  /** The last day on which it counts: `2027-03-31`, in UTC. */
  readonly until: string;
}

/** What exceptions are for. */
export interface Excepted {
  readonly rule: { readonly name: string };
  readonly object: { readonly name: string };
}

const members = ["rule", "resource", "reason", "until"] as const;

/** The exceptions in a file. */
export async function readExceptions(file: string): Promise<Exception[]> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const message = `${printable(file)} cannot be read (${error.code})`;
    throw new CommandError({ code: "file-unread", message, advice: "check its path" }, error);
  });
  // Of a text with a byte order mark, JSON.parse would take nothing.
  return parseExceptions(new TextDecoder().decode(bytes), printable(file));
}

/** The exceptions in the text of a file. */
export function parseExceptions(text: string, file: string): Exception[] {
  const list = Object(parsed(text)).exceptions as unknown;
  if (!Array.isArray(list)) {
    const message = `${file} is not a JSON object with a list of exceptions`;
    throw new CommandError({ code: "file-unread", message, advice: "docs/audit.md shows one" });
  }
  return list.map((entry: unknown, index) => {
    const reason = reasonOf(entry);
    const message = `${file}: exceptions[${index}] ${reason}`;
    if (reason !== undefined) throw new CommandError({ code: "file-unread", message });
    return entry as Exception;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why an entry is no exception. */
function reasonOf(entry: unknown): string | undefined {
  if (typeof entry !== "object" || entry === null) return "is not an object";
  const values = entry as Readonly<Record<string, unknown>>;
  const strange = Object.keys(values).find((name) => !members.some((member) => member === name));
  if (strange !== undefined) return `has the member ${JSON.stringify(strange)}; it takes ${members.join(", ")}`;
  const missing = members.find((member) => typeof values[member] !== "string" || values[member].trim() === "");
  if (missing !== undefined) return `needs a string as its ${missing}`;
  const [rule, until] = [String(values.rule), String(values.until)];
  const names = rules.map(({ name }) => name);
  if (!names.includes(rule)) {
    const meant = nearest(rule, names);
    return `has the rule ${JSON.stringify(rule)}, which does not exist${meant ? `; did you mean ${meant}?` : ""}`;
  }
  return endOf(until) === undefined ? "needs a date such as 2027-03-31 as its until" : undefined;
}

const day = 24 * 3600 * 1000;

/** When the day is over; nothing when the text is no day. */
function endOf(until: string): number | undefined {
  const begin = /^\d{4}-\d\d-\d\d$/.test(until) ? Date.parse(`${until}T00:00:00Z`) : Number.NaN;
  const isDay = !Number.isNaN(begin) && new Date(begin).toISOString().startsWith(until);
  return isDay ? begin + day : undefined;
}

/** What exceptions make of findings. */
export interface Division<Found> {
  /** What no exception is for. */
  readonly open: readonly Found[];
  readonly excepted: readonly (Found & { readonly exception: Exception })[];
  /** Exceptions that have ended, and count no more. */
  readonly ended: readonly Exception[];
  /** Exceptions that count, and are for nothing. */
  readonly unused: readonly Exception[];
}

export function divide<Found extends Excepted>(
  all: readonly Found[],
  exceptions: readonly Exception[],
  now: number,
): Division<Found> {
  const counts = ({ until }: Exception) => now < (endOf(until) ?? 0);
  const valid = exceptions.filter(counts);
  const byRule = new Map(valid.map(({ rule }) => [rule, valid.filter((other) => other.rule === rule)]));
  const used = new Set<Exception>();
  const open: Found[] = [];
  const excepted: (Found & { exception: Exception })[] = [];
  for (const found of all) {
    const fitting = (byRule.get(found.rule.name) ?? []).filter(
      ({ resource }) => resource === "*" || resource === found.object.name,
    );
    for (const exception of fitting) used.add(exception);
    const [exception] = fitting;
    if (exception) excepted.push({ ...found, exception });
    else open.push(found);
  }
  return {
    open,
    excepted,
    ended: exceptions.filter((exception) => !counts(exception)),
    unused: valid.filter((exception) => !used.has(exception)),
  };
}
