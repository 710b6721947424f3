// The id and the secret of a client, under the names that applications expect.
import type * as pulumi from "@pulumi/pulumi";
import type * as hydra from "pulumi-hydra";

/** The names are those of hydra-maester, so its applications need no change. */
export interface Credentials {
  CLIENT_ID: pulumi.Output<string>;
  CLIENT_SECRET: pulumi.Output<string>;
}

export function credentialsOf({ clientId, clientSecret }: hydra.OAuth2Client): Credentials {
  return { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret.apply(existing) };
}

function existing(secret: string | undefined): string {
  if (secret === undefined) throw new Error("this client has no secret: see its tokenEndpointAuthMethod");
  return secret;
}
