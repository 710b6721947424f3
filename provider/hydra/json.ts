// JSON as servers write it. Knows nothing of what it says.

/** A JSON object as Hydra sends or takes it, with its own snake_case names. */
export type HydraJson = Readonly<Record<string, unknown>>;

/** One operation of a JSON Patch (RFC 6902); `add` also replaces. */
export interface PatchOperation {
  readonly op: "add" | "remove" | "replace";
  readonly path: string;
  readonly value?: unknown;
}

/** No answer of the admin API nests so deep; what does would end this process where it is looked into. */
const deepest = 128;

type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;

/** What Node.js 22 has, and TypeScript's library does not know yet. */
const { parse, rawJSON } = JSON as unknown as {
  readonly parse: (text: string, reviver: Reviver) => unknown;
  readonly rawJSON: (text: string) => unknown;
};

/** On an object that was read, where nobody sees it: the text that it was read from, for {@link exact}. */
const source = Symbol("source");

/** The value of a JSON text; nothing when it is none, or nests without reason. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (hasMoreBrackets(text, deepest) && isDeeper(value, deepest)) return undefined;
    const finite = mayOverflow.test(text) ? parse(text, finiteNumber) : value;
    if (typeof finite === "object" && finite !== null) Object.defineProperty(finite, source, { value: text });
    return finite;
  } catch {
    return undefined;
  }
}

/**
 * What `parseJson` read, for writing it back: a number that JavaScript holds or spells differently, such as
 * 9007199254740993, 1e400 or 1.0, stands in it as it stood in the text. What was made of a part of it is as it is.
 */
export function exact<T extends object>(json: T): T {
  const text = (json as { readonly [source]?: string })[source];
  return text === undefined ? json : (parse(text, exactNumber) as T);
}

const exactNumber: Reviver = (_, value, { source: written }) =>
  typeof value === "number" && written !== undefined && String(value) !== written ? rawJSON(written) : value;

/** A number with an exponent of three digits, or of more digits than any that JavaScript holds. */
const mayOverflow = /[[:,\s]-?(?:\d{309}|[\d.]+[eE]\+?\d{3})/;

// Infinity is no JSON: Pulumi could not record it.
const finiteNumber: Reviver = (_, value, { source: written }) =>
  typeof value === "number" && !Number.isFinite(value) ? written : value;

/** Whether a text opens more objects and lists than these: with fewer it cannot nest so deep, and most have a handful. */
function hasMoreBrackets(text: string, most: number): boolean {
  let count = 0;
  for (const bracket of ["{", "["])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (++count > most) return true;
  return false;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}
