// Property paths as the engine writes them: `redirectUris[1]`, `metadata.team`, `metadata["a.b"]`, `contacts[*]`.

import type { Path } from "../lifecycle/failure.ts";

/** A place, and what is said of it. */
export type Place<Rest extends readonly unknown[]> = readonly [path: Path, ...rest: Rest];

/** The parts of a path; a wildcard is `*`. What is no path has none. */
export function parsePath(text: string): Path {
  const parts: (string | number)[] = [];
  const part = /\.?([^.[\]"]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]/y;
  while (part.lastIndex < text.length) {
    const found = part.exec(text);
    if (!found) return [];
    const [, name, quoted, index] = found;
    if (name !== undefined) parts.push(name);
    else if (quoted !== undefined) parts.push(quoted.replaceAll(/\\(.)/g, "$1"));
    else parts.push(index === "*" ? "*" : Number(index));
  }
  return parts;
}

/** The places that no ignored path leads to. */
export function notIgnored<Place extends readonly [Path, ...unknown[]]>(
  places: readonly Place[],
  ignored: readonly string[] = [],
): Place[] {
  const prefixes = ignored.map(parsePath);
  return places.filter(([path]) => !prefixes.some((prefix) => isWithin(path, prefix)));
}

/** Whether a path leads to a place or to something inside it. */
export function isWithin(path: Path, place: Path): boolean {
  if (place.length === 0 || place.length > path.length) return false;
  return place.every((part, index) => part === "*" || String(part) === String(path[index]));
}
