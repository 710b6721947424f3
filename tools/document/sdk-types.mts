// Knows how the definitions are written as the types of the SDK: plain interfaces, each field with its documentation.
import type * as z from "zod";
import { configurationSchema } from "../../provider/configuration/setting.ts";
import { type Documentation, settingRules } from "../../provider/describe/schema.ts";
import { type FieldRules, type KnownValues, knownValuesOf } from "../../provider/lifecycle/field.ts";
import { functions, resources } from "../../provider/registry.ts";

/** How a value is written: by the program, where any part may be an output, or plainly. */
type Form = "input" | "plain";

/** The text of sdk/types.ts. */
export function sdkTypes(documentation: Documentation): string {
  const interfaces = new Map<string, string>();

  /** Writes an interface, with those of the objects in it. */
  function write(name: string, doc: string, members: readonly string[]): void {
    interfaces.set(name, `${comment(doc)}export interface ${name} {\n${members.join("\n")}\n}\n`);
  }

  /** The members for the fields of an object, whose documentation is that of `owner`. */
  function fieldsOf(owner: string, object: z.ZodObject, form: Form, rules: Rules = {}): string[] {
    return Object.entries(object.shape).map(([name, schema]) => {
      const optional = partsOf(schema as z.ZodType).type === "optional";
      const type = typeOf(schema as z.ZodType, nameIn(owner, name), form);
      const value = form === "input" ? `pulumi.Input<${orUndefined(type, optional)}>` : orUndefined(type, optional);
      return `${comment(textOf(owner, name, rules[name]), "  ")}  ${name}${optional ? "?" : ""}: ${value};`;
    });
  }

  function outputsOf(owner: string, object: z.ZodObject, rules: Rules): string[] {
    return Object.entries(object.shape).map(([name, schema]) => {
      const { choose, serverDefault, keptWhenUnset } = rules[name] ?? {};
      const optional = partsOf(schema as z.ZodType).type === "optional";
      const always = !optional || choose !== undefined || serverDefault !== undefined || keptWhenUnset === true;
      const type = typeOf(schema as z.ZodType, nameIn(owner, name), "plain");
      return `${comment(textOf(owner, name, rules[name]), "  ")}  readonly ${name}: pulumi.Output<${orUndefined(type, !always)}>;`;
    });
  }

  function textOf(owner: string, name: string, { secret, replaces }: FieldRules = {}): string {
    const doc = documentation(owner, name);
    const change = replaces && !/replaces/.test(doc) ? " Changing it replaces the resource." : "";
    return `${doc}${change}${secret ? " Secret." : ""}`;
  }

  /** What a field holds; `name` is that of the type that an object in it has. */
  function typeOf(schema: z.ZodType, name: string, form: Form): string {
    const { type, innerType, out, element, entries, options, valueType } = partsOf(schema);
    const known = form === "input" ? knownValuesOf(schema) : undefined;
    if (known && !innerType && !entries) return element ? `readonly pulumi.Input<${offered(known)}>[]` : offered(known);
    const part = (inner: z.ZodType, of = name) => {
      const text = typeOf(inner, of, form);
      return form === "input" ? `pulumi.Input<${text}>` : text;
    };
    if (innerType) return typeOf(innerType, name, form);
    if (out) return typeOf(out, name, form);
    if (element) {
      const item = part(element, name.replace(/s$/, ""));
      return form === "input" ? `readonly ${item}[]` : `${item}[]`;
    }
    if (entries)
      return Object.values(entries)
        .map((value) => JSON.stringify(value))
        .join(" | ");
    if (options) return options.map((option) => typeOf(option, name, form)).join(" | ");
    if (type === "object") return objectOf(schema as z.ZodObject, name, form);
    if (type === "record" && valueType) {
      // A record of any JSON is a key (RFC 7517).
      return partsOf(valueType).type === "lazy" ? "Jwk" : `Record<string, ${part(valueType)}>`;
    }
    if (type === "lazy") return "any";
    if (type === "string" || type === "number" || type === "boolean") return type;
    throw new Error(`say in tools/document/sdk-types.mts how a zod ${type} is written (${name})`);
  }

  /** A type whose known values an editor completes. Any other string stays possible: the check says what cannot be used. */
  function offered({ name, doc, values }: KnownValues): string {
    const members = Object.values(values).map((value) => JSON.stringify(value));
    const text = `export type ${name} =\n  | ${[...members, "(string & Record<never, never>)"].join("\n  | ")};\n`;
    interfaces.set(name, comment(doc) + text);
    return name;
  }

  function objectOf(object: z.ZodObject, name: string, form: Form): string {
    if (Object.keys(object.shape).join() === "keys") return form === "input" ? "JwkSetArgs" : "JwkSet";
    const isServer = name === "configurationConnections";
    const own = isServer ? "Server" : capital(name);
    const full = form === "input" ? `${own}Args` : own;
    if (isServer) write(full, "The settings of one server.", fieldsOf("configuration", object, form, settingRules));
    else write(full, documentation(name), fieldsOf(name, object, form));
    return full;
  }

  for (const { type, inputs, outputs, fields } of resources) {
    write(`${type}Args`, `The arguments of a {@link ${type}}.`, fieldsOf(type, inputs, "input", fields));
    const all = [...outputsOf(type, inputs, fields), ...outputsOf(type, outputs, fields)];
    write(`${type}Outputs`, `The outputs of ${type}.`, all);
  }
  for (const { type, inputs, outputs, fields } of functions) {
    const name = capital(type);
    const rules = onlySecrets(fields);
    write(`${name}Args`, `The arguments of {@link ${type}}.`, fieldsOf(type, inputs, "plain", rules));
    write(
      `${name}OutputArgs`,
      `The arguments of {@link ${type}}, where they are outputs.`,
      fieldsOf(type, inputs, "input", rules),
    );
    write(`${name}Result`, `What {@link ${type}} gives.`, fieldsOf(`${type}Result`, outputs, "plain", rules));
  }
  write(
    "ProviderArgs",
    "The arguments of a {@link Provider}.",
    fieldsOf("configuration", configurationSchema, "input", settingRules),
  );

  return `// Written by tools/generate.mts out of the definitions: the types of arguments, outputs and results. Knows nothing else.\n\n${head}\n${[...interfaces.values()].join("\n")}`;
}

type Rules = Readonly<Record<string, FieldRules>>;

/** A function changes nothing: what a change of an argument would do to a resource is not said of it. */
function onlySecrets(rules: Rules): Rules {
  const secrets = Object.entries(rules).filter(([, { secret }]) => secret);
  return Object.fromEntries(secrets.map(([name]) => [name, { secret: true }]));
}

const head = `import type * as pulumi from "@pulumi/pulumi";

/** A JSON Web Key (RFC 7517). */
export interface Jwk {
  // biome-ignore lint/suspicious/noExplicitAny: no interface would be assignable to members of another type
  [member: string]: any;
}

/** A set of public JSON Web Keys (RFC 7517, 5). */
export interface JwkSet {
  /** The keys. */
  keys?: Jwk[];
}

/** A set of public JSON Web Keys (RFC 7517, 5). */
export interface JwkSetArgs {
  /** The keys. */
  keys?: pulumi.Input<readonly pulumi.Input<Jwk>[] | undefined>;
}
`;

/** The parts of schemas that are looked at, out of zod's own description of them. */
interface Parts {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly out?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly options?: readonly z.ZodType[];
}

function partsOf(schema: z.ZodType): Parts {
  return (schema as z.core.$ZodType & { def: Parts }).def;
}

function orUndefined(type: string, optional: boolean): string {
  return optional && type !== "any" ? `${type} | undefined` : type;
}

function nameIn(owner: string, field: string): string {
  return `${owner}${capital(field)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function comment(text: string, indent = ""): string {
  return `${indent}/** ${text.replaceAll("*/", "*\\/")} */\n`;
}
