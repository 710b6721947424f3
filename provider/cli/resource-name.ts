// Names for resources of a program, out of what an estate calls them. Knows nothing of what is named.

import { createHash } from "node:crypto";

/** What a name is made of. */
export interface Nameable {
  /** What stands before a name that could not begin as an identifier does, such as `client`. */
  readonly kind: string;
  /** What tells it from all others. */
  readonly key: string;
  /** What it is called, the best first; the next one is added only while others have the same name. */
  readonly words: readonly (string | undefined)[];
}

/**
 * Names that mean something else in the programs that Pulumi generates: packages and what else it names itself, and the words
 * of its languages, some of which it renames and some not.
 */
const reserved = new Set(
  [
    "args config ctx deployment err fn hydra main myStack pulumi result stack",
    // JavaScript and TypeScript, with what modules have in scope.
    "abstract any arguments as asserts async await bigint boolean break case catch class const constructor continue debugger",
    "declare default delete do else enum eval export exports extends false finally for from function get global if implements",
    "import in infer instanceof interface intrinsic is keyof let meta module namespace never new null number object of out",
    "override package private process protected public readonly require return satisfies set static string super switch symbol",
    "target this throw true try type typeof undefined unique unknown using var void while with yield",
    // Python.
    "and assert def del elif except exec id len lambda list nonlocal none not or pass print raise self",
    // Go.
    "append bool byte cap chan close complex copy defer error fallthrough float64 func go goto int iota len make map nil panic",
    "print println range real recover rune select struct uint uintptr",
    // C# and Java.
    "base char checked decimal delegate double dynamic event explicit extern final fixed float foreach implicit init internal",
    "lock long native operator output params partial record ref sbyte sealed short sizeof stackalloc strictfp synchronized",
    "throws transient unchecked unsafe ushort value virtual volatile when where",
    // Pulumi's own language, in between.
    "component element range resource split",
  ].flatMap((words) => words.split(" ")),
);

const longest = 50;

/**
 * One name for each, in the same order: the same estate always gives the same names, in whatever order it is read.
 * No two are alike without their dashes either: languages make the same identifier of `web-1` and `web1`. No name is one of `taken`.
 */
export function resourceNames(all: readonly Nameable[], taken: readonly string[] = []): string[] {
  const candidates = all.map(candidatesOf);
  const levels = all.map(() => 0);
  const nameAt = (index: number) => candidates[index]?.[levels[index] ?? 0] ?? "";
  const unavailable = new Set(taken.map(identifierOf));
  for (;;) {
    const count = new Map<string, number>();
    const identifiers = all.map((_, index) => identifierOf(nameAt(index)));
    for (const identifier of identifiers) count.set(identifier, (count.get(identifier) ?? 0) + 1);
    const raised = [...identifiers.entries()]
      .filter(([, identifier]) => (count.get(identifier) ?? 0) > 1 || unavailable.has(identifier))
      .map(([index]) => index)
      .filter((index) => (levels[index] ?? 0) + 1 < (candidates[index]?.length ?? 0));
    if (raised.length === 0) return all.map((_, index) => nameAt(index));
    for (const index of raised) levels[index] = (levels[index] ?? 0) + 1;
  }
}

/** What is left of a name in the languages that take the fewest characters. */
function identifierOf(name: string): string {
  return name.replaceAll("-", "").toLowerCase();
}

/** `["web", "web-shop", "web-shop-8c1e…", "web-5f2d…"]`: each one says more than the one before. */
function candidatesOf({ kind, key, words }: Nameable): string[] {
  const slugs = words.map((word) => slug(word ?? "")).filter((word) => word !== "");
  const [first = kind] = slugs;
  const named = slugs.map((_, index) => slugs.slice(0, index + 1).join("-"));
  const unlike = `${first}-${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
  return [...(named.length > 0 ? named : [kind]), unlike].map((name) =>
    /^[a-z]/.test(name) && !reserved.has(name) ? name : `${kind}-${name}`,
  );
}

/** `Café "Zoë" (EU)` → `cafe-zoe-eu`. */
function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/^-|-$/g, "");
}
