// Which definition the engine means by a token or a URN. Knows nothing of OAuth 2.0.

import { unknownType } from "../operation-error.ts";

/** `urn:pulumi:dev::project::parent$hydra:index:OAuth2Client::web` → `OAuth2Client`. */
export function typeOfUrn(urn: string): string {
  return typeOfToken("resource", urn.split("::")[2]?.split("$").at(-1) ?? "");
}

/** `hydra:index:OAuth2Client` → `OAuth2Client`. Refuses the token of another package. */
export function typeOfToken(what: "resource" | "function", token: string): string {
  const type = /^hydra:index:(\w+)$/.exec(token)?.[1];
  if (type === undefined) throw unknownType(what, token);
  return type;
}
