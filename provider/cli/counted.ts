// How many of a thing there are, in words. Knows nothing else.

/** `1 client`, `2 clients`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
