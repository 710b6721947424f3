// Knows which arguments Terraform's providers for Hydra document, and holds what becomes of them against that.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { origins, settings } from "../../provider/describe/terraform.ts";
import { jsonWebKey } from "../../provider/resources/json-web-key/definition.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";

const lifespans = (...grants: string[]) =>
  grants.flatMap((grant) => {
    const tokens = /client_credentials|jwt_bearer/.test(grant) ? ["access"] : ["access", "id", "refresh"];
    return tokens
      .filter((token) => grant !== "implicit" || token !== "refresh")
      .map((token) => `${grant}_grant_${token}_token_lifespan`);
  });
const grants = ["authorization_code", "client_credentials", "implicit", "jwt_bearer", "refresh_token"];

/** Both providers document these of clients. */
const common = `access_token_strategy allowed_cors_origins audience backchannel_logout_session_required
  backchannel_logout_uri client_id client_name client_secret client_uri contacts frontchannel_logout_session_required
  frontchannel_logout_uri grant_types jwks_uri logo_uri metadata policy_uri post_logout_redirect_uris redirect_uris
  request_object_signing_alg response_types skip_consent subject_type token_endpoint_auth_method tos_uri
  userinfo_signed_response_alg`.split(/\s+/);

const documented: Record<string, string[]> = {
  hydra_oauth2_client: [
    ...common,
    ...lifespans(...grants),
    ..."client_secret_expires_at jwk metadata_json owner request_uris scopes sector_identifier_uri".split(" "),
    "token_endpoint_auth_signing_alg",
  ],
  ory_oauth2_client: [
    ...common,
    ...lifespans(...grants, "device_authorization"),
    ..."jwks jwks_wo jwks_wo_version project_api_key project_slug scope skip_logout_consent".split(" "),
  ],
  hydra_jwks: "generator.alg generator.keepers generator.kid generator.use key name".split(" "),
  ory_json_web_key_set: "algorithm key_id keys project_api_key project_id project_slug set_id use".split(" "),
};

describe("every origin", () => {
  it("is of a provider whose arguments are known", () => {
    expect(origins.map(({ type }) => type).sort()).toEqual(Object.keys(documented).sort());
    expect([...new Set(origins.map(({ source }) => source))]).toEqual(Object.keys(settings));
  });
});

describe.each(origins)("$type", (origin) => {
  const properties = Object.keys(origin.becomes.inputs.shape);

  it("has these arguments, and each one becomes a property or says why not", () => {
    expect(origin.arguments.map(({ name }) => name)).toEqual(documented[origin.type]?.sort());
    const lost = origin.arguments.filter(({ becomes, how }) =>
      becomes === undefined ? how === undefined : !properties.includes(becomes),
    );
    expect(lost).toEqual([]);
  });

  it("accounts for each of our properties once: it comes from an argument, or there is none", () => {
    const became = new Set(origin.arguments.flatMap(({ becomes }) => becomes ?? []));
    expect([...became, ...origin.lacks].sort(), "a property that Terraform lacks stands in `lacks`").toEqual(
      properties.sort(),
    );
  });
});

describe("the mapping for Pulumi's converter", () => {
  type Shape = { type: number; element?: { schema?: { type: number }; resource?: object } };
  const mapping = JSON.parse(readFileSync("dist/terraform/hydra.json", "utf8")) as {
    name: string;
    provider: { resources: Record<string, Record<string, Shape>> };
    resources: Record<string, { tok: string; fields: Record<string, { name: string }> }>;
  };
  const { hydra_oauth2_client: shapes = {} } = mapping.provider.resources;
  const { hydra_oauth2_client: info, hydra_jwks: set } = mapping.resources;

  it("knows every argument of hydra_oauth2_client, by our name and by its type in Terraform", () => {
    expect([mapping.name, Object.keys(mapping.resources), info?.tok]).toEqual([
      "hydra",
      ["hydra_oauth2_client", "hydra_jwks"],
      "hydra:index:OAuth2Client",
    ]);
    expect(Object.keys(shapes)).toEqual(documented.hydra_oauth2_client);
    const described = (name: string) => [info?.fields[name]?.name, shapes[name]];
    const text = { type: 4, optional: true };
    const texts = { type: 5, optional: true, element: { schema: { type: 4 } } };
    expect(["client_name", "client_id", "skip_consent", "audience", "metadata", "jwks_uri"].map(described)).toEqual([
      ["clientName", text],
      ["clientId", { ...text, computed: true }],
      ["skipConsent", { type: 1, optional: true }],
      ["audience", texts],
      ["metadata", { ...texts, type: 6 }],
      ["jwksUri", text],
    ]);
    expect(described("refresh_token_grant_id_token_lifespan")).toEqual(["refreshTokenGrantIdTokenLifespan", text]);
  });

  it("keeps the name of what our property does not take as it stands, so that a preview points at it", () => {
    const names = ["scopes", "jwk", "metadata_json", "client_secret_expires_at"].map(
      (name) => info?.fields[name]?.name,
    );
    expect(names).toEqual(["scopes", "jwk", "metadataJson", "clientSecretExpiresAt"]);
    expect(names.filter((name) => name !== undefined && name in oauth2Client.inputs.shape)).toEqual([]);
  });

  it("names the set of hydra_jwks, and keeps the blocks of which each becomes a resource", () => {
    expect(set).toEqual({
      tok: "hydra:index:JsonWebKey",
      fields: { name: { name: "set" }, generator: { name: "generator" }, key: { name: "key" } },
    });
    const { name, generator, key } = mapping.provider.resources.hydra_jwks ?? {};
    const members = (shape?: Shape) => Object.entries((shape?.element?.resource ?? {}) as Record<string, Shape>);
    const types = (shape?: Shape) => members(shape).map(([member, { type }]) => `${member} ${type}`);
    expect([name, generator?.type, key?.type]).toEqual([{ type: 4, optional: true }, 5, 5]);
    expect(types(generator)).toEqual(["alg 4", "keepers 6", "kid 4", "use 4"]);
    expect(types(key)).toEqual(expect.arrayContaining(["kty 4", "d 4", "x5c 5"]));
    expect(["generator", "key"].filter((block) => block in jsonWebKey.inputs.shape)).toEqual([]);
  });
});
