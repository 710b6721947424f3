// The package schema that Pulumi's languages are generated from, out of the resource definitions.

import * as z from "zod";
import { configurationSchema, environmentName, secretKeys, serverSchema } from "../configuration/setting.ts";
import { type FieldRules, type KnownValues, knownValuesOf } from "../lifecycle/field.ts";
import { listNames } from "../lifecycle/resource.ts";
import { functions, resources } from "../registry.ts";
import { type Example, withExample } from "./doc-example.ts";
import { withReferences } from "./doc-reference.ts";

/** The documentation of a resource, function or type by its name, and of its fields. */
export type Documentation = (type: string, field?: string) => string;

type Json = Record<string, unknown>;
type Rules = Readonly<Record<string, FieldRules>>;

/** The rules of the settings. */
export const settingRules: Rules = Object.fromEntries(secretKeys.map((name) => [name, { secret: true }]));

/** Where the releases of a version are published. */
export interface Publication {
  readonly owner: string;
  /** `https://github.com/<owner>/<name>`. */
  readonly repository: string;
  /** Where Pulumi looks for the archives of the plugin. */
  readonly pluginDownloadURL: string;
  readonly logoUrl: string;
  readonly configurationDocsUrl: string;
  /** The Go module of the SDK. Its tag is `sdk/go/v<version>`. */
  readonly goModule: string;
  readonly mavenGroup: string;
}

/** What the schema says of the package as a whole. */
export interface Package {
  readonly version: string;
  /** Absent until there is a repository: then the schema names no place of releases. */
  readonly publication?: Publication | undefined;
}

/** The whole schema; nested objects become types of their own. `examples` are those of resources and functions, by their names. */
export function packageSchema(
  { version, publication }: Package,
  documentation: Documentation,
  examples: Examples = {},
): Json {
  const writer = createWriter(documentation);
  const [resources, functions] = [
    resourceSpecs(writer, documentation, examples),
    functionSpecs(writer, documentation, examples),
  ];
  const { shape } = configurationSchema;
  // Code generators before v3.274 take no reference to a property of the provider.
  const settings = writer.properties("configuration", shape, undefined, settingRules);

  return {
    name: "hydra",
    displayName: "Ory Hydra",
    version,
    description: "OAuth 2.0 clients, token lifespans, trusted JWT issuers and JSON Web Keys of Ory Hydra.",
    keywords: ["pulumi", "ory", "hydra", "oauth2", "openid-connect", "category/infrastructure", "kind/native"],
    license: "Apache-2.0",
    publisher: "pulumi-hydra",
    ...(publication && {
      homepage: publication.repository,
      repository: publication.repository,
      logoUrl: publication.logoUrl,
      pluginDownloadURL: publication.pluginDownloadURL,
      configurationDocsUrl: publication.configurationDocsUrl,
    }),
    // `pulumi new` configures the provider with the id `preflight`.
    validateCredentialsOnNew: true,
    // Every SDK has this version, and one for Go is a module of its own.
    meta: { supportPack: true },
    language: languages(publication),
    config: { variables: withEnvironment(settings) },
    provider: {
      description: "One Ory Hydra, or several by name.",
      properties: settings,
      // The plugin reads the environment itself. An SDK would record what it finds there, and send it to any server.
      inputProperties: settings,
    },
    resources,
    functions,
    types: writer.types,
  };
}

function languages(publication: Publication | undefined): Json {
  return {
    nodejs: { packageName: "pulumi-hydra-sdk", respectSchemaVersion: true },
    python: { packageName: "pulumi_hydra", respectSchemaVersion: true, pyproject: { enabled: true } },
    go: {
      ...(publication && { modulePath: publication.goModule, importBasePath: `${publication.goModule}/hydra` }),
      generateResourceContainerTypes: true,
      respectSchemaVersion: true,
    },
    csharp: { respectSchemaVersion: true },
    java: {},
  };
}

function resourceSpecs({ properties }: Writer, documentation: Documentation, examples: Examples): Json {
  const specs = resources.map(({ type, inputs, outputs, fields, listInputs }) => {
    const always = required(inputs.shape).concat(Object.keys(fields).filter((name) => isAlwaysSet(fields[name])));
    const place = `#/resources/hydra:index:${type}/properties`;
    const inputProperties = properties(type, inputs.shape, place, fields);
    const query = Object.fromEntries(listNames({ fields, listInputs }).map((name) => [name, inputProperties[name]]));
    return [
      `hydra:index:${type}`,
      {
        description: withExample(withReferences(documentation(type), place, Object.keys(inputs.shape)), examples[type]),
        properties: { ...inputProperties, ...properties(type, outputs.shape, place, fields) },
        required: [...new Set(always)],
        inputProperties,
        requiredInputs: required(inputs.shape),
        listInputs: { properties: query },
      },
    ];
  });
  return Object.fromEntries(specs);
}

function functionSpecs({ objectOf }: Writer, documentation: Documentation, examples: Examples): Json {
  const specs = functions.map(({ type, inputs, outputs, fields }) => {
    return [
      `hydra:index:${type}`,
      {
        description: withExample(documentation(type), examples[type]),
        inputs: objectOf(type, inputs, `#/functions/hydra:index:${type}/inputs/properties`, fields),
        outputs: objectOf(`${type}Result`, outputs, `#/functions/hydra:index:${type}/outputs/properties`, fields),
      },
    ];
  });
  return Object.fromEntries(specs);
}

type Writer = ReturnType<typeof createWriter>;
type Examples = Readonly<Record<string, Example>>;

/** Writes properties and their types; what has a name of its own is collected in `types`. */
function createWriter(documentation: Documentation) {
  const types: Json = {};
  /** `place` is where the properties stand in the schema, for what refers to them. */
  const properties = (owner: string, shape: z.ZodRawShape, place: string | undefined, rules: Rules = {}) =>
    Object.fromEntries(
      Object.entries(shape).map(([name, schema]) => {
        const { secret, replaces, locates } = rules[name] ?? {};
        return [
          name,
          {
            ...typeOf(schema as z.ZodType, `${owner}${name.charAt(0).toUpperCase()}${name.slice(1)}`),
            description: withReferences(documentation(owner, name), place, Object.keys(shape)),
            ...(secret ? { secret } : {}),
            ...(replaces && !locates ? { willReplaceOnChanges: true } : {}),
          },
        ];
      }),
    );

  function typeOf(schema: z.ZodType, name: string): Json {
    const known = knownValuesOf(schema);
    if (known) {
      const value = offered(known);
      // Java and C# would have programs wrap each item of a list: there the names stand apart.
      return isList(schema) ? { type: "array", items: { type: "string" } } : value;
    }
    if (schema instanceof z.ZodOptional) return typeOf(schema.unwrap() as z.ZodType, name);
    if (schema instanceof z.ZodPipe) return typeOf(schema.out as z.ZodType, name);
    // A switch in the configuration, where everything may come as text.
    if (schema instanceof z.ZodUnion && schema.options.some((option) => option instanceof z.ZodBoolean))
      return { type: "boolean" };
    if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return { type: "string" };
    if (schema instanceof z.ZodBoolean) return { type: "boolean" };
    if (schema instanceof z.ZodNumber) return { type: schema.isInt ? "integer" : "number" };
    if (schema instanceof z.ZodArray)
      return { type: "array", items: typeOf(schema.element as z.ZodType, name.replace(/s$/, "")) };
    if (schema === serverSchema) return server();
    if (schema instanceof z.ZodObject && Object.keys(schema.shape).join() !== "keys") {
      const token = `hydra:index:${name}`;
      const object = () => objectOf(name, schema, `#/types/${token}/properties`);
      types[token] ??= { type: "object", description: documentation(name), ...object() };
      return { $ref: `#/types/${token}` };
    }
    const values = schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
    if (values instanceof z.ZodString || values === serverSchema)
      return { type: "object", additionalProperties: typeOf(values, name) };
    return { $ref: "pulumi.json#/Any" };
  }

  /** An enum for the known values. A program may write any other string: the check says what cannot be used. */
  function offered({ name, doc, values }: KnownValues): Json {
    const token = `hydra:index:${name}`;
    const members = Object.entries(values).map(([name, value]) => ({ name, value }));
    types[token] ??= { type: "string", description: doc, enum: members };
    return { type: "string", oneOf: [{ type: "string" }, { type: "string", $ref: `#/types/${token}` }] };
  }

  function server(): Json {
    const token = "hydra:index:Server";
    const { shape } = serverSchema;
    const members = () => properties("configuration", shape, `#/types/${token}/properties`, settingRules);
    types[token] ??= {
      type: "object",
      description: "The settings of one server.",
      properties: members(),
      required: required(shape),
    };
    return { $ref: `#/types/${token}` };
  }

  function objectOf(owner: string, schema: z.ZodObject, place: string, rules?: Rules): Json {
    return { properties: properties(owner, schema.shape, place, rules), required: required(schema.shape) };
  }

  return { types, properties, objectOf };
}

function required(shape: z.ZodRawShape): string[] {
  return Object.keys(shape).filter((name) => !(shape[name] instanceof z.ZodOptional));
}

function isAlwaysSet(rules: FieldRules = {}): boolean {
  return rules.choose !== undefined || rules.serverDefault !== undefined;
}

function isList(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional ? isList(schema.unwrap() as z.ZodType) : schema instanceof z.ZodArray;
}

/** What the environment has is a string: an SDK can read it as one or as a scalar. */
function withEnvironment(settings: Record<string, Json>): Json {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      name,
      setting.type === "object" ? setting : { ...setting, defaultInfo: { environment: [environmentName(name)] } },
    ]),
  );
}
