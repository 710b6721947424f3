// Knows what the product can say to people: the texts of errors, warnings and refusals, out of the source itself.
import { globSync, readFileSync } from "node:fs";
import ts from "typescript";

/** A message in the source. Where it holds values, its fixed parts are kept apart. */
export interface Message {
  /** `provider/config.ts:164` */
  readonly place: string;
  readonly parts: readonly string[];
}

/** Errors that are written for people. */
const errors = /^(Refusal|ConfigurationError|HydraError|OperationError|RunError|Error)$/;
/** Functions whose results or arguments are shown. */
const speakers = /^(adviceFor|unmetReasons|expiryWarnings|describe|oneOfError|unrecognized|reasonOf)$/;
/** Properties of a check that hold what is wrong with a value. */
const reasons = /^(reason|error|message)$/;
/** Variables that are put together into a message first. */
const drafts = /^(message|reason|said|advice|late|why|\w+Error)$/;

/** Every message of the source below these folders. */
export function messages(...folders: readonly string[]): Message[] {
  const files = globSync(`{${folders.join(",")}}/**/*.{ts,cts}`).sort();
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
    const found: Message[] = [];
    const add = (node: ts.Node) => {
      const parts = textsIn(node);
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      // A defect says itself that it is to be reported.
      if (parts.some(isSaying) && !/^defect\b/.test(parts.join(""))) found.push({ place: `${file}:${line}`, parts });
    };
    const visit = (node: ts.Node): void => {
      if (isShown(node)) for (const text of shownBy(node)) add(text);
      else ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function isShown(node: ts.Node): boolean {
  return shownBy(node).length > 0;
}

/** The expressions in a node that end up before people's eyes. */
function shownBy(node: ts.Node): readonly ts.Node[] {
  if (ts.isNewExpression(node) && errors.test(lastName(node.expression))) return node.arguments?.slice(0, 1) ?? [];
  if (ts.isCallExpression(node) && /^warn$/.test(lastName(node.expression))) return node.arguments.slice(0, 1);
  if (ts.isPropertyAssignment(node) && reasons.test(node.name.getText())) return [node.initializer];
  if (ts.isVariableDeclaration(node) && drafts.test(node.name.getText()) && node.initializer) return [node.initializer];
  if (ts.isReturnStatement(node) && node.expression && speakers.test(functionAround(node))) return [node.expression];
  return [];
}

function lastName(expression: ts.Expression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}

function functionAround(node: ts.Node): string {
  for (let at: ts.Node | undefined = node; at; at = at.parent)
    if (ts.isFunctionDeclaration(at)) return at.name?.text ?? "";
  return "";
}

/** The fixed parts of an expression: texts, and what stands between the values of templates. */
function textsIn(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.flatMap(({ expression, literal }) => [...textsIn(expression), literal.text]);
    return [node.head.text, ...spans];
  }
  const found: string[] = [];
  ts.forEachChild(node, (child) => void found.push(...textsIn(child)));
  return found;
}

/** Words rather than a name or a separator. */
function isSaying(text: string): boolean {
  return /[A-Za-z]{2,} \w+/.test(text);
}
