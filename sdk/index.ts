// What programs import: the three resources and the types of their arguments.

export { ClientLifespans, type ClientLifespansArgs } from "./client-lifespans.ts";
export { OAuth2Client, type OAuth2ClientArgs } from "./oauth2-client.ts";
export { TrustedJwtIssuer, type TrustedJwtIssuerArgs } from "./trusted-jwt-issuer.ts";
