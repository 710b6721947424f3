// What resources of Terraform's providers for Hydra become here. Their arguments have Hydra's names, as our properties
// do: only what differs is written. Knows nothing of how Pulumi asks for it.

import { snakeCase } from "./hydra/naming.ts";
import { oauth2Client } from "./resources/oauth2-client.ts";

/** An argument of a Terraform resource. */
export interface Argument {
  readonly name: string;
  /** Our property; absent where there is none. */
  readonly becomes?: string;
  /** What a person has to do or to know where the argument does not become the property as it stands. */
  readonly how?: string;
  /** What Terraform takes for it, where that is not what we take: texts by these names when a list. */
  readonly form?: "text" | "whole number" | "texts" | readonly string[];
}

/** A resource of a Terraform provider that becomes one of ours. */
export interface Origin {
  /** The provider's address in Terraform's registry. */
  readonly source: string;
  readonly type: string;
  readonly becomes: typeof oauth2Client;
  readonly arguments: readonly Argument[];
  /** Our properties that it has no argument for. */
  readonly lacks: readonly string[];
}

interface Written extends Omit<Origin, "arguments" | "lacks" | "becomes"> {
  /** Properties of Hydra's that it lacks. */
  readonly lacks: readonly string[];
  readonly differs: readonly Argument[];
}

const deviceLifespans = ["Access", "Id", "Refresh"].map((token) => `deviceAuthorizationGrant${token}TokenLifespan`);

const written: readonly Written[] = [
  {
    source: "svrakitin/hydra",
    type: "hydra_oauth2_client",
    lacks: ["skipLogoutConsent", ...deviceLifespans],
    differs: [
      { name: "scopes", becomes: "scope", form: "texts", how: "a list there; here one text, separated by spaces" },
      {
        name: "jwk",
        becomes: "jwks",
        form: ["alg", "kid", "use", "kty", "crv", "n", "e", "x", "y", "d", "p", "q", "dp", "dq", "qi", "k"],
        how: "blocks there; here `{ keys: […] }`, without private members",
      },
      {
        name: "metadata",
        becomes: "metadata",
        how: 'there all values are texts: write `"true"` and `"1"`, not `true` and `1`, to keep them',
      },
      { name: "metadata_json", becomes: "metadata", form: "text", how: "JSON as text there; here the value itself" },
      { name: "client_secret_expires_at", form: "whole number", how: "leave it out: Hydra does not keep it" },
    ],
  },
  {
    source: "ory/ory",
    type: "ory_oauth2_client",
    lacks: ["owner", "requestUris", "sectorIdentifierUri", "tokenEndpointAuthSigningAlg"],
    differs: [
      {
        name: "token_endpoint_auth_method",
        becomes: "tokenEndpointAuthMethod",
        how: "unset, it is `client_secret_post` there and `client_secret_basic` here",
      },
      { name: "client_secret", becomes: "clientSecret", how: "an output there; here you may also choose it" },
      { name: "metadata", becomes: "metadata", form: "text", how: "JSON as text there; here the value itself" },
      {
        name: "jwks",
        becomes: "jwks",
        form: "text",
        how: "JSON as text there; here the value itself, without private members",
      },
      {
        name: "jwks_wo",
        becomes: "jwks",
        form: "text",
        how: "JSON as text there; here the value itself, without private members",
      },
      { name: "jwks_wo_version", form: "text", how: "leave it out: a changed `jwks` is seen" },
      {
        name: "project_slug",
        becomes: "connection",
        form: "text",
        how: "the name of a server out of `hydra:connections`, whose `adminUrl` has the slug",
      },
      { name: "project_api_key", form: "text", how: "`accessToken` of that connection" },
    ],
  },
];

/** Every resource that we know the origin of. */
export const origins: readonly Origin[] = written.map(({ lacks, differs, ...origin }) => {
  const own = Object.keys(oauth2Client.inputs.shape).filter((name) => oauth2Client.fields[name]?.local);
  const became = differs.flatMap(({ becomes }) => becomes ?? []);
  const alike = Object.keys(oauth2Client.inputs.shape).filter((name) => ![...own, ...lacks, ...became].includes(name));
  const all = [...differs, ...alike.map((name) => ({ name: snakeCase(name), becomes: name }))];
  return {
    ...origin,
    becomes: oauth2Client,
    arguments: all.sort((left, right) => (left.name < right.name ? -1 : 1)),
    lacks: [...lacks, ...own.filter((name) => !became.includes(name))],
  };
});
