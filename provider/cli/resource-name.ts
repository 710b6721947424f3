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

/** Names that mean something else where Pulumi generates programs: packages, and literals. */
const reserved = ["hydra", "pulumi", "null", "true", "false"];

const longest = 50;

/**
 * One name for each, in the same order: the same estate always gives the same names, in whatever order it is read.
 * No two are alike without their dashes either: languages make the same identifier of `web-1` and `web1`.
 */
export function resourceNames(all: readonly Nameable[]): string[] {
  const candidates = all.map(candidatesOf);
  const levels = all.map(() => 0);
  const nameAt = (index: number) => candidates[index]?.[levels[index] ?? 0] ?? "";
  for (;;) {
    const sharing = new Map<string, number[]>();
    for (const index of all.keys()) {
      const identifier = nameAt(index).replaceAll("-", "");
      sharing.set(identifier, [...(sharing.get(identifier) ?? []), index]);
    }
    const raised = [...sharing.values()]
      .filter((group) => group.length > 1)
      .flat()
      .filter((index) => (levels[index] ?? 0) + 1 < (candidates[index]?.length ?? 0));
    if (raised.length === 0) return all.map((_, index) => nameAt(index));
    for (const index of raised) levels[index] = (levels[index] ?? 0) + 1;
  }
}

/** `["web", "web-shop", "web-shop-8c1e…", "web-5f2d…"]`: each one says more than the one before. */
function candidatesOf({ kind, key, words }: Nameable): string[] {
  const slugs = words.map((word) => slug(word ?? "")).filter((word) => word !== "");
  const [first = kind] = slugs;
  const named = slugs.map((_, index) => slugs.slice(0, index + 1).join("-"));
  const unlike = `${first}-${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
  return [...(named.length > 0 ? named : [kind]), unlike].map((name) =>
    /^[a-z]/.test(name) && !reserved.includes(name) ? name : `${kind}-${name}`,
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
