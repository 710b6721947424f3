// Knows the doc comments of what programs import: the example of each class and function, and what `get` takes as id.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** What a class or function of the SDK says beyond its description. */
export interface SdkDoc {
  /** The program in its `@example`. */
  readonly example: string;
  /** The comment of a class's `get`. */
  readonly get?: string;
}

const sdk = resolve(dirname(fileURLToPath(import.meta.url)), "../../sdk");

/**
 * The comments by name. What has no `@example` is left out, so that whoever asks for it fails.
 *
 * @example
 * sdkDocs().get("OAuth2Client")?.example;
 */
export function sdkDocs(): ReadonlyMap<string, SdkDoc> {
  const classes = exportsOf("index.ts").flatMap(statementsOf).filter(ts.isClassDeclaration);
  const constants = statementsOf("plugin.ts").filter(ts.isVariableStatement);
  const named: [string, ts.Node][] = [
    ...classes.map((node): [string, ts.Node] => [node.name?.text ?? "", node]),
    ...constants.flatMap((node) =>
      node.declarationList.declarations.map((found): [string, ts.Node] => [found.name.getText(), node]),
    ),
  ];
  return new Map(
    named.flatMap(([name, node]): [string, SdkDoc][] => {
      const example = exampleOf(node);
      if (example === undefined) return [];
      const get = ts.isClassDeclaration(node) ? getterDoc(node) : undefined;
      return [[name, get === undefined ? { example } : { example, get }]];
    }),
  );
}

function statementsOf(file: string): ts.Statement[] {
  const path = join(sdk, file);
  return [...ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true).statements];
}

function exportsOf(file: string): string[] {
  const modules = statementsOf(file)
    .filter(ts.isExportDeclaration)
    .flatMap(({ moduleSpecifier: from }) => (from && ts.isStringLiteral(from) ? [from.text] : []));
  return [...new Set(modules)];
}

function exampleOf(node: ts.Node): string | undefined {
  const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === "example");
  return /^```ts\n([\s\S]*?)\n```$/m.exec(ts.getTextOfJSDocComment(tag?.comment) ?? "")?.[1];
}

function getterDoc(declaration: ts.ClassDeclaration): string | undefined {
  const getter = declaration.members.find((member) => member.name?.getText() === "get");
  const comment = getter && ts.getJSDocCommentsAndTags(getter).find(ts.isJSDoc)?.comment;
  return ts.getTextOfJSDocComment(comment);
}
