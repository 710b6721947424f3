// Knows how to read the manual out of the source: each field's doc comment, type and rules. Plain data, for whatever prints it.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type * as z from "zod";
import type { FieldRules } from "../../provider/lifecycle/field.ts";
import type * as registry from "../../provider/registry.ts";
import type * as setting from "../../provider/setting.ts";

/** What there is to document. The values come from here, the comments from the source: both must be of one state. */
export interface Definitions {
  readonly registry: Pick<typeof registry, "resources" | "functions">;
  /** provider/resources/field.ts: the kinds of fields by their names. */
  readonly field: Readonly<Record<string, unknown>>;
  readonly setting: Pick<typeof setting, "configurationSchema" | "secretKeys" | "environmentName">;
}

/** One field of a resource, a function or an object in one of these. */
export interface FieldDoc {
  readonly name: string;
  readonly doc: string;
  /** In a word or two: `text`, `true or false`, `list of text`, `duration`. */
  readonly type: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** A change replaces the resource; otherwise it happens in place. */
  readonly replaces: boolean;
  /** What the server fills in when the field is unset. */
  readonly serverDefault?: string;
  /** The first server version that has the field, where not all have it. */
  readonly since?: string;
  /** The fields of an object, or of the objects in a list. */
  readonly fields?: readonly FieldDoc[];
}

/** A resource or a function. */
export interface DefinitionDoc {
  readonly type: string;
  readonly doc: string;
  readonly inputs: readonly FieldDoc[];
  /** For a resource, what the server adds to the inputs. */
  readonly outputs: readonly FieldDoc[];
}

export interface ConfigurationDoc {
  /** Without the `hydra:` before it. */
  readonly name: string;
  readonly doc: string;
  readonly type: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly environment: string;
}

export interface Documentation {
  readonly resources: readonly DefinitionDoc[];
  readonly functions: readonly DefinitionDoc[];
  readonly configuration: readonly ConfigurationDoc[];
}

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** The definitions as the build made them. */
export async function builtDefinitions(): Promise<Definitions> {
  const load = (name: string) => import(new URL(`../../dist/provider/${name}.js`, import.meta.url).href);
  const [registry, field, setting] = await Promise.all(["registry", "resources/field", "setting"].map(load));
  return { registry, field, setting };
}

/** Reads the source. A field without a doc comment is an error that names it. */
export function fieldDocs({ registry, field, setting }: Definitions): Documentation {
  const source = readSource();
  const classes = readClasses();
  const known = new Map<unknown, Map<string, string>>();

  function fieldsOf(place: string, object: z.ZodObject, type: ts.Type, rules: Rules = {}): FieldDoc[] {
    return Object.entries(object.shape).map(([name, value]) => {
      const schema = value as z.ZodType;
      const symbol = type.getProperty(name);
      // Properties that are copied by name at run time have no place in the source but the one they are copied from.
      const doc = (symbol && source.docOf(symbol)) || known.get(schema)?.get(name);
      if (!doc) throw new Error(`${place}.${name} has no doc comment (or dist is of another state: npm run build)`);
      known.set(schema, (known.get(schema) ?? new Map<string, string>()).set(name, doc));
      const { secret, replaces, serverDefault, since } = rules[name] ?? {};
      const nested = nestedObject(schema);
      return {
        name,
        doc,
        type: typeName(schema, field),
        required: !isOptional(schema),
        secret: secret === true,
        replaces: replaces === true,
        ...(serverDefault === undefined ? {} : { serverDefault: String(serverDefault) }),
        ...(since === undefined ? {} : { since }),
        ...(nested ? { fields: fieldsOf(`${place}.${name}`, nested, source.shapeOf(symbol)) } : {}),
      };
    });
  }

  const resources = registry.resources.map(({ type, inputs, outputs, fields }) => ({
    type,
    doc: documented(classes.get(type) ?? "", `the class ${type}`),
    inputs: fieldsOf(type, inputs, source.schemaOf(type, "inputs"), fields),
    outputs: fieldsOf(type, outputs, source.schemaOf(type, "outputs"), fields),
  }));
  const functions = registry.functions.map(({ type, inputs, outputs, secrets }) => {
    const rules = Object.fromEntries(secrets.map((name) => [name, { secret: true as const }]));
    return {
      type,
      doc: source.definitionDoc(type),
      inputs: fieldsOf(type, inputs, source.schemaOf(type, "inputs")),
      outputs: fieldsOf(`${type}Result`, outputs, source.schemaOf(type, "outputs"), rules),
    };
  });
  const { configurationSchema, secretKeys, environmentName } = setting;
  const keys = fieldsOf("configuration", configurationSchema, source.variable("configurationSchema"));
  const configuration = keys.map(({ name, doc, type }) => ({
    name,
    doc,
    type,
    required: name === "adminUrl",
    secret: secretKeys.includes(name),
    environment: environmentName(name),
  }));
  return { resources, functions, configuration };
}

/**
 * The comments by the names that the package schema gives to what they are about: a resource, a function, its result
 * (`getXResult`), an object in one of these (`OAuth2ClientSecretRotation`), or `configuration`.
 */
export function describe({ resources, functions, configuration }: Documentation) {
  const comments = new Map<string, string>();
  const add = (owner: string, fields: readonly FieldDoc[]): void => {
    for (const { name, doc, type, fields: nested } of fields) {
      comments.set(`${owner}.${name}`, doc);
      if (!nested) continue;
      const whole = owner + name.charAt(0).toUpperCase() + name.slice(1);
      const object = type.startsWith("list") ? whole.replace(/s$/, "") : whole;
      comments.set(object, doc);
      add(object, nested);
    }
  };
  for (const { type, doc, inputs, outputs } of resources) {
    comments.set(type, doc);
    add(type, [...inputs, ...outputs]);
  }
  for (const { type, doc, inputs, outputs } of functions) {
    comments.set(type, doc);
    add(type, inputs);
    add(`${type}Result`, outputs);
  }
  for (const { name, doc } of configuration) comments.set(`configuration.${name}`, doc);
  return (type: string, field?: string): string => {
    const place = field === undefined ? type : `${type}.${field}`;
    const found = comments.get(place);
    if (found === undefined) throw new Error(`${place} has no doc comment`);
    return found;
  };
}

type Rules = Readonly<Record<string, FieldRules>>;

/** How those kinds of fields in provider/resources/field.ts are called whose zod type says too little. */
const kindNames: Readonly<Record<string, string>> = {
  json: "JSON",
  duration: "duration",
  pageUri: "URL",
  httpsUri: "URL",
  redirectUris: "list of URIs",
  origins: "list of origins",
  jwk: "key",
  jwks: "keys",
  timestamp: "time",
};

function typeName(schema: z.ZodType, kinds: Readonly<Record<string, unknown>>): string {
  const kind = Object.keys(kindNames).find((name) => kinds[name] === schema);
  if (kind !== undefined) return kindNames[kind] ?? kind;
  const def = partsOf(schema);
  if (def.type === "optional" && def.innerType) return typeName(def.innerType, kinds);
  if (def.type === "pipe" && def.out) return typeName(def.out, kinds);
  if (def.type === "array" && def.element) {
    const item = typeName(def.element, kinds);
    return item === "object" ? "list of objects" : `list of ${item}`;
  }
  if (def.type === "enum" && def.entries) return Object.values(def.entries).join(" or ");
  // A switch in the configuration, where everything may come as text.
  if (def.type === "union" && def.options?.some((option) => option.def.type === "boolean")) return "true or false";
  const plain: Readonly<Record<string, string>> = {
    string: "text",
    boolean: "true or false",
    number: "number",
    object: "object",
    record: "JSON",
    lazy: "JSON",
    union: "JSON",
  };
  const name = plain[def.type];
  if (name === undefined) throw new Error(`say in tools/document/field-docs.mts how a zod ${def.type} is called`);
  return name;
}

/** The parts of schemas that are looked at, out of zod's own description of them. */
interface Parts {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly out?: z.ZodType;
  readonly element?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly options?: readonly { readonly def: { readonly type: string } }[];
}

function partsOf(schema: z.ZodType): Parts {
  return (schema as z.core.$ZodType & { def: Parts }).def;
}

function isOptional(schema: z.ZodType): boolean {
  return partsOf(schema).type === "optional";
}

/** The object in a field that has fields of its own. Keys are described by their RFC. */
function nestedObject(schema: z.ZodType): z.ZodObject | undefined {
  const { type, innerType, element } = partsOf(schema);
  if (type === "object") {
    const object = schema as z.ZodObject;
    return Object.keys(object.shape).join() === "keys" ? undefined : object;
  }
  const inner = type === "array" ? element : type === "optional" ? innerType : undefined;
  return inner && nestedObject(inner);
}

/** The source as the compiler understands it: where a property comes from, through spreads and mapped types. */
function readSource() {
  const configuration = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(configuration.config, ts.sys, repository, { noEmit: true });
  const entries = ["provider/registry.ts", "provider/setting.ts"].map((name) => join(repository, name));
  const program = ts.createProgram(entries, { ...options, types: [] });
  const checker = program.getTypeChecker();
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(join(repository, "provider")));

  const variables = new Map<string, ts.VariableDeclaration>();
  const definitions = new Map<string, { statement: ts.VariableDeclaration; members: ts.ObjectLiteralExpression }>();
  for (const statement of ours.flatMap(({ statements }) => [...statements])) {
    if (!ts.isVariableStatement(statement) || !isExported(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      variables.set(declaration.name.getText(), declaration);
      const members = declaration.initializer;
      if (!members || !ts.isObjectLiteralExpression(members)) continue;
      const type = members.properties.find((member) => member.name?.getText() === "type");
      if (type && ts.isPropertyAssignment(type) && ts.isStringLiteral(type.initializer))
        definitions.set(type.initializer.text, { statement: declaration, members });
    }
  }

  const docOf = (symbol: ts.Symbol): string => text(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  const symbolAt = (node: ts.Node): ts.Symbol => {
    const symbol = checker.getSymbolAtLocation(node);
    if (!symbol) throw new Error(`there is no symbol at ${node.getText()}`);
    return symbol;
  };
  const definition = (type: string) => found(definitions, type, `no exported definition has the type "${type}"`);

  /** The type of an object schema's `shape`, found below whatever is wrapped around the object. */
  const shapeIn = (type: ts.Type, at: ts.Node): ts.Type => {
    const member = (owner: ts.Type, name: string): ts.Type | undefined => {
      const symbol = owner.getProperty(name);
      return symbol && checker.getTypeOfSymbolAtLocation(symbol, at);
    };
    const shape = member(type, "shape");
    if (shape) return shape;
    const def = member(type, "def");
    const inner = def && (member(def, "innerType") ?? member(def, "element"));
    if (!inner) throw new Error(`${checker.typeToString(type)} holds no object`);
    return shapeIn(inner, at);
  };

  return {
    docOf,
    /** Of the object in a property. */
    shapeOf(symbol: ts.Symbol | undefined): ts.Type {
      const at = ours[0];
      if (!symbol || !at) throw new Error("there is no property");
      return shapeIn(checker.getTypeOfSymbolAtLocation(symbol, at), at);
    },
    /** The shape of the inputs or outputs of a resource or function. */
    schemaOf(type: string, part: "inputs" | "outputs"): ts.Type {
      const { members } = definition(type);
      const member = members.properties.find(({ name }) => name?.getText() === part);
      if (member && ts.isPropertyAssignment(member))
        return shapeIn(checker.getTypeAtLocation(member.initializer), member);
      const symbol = member && checker.getShorthandAssignmentValueSymbol(member);
      if (!symbol || !member) throw new Error(`${type} has no ${part}`);
      return shapeIn(checker.getTypeOfSymbolAtLocation(symbol, member), member);
    },
    /** The shape of an exported schema. */
    variable(name: string): ts.Type {
      const declaration = found(variables, name, `${name} is not exported`);
      return shapeIn(checker.getTypeAtLocation(declaration), declaration);
    },
    definitionDoc: (type: string): string =>
      documented(docOf(symbolAt(definition(type).statement.name)), `the definition of ${type}`),
  };
}

/** The comments of the classes that sdk/index.ts exports. Read without Pulumi's own types, which take the compiler seconds. */
function readClasses(): Map<string, string> {
  const statementsOf = (file: string) => {
    const path = join(repository, "sdk", file);
    return [...ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true).statements];
  };
  const files = statementsOf("index.ts")
    .filter(ts.isExportDeclaration)
    .flatMap(({ moduleSpecifier }) =>
      moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? [moduleSpecifier.text] : [],
    );
  const classes = files.flatMap(statementsOf).filter(ts.isClassDeclaration);
  return new Map(
    classes.map((declaration) => {
      const comments = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc);
      const raw = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join("\n");
      return [declaration.name?.text ?? "", text(raw)];
    }),
  );
}

function found<Value>(values: ReadonlyMap<string, Value>, name: string, otherwise: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(otherwise);
  return value;
}

function documented(doc: string, place: string): string {
  if (doc === "") throw new Error(`${place} has no doc comment`);
  return doc;
}

function isExported(statement: ts.VariableStatement): boolean {
  return statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** A comment as text: paragraphs without the line breaks of the source, links by their names. */
function text(raw: string): string {
  const comment = raw.replace(/\{@link\s+([^}\s|]+)[^}]*\}/g, "$1");
  return comment
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim())
    .join("\n\n");
}
