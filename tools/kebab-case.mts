// Knows how files are named after what they hold.

/** `OAuth2Client` → `oauth2-client`. */
export function kebabCase(name: string): string {
  return name
    .replace("OAuth2", "Oauth2")
    .replace(/(?!^)[A-Z]/g, "-$&")
    .toLowerCase();
}
