// JSON as servers write it. Knows nothing of what it says.

/** No answer of the admin API nests so deep; what does would end this process where it is looked into. */
const deepest = 128;

/** The value of a JSON text; nothing when it is none, or nests without reason. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, deepest) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}
