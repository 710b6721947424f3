// Knows how to read the manual out of the source: the doc comment of each resource, function and field, and the examples of the SDK.
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import type * as z from "zod";
import { configurationSchema } from "../../provider/configuration/setting.ts";
import type { Documentation } from "../../provider/describe/schema.ts";
import { functions, resources } from "../../provider/registry.ts";

const repository = resolve(import.meta.dirname, "../..");

/** What a class or function of the SDK says beyond its description. */
export interface SdkDoc {
  /** The program in its `@example`. */
  readonly example: string;
  /** The comment of a class's `get`. */
  readonly get: string | undefined;
}

/** A field as the source has it: its comment, and how its schema is written. */
interface Written {
  readonly doc: string;
  readonly schema: ts.Node;
}

/**
 * The comments by the names that the package schema gives to what they are about: a resource, a function, its result
 * (`getXResult`), an object in one of these (`OAuth2ClientSecretRotation`), or `configuration`. What has none is an error.
 *
 * @example
 * documentation()("OAuth2Client", "clientName");
 */
export function documentation(): Documentation {
  const comments = new Map<string, string>();
  const source = readSource("provider/{configuration,functions,resources}/**/*.ts");
  const classes = new Map(sdkDeclarations().map(([name, node]) => [name, commentOf(node)]));
  /** Fields that are copied by name at run time have no place in the source but the one they are copied from. */
  const known = new Map<unknown, Map<string, Written>>();

  function add(owner: string, object: z.ZodObject, written: ReadonlyMap<string, Written>, edit: Edit): void {
    for (const [name, schema] of Object.entries(object.shape)) {
      const field = written.get(name) ?? known.get(schema)?.get(name);
      if (!field) throw new Error(`${owner}.${name} has no doc comment`);
      known.set(schema, (known.get(schema) ?? new Map<string, Written>()).set(name, field));
      comments.set(`${owner}.${name}`, edit(field.doc));
      const { nested, isList } = objectIn(schema as z.ZodType);
      if (!nested) continue;
      const whole = owner + name.charAt(0).toUpperCase() + name.slice(1);
      const type = isList ? whole.replace(/s$/, "") : whole;
      comments.set(type, edit(field.doc));
      add(type, nested, source.fieldsIn(field.schema), edit);
    }
  }

  for (const { type, inputs, outputs } of resources) {
    comments.set(type, classes.get(type) ?? "");
    add(type, inputs, source.fieldsIn(source.member(type, "inputs")), asWritten);
    add(type, outputs, source.fieldsIn(source.member(type, "outputs")), asWritten);
  }
  for (const { type, inputs, outputs } of functions) {
    comments.set(type, commentOf(source.definition(type)));
    add(type, inputs, source.fieldsIn(source.member(type, "inputs")), forArgument);
    add(`${type}Result`, outputs, source.fieldsIn(source.member(type, "outputs")), forResult);
  }
  add("configuration", configurationSchema, source.fieldsIn(source.variable("configurationSchema")), asWritten);

  return (type, field) => {
    const place = field === undefined ? type : `${type}.${field}`;
    const found = comments.get(place);
    if (!found) throw new Error(`${place} has no doc comment`);
    return found;
  };
}

/**
 * What the SDK's classes and functions say, by their names. What has no `@example` is left out, so that whoever asks for it fails.
 *
 * @example
 * sdkDocs().get("OAuth2Client")?.example;
 */
export function sdkDocs(): ReadonlyMap<string, SdkDoc> {
  const docs = sdkDeclarations().flatMap(([name, node]): [string, SdkDoc][] => {
    const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === "example");
    const example = /^```ts\n([\s\S]*?)\n```$/m.exec(ts.getTextOfJSDocComment(tag?.comment) ?? "")?.[1];
    if (example === undefined) return [];
    const get = ts.isClassDeclaration(node) && node.members.find((member) => member.name?.getText() === "get");
    return [[name, { example, get: get ? commentOf(get) : undefined }]];
  });
  return new Map(docs);
}

/** The classes of dynamic resources, which have the comments, and the functions. */
function sdkDeclarations(): [string, ts.Node][] {
  return parsed("sdk/*.ts").flatMap(({ fileName, statements }) =>
    statements.flatMap((node): [string, ts.Node][] => {
      if (ts.isVariableStatement(node))
        return node.declarationList.declarations.map(({ name }) => [name.getText(), node]);
      return ts.isClassDeclaration(node) && !fileName.endsWith("plugin.ts") ? [[node.name?.text ?? "", node]] : [];
    }),
  );
}

type Edit = (doc: string) => string;

const asWritten: Edit = (doc) => doc;

/** Of a field that a resource has too: only sentences that are true here. A function changes nothing. */
const forArgument: Edit = (doc) => without(/^(Changing|Moving|Renaming|Removing)\b/, doc);

/** A result has a value, whatever may be given. */
const forResult: Edit = (doc) => without(/^(Defaults to|Cannot be combined|The provider refuses)\b/, forArgument(doc));

function without(pattern: RegExp, doc: string): string {
  const sentences = doc.split(/(?<=\.) (?=[A-Z`])/);
  return sentences.filter((sentence) => !pattern.test(sentence)).join(" ");
}

/** The object in a field that has fields of its own. Keys are described by their RFC. */
function objectIn(schema: z.ZodType, isList = false): { nested?: z.ZodObject; isList: boolean } {
  const { type, innerType, element } = (schema as z.core.$ZodType & { def: Parts }).def;
  if (type === "object") {
    const nested = schema as z.ZodObject;
    return Object.keys(nested.shape).join() === "keys" ? { isList } : { nested, isList };
  }
  const inner = type === "array" ? element : type === "optional" ? innerType : undefined;
  return inner ? objectIn(inner, isList || type === "array") : { isList };
}

/** The parts of a schema that are looked at, out of zod's own description of it. */
interface Parts {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
}

/** The source as it is written: where the fields of an expression come from, through variables and spreads. */
function readSource(pattern: string) {
  const files = parsed(pattern).map((file) => new Map(file.statements.flatMap(variablesIn)));
  const variable = (name: string, at?: ts.Node): ts.VariableDeclaration | undefined => {
    const own = files.find((file) => file.get(name)?.getSourceFile() === at?.getSourceFile());
    return own?.get(name) ?? files.map((file) => file.get(name)).find((found) => found && isExported(found));
  };
  const definitions = files.flatMap((file) => [...file.values()]);
  const definition = (type: string) => {
    const isIt = (member: ts.Node) =>
      ts.isPropertyAssignment(member) &&
      member.name.getText() === "type" &&
      member.initializer.getText() === JSON.stringify(type);
    const found = definitions.find(
      ({ initializer: of }) => of && ts.isObjectLiteralExpression(of) && of.properties.some(isIt),
    );
    if (!found) throw new Error(`no definition has the type "${type}"`);
    return found;
  };
  const add = (node: ts.Node | undefined, fields: Map<string, Written>): Map<string, Written> => {
    if (!node) return fields;
    if (ts.isIdentifier(node)) return add(variable(node.text, node)?.initializer, fields);
    if (ts.isPropertyAccessExpression(node)) return add(node.expression, fields);
    if (!ts.isObjectLiteralExpression(node)) {
      ts.forEachChild(node, (child) => void add(child, fields));
      return fields;
    }
    for (const member of node.properties) {
      const doc = commentOf(member);
      if (ts.isSpreadAssignment(member)) add(member.expression, fields);
      else if (ts.isPropertyAssignment(member) && doc)
        fields.set(member.name.getText(), { doc, schema: member.initializer });
    }
    return fields;
  };
  return {
    variable,
    definition,
    member(type: string, name: "inputs" | "outputs"): ts.Node | undefined {
      const { initializer } = definition(type);
      const members = initializer && ts.isObjectLiteralExpression(initializer) ? initializer.properties : [];
      const member = members.find((candidate) => candidate.name?.getText() === name);
      return member && ts.isPropertyAssignment(member) ? member.initializer : member?.name;
    },
    /** The fields of the objects in an expression that have a comment. */
    fieldsIn: (node: ts.Node | undefined) => add(node, new Map()),
  };
}

function variablesIn(statement: ts.Statement): [string, ts.VariableDeclaration][] {
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map((found) => [found.name.getText(), found]);
}

function isExported({ parent }: ts.VariableDeclaration): boolean {
  const statement = parent.parent;
  return ts.isVariableStatement(statement) && statement.modifiers?.[0]?.kind === ts.SyntaxKind.ExportKeyword;
}

function parsed(pattern: string): ts.SourceFile[] {
  const names = globSync(pattern, { cwd: repository }).map((name) => resolve(repository, name));
  return names.map((name) => ts.createSourceFile(name, readFileSync(name, "utf8"), ts.ScriptTarget.Latest, true));
}

/** A comment as text: paragraphs without the line breaks of the source, links by their names. */
function commentOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const raw = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join("\n");
  return raw
    .replace(/\{@link\s+([^}\s|]+)[^}]*\}/g, "$1")
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim())
    .join("\n\n");
}
