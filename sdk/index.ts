// What programs import: the resources and the types of their arguments.

// The extension is that of the published declarations: older compilers refuse `.ts` there.
export { ClientLifespans } from "./client-lifespans.js";
export { JsonWebKey } from "./json-web-key.js";
export { OAuth2Client } from "./oauth2-client.js";
export { Revocation } from "./revocation.js";
export { TrustedJwtIssuer } from "./trusted-jwt-issuer.js";
// Not `export type *`, which compilers before 5.0 do not know.
export * from "./types.js";
