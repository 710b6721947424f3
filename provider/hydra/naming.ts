// Property names: Hydra's JSON names are snake_case, ours are the same names in camelCase. Knows nothing else.

/** `redirectUris` → `redirect_uris`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `redirect_uris` → `redirectUris`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
