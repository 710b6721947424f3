// Values of a resource as the lifecycle sees them, unknown ones included. Knows no wire form of Pulumi or Hydra.

/** Properties by name. */
export type Values = Readonly<Record<string, unknown>>;

/** Stands for a value that Pulumi does not know yet, at any depth. */
export const unknown: unique symbol = Symbol("unknown");

export function isUnknown(value: unknown): boolean {
  return value === unknown;
}

/** Whether a value is, or somewhere holds, an unknown one. */
export function containsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(containsUnknown);
}

/** A text; nothing for what is none: to make one of an object may run what is in it. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Whether a value nests in more levels than these. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(levels - 1, item));
}

/** Equality of JSON values; the order of an object's members does not count. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => sameJson(item, right[index]));
  }
  const [mine, theirs] = [Object.entries(left), new Map(Object.entries(right))];
  return mine.length === theirs.size && mine.every(([key, item]) => theirs.has(key) && sameJson(item, theirs.get(key)));
}

/** The values that are set. */
export function withoutUnset(values: Values): Values {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== null) kept[name] = value;
  return kept;
}
