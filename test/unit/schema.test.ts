// Ties the package schema, which other languages are generated from, to the definitions and to what the engine needs of it.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as setting from "../../provider/configuration/setting.ts";
import { exampleLanguages } from "../../provider/describe/doc-example.ts";
import { packageSchema } from "../../provider/describe/schema.ts";
import * as registry from "../../provider/registry.ts";
import { examples } from "../../tools/document/example.mts";
import { documentation } from "../../tools/document/manual.mts";
import { type About, publicationOf } from "../../tools/release/publication.mts";

interface Property {
  type?: string;
  $ref?: string;
  description?: string;
  secret?: boolean;
  willReplaceOnChanges?: boolean;
  defaultInfo?: { environment: string[] };
}

interface Shape {
  properties: Record<string, Property>;
  required?: string[];
}

interface Described {
  description: string;
}

interface Schema {
  name: string;
  version: string;
  config: { variables: Record<string, Property> };
  provider: Shape & { inputProperties: Record<string, Property> };
  resources: Record<
    string,
    Described & Shape & { inputProperties: Record<string, Property>; requiredInputs: string[]; listInputs: Shape }
  >;
  functions: Record<string, Described & { inputs: Shape; outputs: Shape }>;
  types: Record<string, Shape & { type: string; enum?: { name: string; value: string }[] }>;
}

const about = JSON.parse(readFileSync("package.json", "utf8")) as About;
const built = JSON.parse(readFileSync("dist/schema.json", "utf8")) as Schema;

/** The names of the properties of which something is said. */
const named = (properties: Record<string, Property> = {}, said: (property: Property) => boolean | undefined) =>
  Object.keys(properties).filter((name) => said(properties[name] ?? {}));

const resource = (type: string) => {
  const found = built.resources[`hydra:index:${type}`];
  if (!found) throw new Error(`the schema has no ${type}`);
  return found;
};

describe("the schema of the built package", () => {
  it("is what the definitions and their documentation say now", () => {
    const schema = packageSchema(
      { version: about.version, publication: publicationOf(about) },
      documentation(),
      examples(),
    );
    expect(built).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  it("has an example of each resource and function in every language", () => {
    const described: Record<string, Described> = { ...built.resources, ...built.functions };
    expect(Object.keys(described).length).toBeGreaterThan(0);
    for (const [token, { description }] of Object.entries(described)) {
      const blocks = [...description.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
      expect([token, blocks.map(([, language]) => language)]).toEqual([token, exampleLanguages]);
      // In YAML it names the token, in the others a class or function; Go looks up what others get.
      const name = (token.split(":").at(-1) ?? "").toLowerCase().replace(/^get/, "");
      const without = blocks.filter(([, , text = ""]) => !text.toLowerCase().replaceAll("_", "").includes(name));
      expect([token, without.map(([, language]) => language)]).toEqual([token, []]);
    }
  });

  it("is the one that is committed: `npm run docs` writes schema.json", () => {
    expect(readFileSync("schema.json", "utf8")).toBe(readFileSync("dist/schema.json", "utf8"));
  });

  it("has every resource and function", () => {
    expect([built.name, built.version]).toEqual(["hydra", about.version]);
    expect(Object.keys(built.resources)).toEqual(registry.resources.map(({ type }) => `hydra:index:${type}`));
    expect(Object.keys(built.functions)).toEqual(registry.functions.map(({ type }) => `hydra:index:${type}`));
  });

  it("marks what is secret", () => {
    const secrets = (properties: Record<string, Property>) => named(properties, ({ secret }) => secret);
    expect(secrets(resource("OAuth2Client").properties)).toEqual(["clientSecret", "registrationAccessToken"]);
    expect(secrets(resource("OAuth2Client").inputProperties)).toEqual(["clientSecret"]);
    expect(secrets(resource("ClientLifespans").properties)).toEqual([]);
    expect(secrets(resource("TrustedJwtIssuer").properties)).toEqual([]);
    expect(secrets(resource("JsonWebKey").properties)).toEqual(["privateKey"]);
    const configured = ["accessToken", "password", "oauth2ClientSecret", "headers", "connections", "clientKey"].sort();
    expect(secrets(built.config.variables).sort()).toEqual(configured);
    expect(secrets(built.provider.properties).sort()).toEqual(configured);
    expect(secrets(built.provider.inputProperties).sort()).toEqual(configured);
    const inFunctions = Object.entries(built.functions).flatMap(([token, { inputs, outputs }]) =>
      [...secrets(inputs.properties), ...secrets(outputs.properties)].map((name) => `${token} ${name}`),
    );
    expect(inFunctions).toEqual([
      "hydra:index:introspectToken token",
      "hydra:index:introspectToken ext",
      "hydra:index:getConsentSessions sessions",
    ]);
  });

  it("says which changes replace", () => {
    const replacing = (type: string) =>
      named(resource(type).inputProperties, ({ willReplaceOnChanges }) => willReplaceOnChanges);
    expect(replacing("OAuth2Client")).toEqual(["clientId", "recreateTrigger"]);
    expect(replacing("ClientLifespans")).toEqual(["clientId"]);
    expect(replacing("JsonWebKey")).toEqual(["set", "kid", "alg", "use", "privateKey"]);
    expect(replacing("TrustedJwtIssuer")).toEqual([
      "issuer",
      "subject",
      "allowAnySubject",
      "scope",
      "jwk",
      "expiresAt",
    ]);
    expect(replacing("Revocation")).toEqual(["clientId", "subject", "loginSessionId", "consentRequestId", "triggers"]);
  });

  it("names the environment variable of each key of the configuration", () => {
    const { variables } = built.config;
    expect(Object.keys(variables)).toEqual(Object.keys(setting.configurationSchema.shape));
    for (const [name, { type, defaultInfo }] of Object.entries(variables)) {
      // An SDK would take the text of an object for the object.
      const found = type === "object" ? undefined : { environment: [setting.environmentName(name)] };
      expect([name, defaultInfo]).toEqual([name, found]);
    }
    expect(variables.adminUrl?.defaultInfo).toEqual({ environment: ["PULUMI_HYDRA_ADMIN_URL"] });
    // An SDK would send what it finds in the environment to any server, and record it.
    const { inputProperties } = built.provider;
    expect(named(inputProperties, ({ defaultInfo }) => defaultInfo !== undefined)).toEqual([]);
    expect(Object.keys(inputProperties)).toEqual(Object.keys(variables));
    // These are names that Pulumi keeps for itself.
    expect(["version", "pulumi"].filter((name) => name in variables)).toEqual([]);
  });

  it("has the type of each setting", () => {
    const types = Object.entries(built.provider.inputProperties).map(([name, { type = "" }]) => [name, type]);
    const others = types.filter(([, type]) => type !== "string");
    expect(Object.fromEntries(others)).toEqual({
      checkSecrets: "boolean",
      headers: "object",
      insecureSkipTlsVerify: "boolean",
      timeout: "number",
      retries: "integer",
      requestsPerMinute: "integer",
      connections: "object",
    });
    const server = built.types["hydra:index:Server"];
    expect(Object.keys(server?.properties ?? {})).toEqual(Object.keys(setting.serverSchema.shape));
    expect(server?.required).toEqual(["adminUrl"]);
    const secret = setting.secretKeys.filter((name) => name !== "connections").sort();
    expect(named(server?.properties, ({ secret }) => secret).sort()).toEqual(secret);
  });

  it("offers values by name where it knows them, and takes any other string", () => {
    const { inputProperties } = resource("OAuth2Client");
    expect(inputProperties.tokenEndpointAuthMethod).toMatchObject({
      type: "string",
      oneOf: [{ type: "string" }, { type: "string", $ref: "#/types/hydra:index:TokenEndpointAuthMethod" }],
    });
    // Java and C# would have programs wrap each item.
    expect(inputProperties.grantTypes).toMatchObject({ type: "array", items: { type: "string" } });
    expect(built.types["hydra:index:GrantType"]?.enum).toContainEqual({
      name: "JwtBearer",
      value: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    });
  });

  it("refers to other properties, which each language spells in its own way", () => {
    const { jwks } = resource("OAuth2Client").inputProperties;
    expect(jwks?.description).toContain(
      "Cannot be combined with {{% ref #/resources/hydra:index:OAuth2Client/properties/jwksUri %}}.",
    );
  });

  it("lets every resource be listed, by the properties that the server can filter by", () => {
    const queries = registry.resources.map(({ type }) => [type, Object.keys(resource(type).listInputs.properties)]);
    expect(Object.fromEntries(queries)).toEqual({
      OAuth2Client: ["clientName", "owner", "connection"],
      ClientLifespans: ["connection"],
      TrustedJwtIssuer: ["issuer", "connection"],
      Revocation: ["connection"],
      JsonWebKey: ["set", "connection"],
    });
  });

  it("demands what a resource cannot be without, and promises what it always has", () => {
    const demands = registry.resources.map(({ type }) => [type, resource(type).requiredInputs]);
    expect(Object.fromEntries(demands)).toEqual({
      OAuth2Client: [],
      ClientLifespans: ["clientId"],
      TrustedJwtIssuer: ["issuer", "jwk", "expiresAt"],
      Revocation: [],
      JsonWebKey: ["set"],
    });
    expect(resource("OAuth2Client").required?.sort()).toEqual(
      ["clientId", "scope", "subjectType", "tokenEndpointAuthMethod", "userinfoSignedResponseAlg"].sort(),
    );
    expect(resource("JsonWebKey").required?.sort()).toEqual(["kid", "set", "use"]);
  });

  it("describes every property, and refers to nothing that it lacks", () => {
    const shapes = [
      ...Object.values(built.resources).flatMap((found) => [
        found,
        found.listInputs,
        { properties: found.inputProperties },
      ]),
      ...Object.values(built.functions).flatMap(({ inputs, outputs }) => [inputs, outputs]),
      ...Object.values(built.types),
      { properties: built.config.variables },
    ];
    const silent = shapes.flatMap(({ properties }) => named(properties, ({ description = "" }) => description === ""));
    expect(silent).toEqual([]);
    const references = [...JSON.stringify(built).matchAll(/"#\/types\/([^"]+)"/g)].map(([, token]) => String(token));
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((token) => !(token in built.types))).toEqual([]);
    for (const { properties = {}, required = [] } of shapes as Partial<Shape>[]) {
      expect(required.filter((name) => !(name in properties))).toEqual([]);
    }
  });
});

describe("the repository that package.json names", () => {
  const documentation = () => "";
  const schemaOf = (repository: unknown) =>
    packageSchema(
      { version: "1.2.3", publication: publicationOf({ version: "1.2.3", repository }) },
      documentation,
    ) as Record<string, unknown>;
  const places = ["repository", "homepage", "logoUrl", "pluginDownloadURL", "configurationDocsUrl"];

  it.each([
    "https://github.com/example/pulumi-hydra",
    { type: "git", url: "git+https://github.com/example/pulumi-hydra.git" },
  ])("gives the schema every place of a release: %j", (repository) => {
    const schema = schemaOf(repository);
    expect(Object.fromEntries(places.map((name) => [name, schema[name]]))).toEqual({
      repository: "https://github.com/example/pulumi-hydra",
      homepage: "https://github.com/example/pulumi-hydra",
      logoUrl: "https://raw.githubusercontent.com/example/pulumi-hydra/v1.2.3/docs/logo.svg",
      pluginDownloadURL: "github://api.github.com/example/pulumi-hydra",
      configurationDocsUrl: "https://github.com/example/pulumi-hydra/blob/v1.2.3/docs/installation-configuration.md",
    });
    expect(schema.language).toMatchObject({
      go: {
        modulePath: "github.com/example/pulumi-hydra/sdk/go",
        importBasePath: "github.com/example/pulumi-hydra/sdk/go/hydra",
      },
    });
  });

  it("leaves every place out until it is there", () => {
    const schema = schemaOf(undefined);
    expect(places.filter((name) => name in schema)).toEqual([]);
    expect(JSON.stringify(schema)).not.toContain("github");
  });

  it("has to be one that Pulumi can download releases from", () => {
    expect(() => schemaOf("https://git.example/pulumi-hydra")).toThrow(
      '"repository" in package.json is https://git.example/pulumi-hydra: write https://github.com/<owner>/<name>',
    );
  });
});
