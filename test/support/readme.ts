// Knows how the README of an example shows commands and what Pulumi prints; knows nothing of what they do.
import { blocksIn } from "./markdown.ts";

/** What a README tells to do, and what it says will be seen. */
export interface Readme {
  /** The first commands, without the three that a test does in its own way: install, make the stack, `pulumi up`. */
  preparation: string;
  /** The blocks of commands after that, one by one. */
  commands: string[];
  /** What `pulumi up` prints of outputs and resources. */
  printed: string;
}

const own = [/^npm install\b/m, /^pulumi stack init dev$/m, /^pulumi up$/m];

/**
 * Reads a README by its path. Addresses in it are replaced by those that they stand for.
 *
 * @example
 * const { preparation } = readReadme("examples/web-app/README.md", (text) => text.replaceAll("http://127.0.0.1:4445", adminUrl));
 */
export function readReadme(document: string, meant: (text: string) => string): Readme {
  const blocks = blocksIn(document).map(({ language, text }) => ({ language, block: meant(text) }));
  const [first = "", ...commands] = blocks.filter(({ language }) => language === "sh").map(({ block }) => block);
  const missing = own.filter((pattern) => !pattern.test(first));
  if (missing.length > 0) throw new Error(`the first commands of ${document} lack ${missing.join(", ")}`);
  const preparation = first.split("\n").filter((line) => !own.some((pattern) => pattern.test(line)));
  const printed = blocks.filter(({ block }) => /^(Outputs|Resources):$/m.test(block));
  if (printed.length !== 1) throw new Error(`${document} shows ${printed.length} times what is printed`);
  return { preparation: preparation.join("\n"), commands, printed: withoutIds(printed[0]?.block ?? "") };
}

/** What `pulumi up` printed of outputs and resources, comparable with a README. */
export function printedBy(stdout: string): string {
  const [, printed = ""] = /^((?:Outputs|Resources):\n[\s\S]*?)\n*^Duration:/m.exec(stdout) ?? [];
  return withoutIds(printed);
}

/** Ids of clients are others each time. */
function withoutIds(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<id>").trim();
}
