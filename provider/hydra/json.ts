// JSON as servers write it. Knows nothing of what it says.

/** No answer of the admin API nests so deep; what does would end this process where it is looked into. */
const deepest = 128;

/** The value of a JSON text; nothing when it is none, or nests without reason. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return hasMoreBrackets(text, deepest) && isDeeper(value, deepest) ? undefined : value;
  } catch {
    return undefined;
  }
}

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
