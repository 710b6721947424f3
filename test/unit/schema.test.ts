// Ties the package schema, which other languages are generated from, to the definitions and to what the engine needs of it.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packageSchema } from "../../provider/host/schema.ts";
import * as registry from "../../provider/registry.ts";
import * as field from "../../provider/resources/field.ts";
import * as setting from "../../provider/setting.ts";
import { describe as descriptionsOf, fieldDocs } from "../../tools/document/field-docs.mts";

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

interface Schema {
  name: string;
  version: string;
  config: { variables: Record<string, Property> };
  provider: Shape & { inputProperties: Record<string, Property> };
  resources: Record<
    string,
    Shape & { inputProperties: Record<string, Property>; requiredInputs: string[]; listInputs: Shape }
  >;
  functions: Record<string, { inputs: Shape; outputs: Shape }>;
  types: Record<string, Shape & { type: string }>;
}

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
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
    const documentation = descriptionsOf(fieldDocs({ registry, field, setting }));
    expect(built).toEqual(JSON.parse(JSON.stringify(packageSchema(version, documentation))));
  }, 120_000);

  it("has every resource and function", () => {
    expect([built.name, built.version]).toEqual(["hydra", version]);
    expect(Object.keys(built.resources)).toEqual(registry.resources.map(({ type }) => `hydra:index:${type}`));
    expect(Object.keys(built.functions)).toEqual(registry.functions.map(({ type }) => `hydra:index:${type}`));
  });

  it("marks what is secret", () => {
    const secrets = (properties: Record<string, Property>) => named(properties, ({ secret }) => secret);
    expect(secrets(resource("OAuth2Client").properties)).toEqual(["clientSecret", "registrationAccessToken"]);
    expect(secrets(resource("OAuth2Client").inputProperties)).toEqual(["clientSecret"]);
    expect(secrets(resource("ClientLifespans").properties)).toEqual([]);
    expect(secrets(resource("TrustedJwtIssuer").properties)).toEqual([]);
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
    expect(replacing("OAuth2Client")).toEqual(["clientId"]);
    expect(replacing("ClientLifespans")).toEqual(["clientId"]);
    expect(replacing("TrustedJwtIssuer")).toEqual([
      "issuer",
      "subject",
      "allowAnySubject",
      "scope",
      "jwk",
      "expiresAt",
    ]);
  });

  it("names the environment variable of each key of the configuration", () => {
    const { variables } = built.config;
    expect(Object.keys(variables)).toEqual(Object.keys(setting.configurationSchema.shape));
    for (const [name, variable] of Object.entries(variables)) {
      expect([name, variable.defaultInfo]).toEqual([name, { environment: [setting.environmentName(name)] }]);
    }
    expect(variables.adminUrl?.defaultInfo).toEqual({ environment: ["PULUMI_HYDRA_ADMIN_URL"] });
    expect(built.provider.inputProperties).toEqual(variables);
    // These are names that Pulumi keeps for itself.
    expect(["version", "pulumi"].filter((name) => name in variables)).toEqual([]);
  });

  it("lets every resource be listed, by the properties that the server can filter by", () => {
    const queries = registry.resources.map(({ type }) => [type, Object.keys(resource(type).listInputs.properties)]);
    expect(Object.fromEntries(queries)).toEqual({
      OAuth2Client: ["clientName", "owner", "connection"],
      ClientLifespans: ["connection"],
      TrustedJwtIssuer: ["issuer", "connection"],
    });
  });

  it("demands what a resource cannot be without, and promises what it always has", () => {
    const demands = registry.resources.map(({ type }) => [type, resource(type).requiredInputs]);
    expect(Object.fromEntries(demands)).toEqual({
      OAuth2Client: [],
      ClientLifespans: ["clientId"],
      TrustedJwtIssuer: ["issuer", "jwk", "expiresAt"],
    });
    expect(resource("OAuth2Client").required?.sort()).toEqual(
      ["clientId", "scope", "subjectType", "tokenEndpointAuthMethod", "userinfoSignedResponseAlg"].sort(),
    );
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
    for (const { properties, required = [] } of shapes as Shape[]) {
      expect(required.filter((name) => !(name in properties))).toEqual([]);
    }
  });
});
