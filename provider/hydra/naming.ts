// Property names: Hydra's JSON names are snake_case, ours are the same names in camelCase. Knows nothing else.

/** `redirectUris` → `redirect_uris`. */
export function snakeCase(name: string): string {
  const known = snakeCased.get(name);
  if (known !== undefined) return known;
  const made = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  snakeCased.set(name, made);
  return made;
}

/** Every field of every client is renamed in every operation. The names are those of the schemas: they are few. */
const snakeCased = new Map<string, string>();

/** `redirect_uris` → `redirectUris`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
