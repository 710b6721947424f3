// What resources of Terraform's providers for Hydra become here. Their arguments have Hydra's names, as our properties
// do: only what differs is written. Knows nothing of how Pulumi asks for it.

import { snakeCase } from "../hydra/naming.ts";
import type { Definition } from "../lifecycle/resource.ts";
import { jsonWebKey } from "../resources/json-web-key/definition.ts";
import { oauth2Client } from "../resources/oauth2-client/definition.ts";

/** An argument of a Terraform resource or provider. */
export interface Argument {
  /** Its name; a path where it stands in blocks. */
  readonly name: string;
  /** Our property or setting; absent where there is none. */
  readonly becomes?: string;
  /** What a person has to do or to know where the one does not become the other as it stands. */
  readonly how?: string;
  /** What Terraform takes for it, where that is not what we take. */
  readonly form?: Form | Block;
}

export type Form = "text" | "whole number" | "texts" | "object";

/** The arguments of blocks. */
export type Block = Readonly<Record<string, "text" | "texts">>;

/** A resource of a Terraform provider that becomes one of ours. */
export interface Origin {
  /** The provider's address in Terraform's registry. */
  readonly source: string;
  readonly type: string;
  readonly becomes: Definition;
  readonly arguments: readonly Argument[];
  /** Our properties that it has no argument for. */
  readonly lacks: readonly string[];
}

interface Written extends Pick<Origin, "source" | "type" | "becomes"> {
  /** Properties of Hydra's that it lacks. */
  readonly lacks: readonly string[];
  /** Arguments that are no property under the same name, or not of the same form or default. */
  readonly differs: readonly Argument[];
}

const deviceLifespans = ["Access", "Id", "Refresh"].map((token) => `deviceAuthorizationGrant${token}TokenLifespan`);

const [jsonText, words] = [
  "a JSON string there; here the value itself",
  "a list there; here one string, separated by spaces",
];
const publicOnly = "without private members";

const texts = (names: string): Block => Object.fromEntries(names.split(" ").map((name) => [name, "text"]));
const keyMembers = texts("alg kid use kty crv n e x y d p q dp dq qi k");

/** What chooses the project for one resource of ory/ory. */
const ofProject: readonly Argument[] = [
  {
    name: "project_slug",
    becomes: "connection",
    form: "text",
    how: "the name of a connection in `hydra:connections`. Its `adminUrl` is the URL of the project",
  },
  { name: "project_api_key", form: "text", how: "`accessToken` of the connection that `connection` names" },
];

const written: readonly Written[] = [
  {
    source: "svrakitin/hydra",
    type: "hydra_oauth2_client",
    becomes: oauth2Client,
    lacks: ["skipLogoutConsent", ...deviceLifespans],
    differs: [
      { name: "scopes", becomes: "scope", form: "texts", how: words },
      {
        name: "jwk",
        becomes: "jwks",
        form: keyMembers,
        how: `blocks there; here \`{ keys: […] }\`, ${publicOnly}`,
      },
      {
        name: "metadata",
        becomes: "metadata",
        how: 'there every value is a string. To keep the values on the server, write strings here too: `"true"` and `"1"`, not `true` and `1`',
      },
      { name: "metadata_json", becomes: "metadata", form: "text", how: jsonText },
      { name: "client_secret_expires_at", form: "whole number", how: "leave it out: Hydra does not keep it" },
    ],
  },
  {
    source: "svrakitin/hydra",
    type: "hydra_jwks",
    becomes: jsonWebKey,
    lacks: [],
    differs: [
      { name: "name", becomes: "set" },
      { name: "generator.alg", becomes: "alg" },
      { name: "generator.kid", becomes: "kid" },
      { name: "generator.use", becomes: "use" },
      {
        name: "generator.keepers",
        form: "object",
        how: "leave it out: for a new key, declare another resource, and remove the old one later",
      },
      {
        name: "key",
        becomes: "privateKey",
        form: { ...keyMembers, x5c: "texts" },
        how: "one resource for each block, with the whole key as a secret; leave it out for a key that you adopt",
      },
    ],
  },
  {
    source: "ory/ory",
    type: "ory_oauth2_client",
    becomes: oauth2Client,
    lacks: ["owner", "requestUris", "sectorIdentifierUri", "tokenEndpointAuthSigningAlg"],
    differs: [
      {
        name: "token_endpoint_auth_method",
        becomes: "tokenEndpointAuthMethod",
        how: "unset, it is `client_secret_post` there and `client_secret_basic` here",
      },
      { name: "client_secret", becomes: "clientSecret", how: "an output there; here you may also choose it" },
      { name: "metadata", becomes: "metadata", form: "text", how: jsonText },
      { name: "jwks", becomes: "jwks", form: "text", how: `${jsonText}, ${publicOnly}` },
      { name: "jwks_wo", becomes: "jwks", form: "text", how: `${jsonText}, ${publicOnly}` },
      { name: "jwks_wo_version", form: "text", how: "leave it out: Pulumi sees a change of `jwks`" },
      ...ofProject,
    ],
  },
  {
    source: "ory/ory",
    type: "ory_json_web_key_set",
    becomes: jsonWebKey,
    lacks: ["privateKey"],
    differs: [
      { name: "set_id", becomes: "set" },
      { name: "key_id", becomes: "kid" },
      {
        name: "algorithm",
        becomes: "alg",
        how: "`HS256` and `HS512` create symmetric keys, which this provider does not manage",
      },
      { name: "keys", form: "text", how: "an output with private members there; here `publicKey` of each key" },
      { name: "project_id", form: "text", how: "leave it out: `adminUrl` names the project" },
      ...ofProject,
    ],
  },
];

/** The arguments of providers, by their addresses; what they become are keys of our configuration. */
export const settings: Readonly<Record<string, readonly Argument[]>> = {
  "svrakitin/hydra": [
    { name: "endpoint", becomes: "adminUrl" },
    { name: "authentication.basic.username", becomes: "username" },
    { name: "authentication.basic.password", becomes: "password" },
    { name: "authentication.http_header", becomes: "headers", how: 'a JSON object: `{"<name>": "<value>"}`' },
    { name: "authentication.oauth2.token_endpoint", becomes: "oauth2TokenUrl" },
    { name: "authentication.oauth2.client_id", becomes: "oauth2ClientId" },
    { name: "authentication.oauth2.client_secret", becomes: "oauth2ClientSecret" },
    { name: "authentication.oauth2.audience", becomes: "oauth2Audience", how: words },
    { name: "authentication.oauth2.scopes", becomes: "oauth2Scope", how: words },
    { name: "authentication.tls.certificate", becomes: "clientCertificate" },
    { name: "authentication.tls.key", becomes: "clientKey" },
    { name: "authentication.tls.insecure_skip_verify", becomes: "insecureSkipTlsVerify" },
    {
      name: "retry_policy",
      becomes: "retries",
      how: "by default, the provider retries up to 8 times. Set `hydra:retries` only if you want another number",
    },
  ],
  "ory/ory": [
    { name: "project_slug", becomes: "adminUrl", how: "`https://<slug>.projects.oryapis.com`" },
    { name: "project_api_key", becomes: "accessToken" },
    { name: "max_retries", becomes: "retries" },
  ],
};

/** Every resource that we know the origin of. */
export const origins: readonly Origin[] = written.map(({ lacks, differs, ...origin }) => {
  const { inputs, fields } = origin.becomes;
  const properties = Object.keys(inputs.shape);
  const own = properties.filter((name) => fields[name]?.local);
  const became = differs.flatMap(({ becomes }) => becomes ?? []);
  const alike = properties.filter((name) => ![...own, ...lacks, ...became].includes(name));
  const all = [...differs, ...alike.map((name) => ({ name: snakeCase(name), becomes: name }))];
  return {
    ...origin,
    arguments: all.sort((left, right) => (left.name < right.name ? -1 : 1)),
    lacks: [...lacks, ...own.filter((name) => !became.includes(name))],
  };
});
