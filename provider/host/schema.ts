// The package schema that Pulumi's languages are generated from, out of the resource definitions.

import * as z from "zod";
import type { FieldRules } from "../lifecycle/field.ts";
import { functions, resources } from "../registry.ts";
import { configurationSchema, environmentName, secretKeys } from "../setting.ts";

/** The documentation of a resource, function or type by its name, and of its fields. */
export type Documentation = (type: string, field?: string) => string;

type Json = Record<string, unknown>;
type Rules = Readonly<Record<string, FieldRules>>;

/** The whole schema; nested objects become types of their own. */
export function packageSchema(version: string, documentation: Documentation): Json {
  const types: Json = {};
  const properties = (owner: string, shape: z.ZodRawShape, rules: Rules = {}) =>
    Object.fromEntries(
      Object.entries(shape).map(([name, schema]) => {
        const { secret, replaces } = rules[name] ?? {};
        return [
          name,
          {
            ...typeOf(schema as z.ZodType, `${owner}${name.charAt(0).toUpperCase()}${name.slice(1)}`),
            description: documentation(owner, name),
            ...(secret ? { secret } : {}),
            ...(replaces && name !== "connection" ? { willReplaceOnChanges: true } : {}),
          },
        ];
      }),
    );

  function typeOf(schema: z.ZodType, name: string): Json {
    if (schema instanceof z.ZodOptional) return typeOf(schema.unwrap() as z.ZodType, name);
    if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return { type: "string" };
    if (schema instanceof z.ZodBoolean) return { type: "boolean" };
    if (schema instanceof z.ZodNumber) return { type: "integer" };
    if (schema instanceof z.ZodArray)
      return { type: "array", items: typeOf(schema.element as z.ZodType, name.replace(/s$/, "")) };
    if (schema instanceof z.ZodObject && Object.keys(schema.shape).join() !== "keys") {
      const token = `hydra:index:${name}`;
      types[token] ??= { type: "object", description: documentation(name), ...objectOf(name, schema) };
      return { $ref: `#/types/${token}` };
    }
    return { $ref: "pulumi.json#/Any" };
  }

  function objectOf(owner: string, schema: z.ZodObject, rules?: Rules): Json {
    return { properties: properties(owner, schema.shape, rules), required: required(schema.shape) };
  }

  const resourceSpecs = resources.map(({ type, inputs, outputs, fields, listInputs }) => {
    const always = required(inputs.shape).concat(Object.keys(fields).filter((name) => isAlwaysSet(fields[name])));
    const inputProperties = properties(type, inputs.shape, fields);
    const query = Object.fromEntries([...listInputs, "connection"].map((name) => [name, inputProperties[name]]));
    return [
      `hydra:index:${type}`,
      {
        description: documentation(type),
        properties: { ...inputProperties, ...properties(type, outputs.shape, fields) },
        required: [...new Set(always)],
        inputProperties,
        requiredInputs: required(inputs.shape),
        listInputs: { properties: query },
      },
    ];
  });

  const functionSpecs = functions.map(({ type, inputs, outputs, secrets }) => {
    const secret = Object.fromEntries(secrets.map((name) => [name, { secret: true as const }]));
    return [
      `hydra:index:${type}`,
      {
        description: documentation(type),
        inputs: objectOf(type, inputs, { token: { secret: true } }),
        outputs: objectOf(`${type}Result`, outputs, secret),
      },
    ];
  });

  const configuration = Object.fromEntries(
    Object.keys(configurationSchema.shape).map((name) => [
      name,
      {
        type: "string",
        description: documentation("configuration", name),
        ...(secretKeys.includes(name) ? { secret: true } : {}),
        defaultInfo: { environment: [environmentName(name)] },
      },
    ]),
  );

  return {
    name: "hydra",
    displayName: "Ory Hydra",
    version,
    description: "OAuth 2.0 clients, token lifespans and trusted JWT issuers of Ory Hydra.",
    keywords: ["pulumi", "ory", "hydra", "oauth2", "openid-connect", "category/infrastructure", "kind/native"],
    license: "Apache-2.0",
    publisher: "pulumi-hydra",
    // Every SDK has this version, and one for Go is a module of its own.
    meta: { supportPack: true },
    language: {
      nodejs: { packageName: "pulumi-hydra-sdk", respectSchemaVersion: true },
      python: { packageName: "pulumi_hydra", respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { generateResourceContainerTypes: true, respectSchemaVersion: true },
      csharp: { respectSchemaVersion: true },
      java: {},
    },
    config: { variables: configuration },
    provider: {
      description: "One Ory Hydra, or several by name.",
      properties: withoutDefaults(configuration),
      inputProperties: configuration,
    },
    resources: Object.fromEntries(resourceSpecs),
    functions: Object.fromEntries(functionSpecs),
    types,
  };
}

function required(shape: z.ZodRawShape): string[] {
  return Object.keys(shape).filter((name) => !(shape[name] instanceof z.ZodOptional));
}

function isAlwaysSet(rules: FieldRules = {}): boolean {
  return rules.choose !== undefined || rules.serverDefault !== undefined;
}

function withoutDefaults(variables: Record<string, Json>): Json {
  return Object.fromEntries(Object.entries(variables).map(([name, { defaultInfo: _, ...rest }]) => [name, rest]));
}
