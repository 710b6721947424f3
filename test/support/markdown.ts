// Knows the documents of the repository as Markdown: their fenced blocks, headings and links.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A fenced block. */
export interface Block {
  /** Where it begins: `README.md:12`. */
  readonly place: string;
  readonly document: string;
  /** What stands behind the fence; empty when nothing does. */
  readonly language: string;
  readonly text: string;
  /** The heading that it stands under. */
  readonly heading: string;
}

/** Every document, by its path in the repository. */
export const documents = globSync("{*.md,docs/**/*.md,examples/**/*.md}", {
  exclude: (name) => name.includes("node_modules"),
}).sort();

/** The fenced blocks of a document. */
export function blocksIn(document: string): Block[] {
  const markdown = readFileSync(document, "utf8");
  return [...markdown.matchAll(/^( *)```(.*)\n([\s\S]*?)^ *```$/gm)].map(
    ({ index, 1: indent = "", 2: language = "", 3: text = "" }) => {
      const before = markdown.slice(0, index);
      return {
        place: `${document}:${before.split("\n").length}`,
        document,
        language: language.trim(),
        text: indent === "" ? text : text.replace(new RegExp(`^${indent}`, "gm"), ""),
        heading:
          withoutCode(before)
            .match(/^#+ .+$/gm)
            ?.at(-1)
            ?.replace(/^#+ /, "") ?? "",
      };
    },
  );
}

/** The blocks of all documents in these languages. */
export function blocks(...languages: readonly string[]): Block[] {
  return documents.flatMap(blocksIn).filter(({ language }) => languages.includes(language));
}

/** Where the links of a document lead, without those to other places than this repository. */
export function linksIn(document: string): string[] {
  const links = [...withoutCode(readFileSync(document, "utf8")).matchAll(/\]\(([^)\s]+)\)/g)];
  return links.map(([, target = ""]) => target).filter((target) => !/^[a-z]+:/i.test(target));
}

/** Relative links of a document that lead nowhere. */
export function brokenLinks(document: string): string[] {
  return linksIn(document)
    .filter((target) => {
      const [path = "", heading] = target.split("#");
      const file = path === "" ? document : join(dirname(document), path);
      return !existsSync(file) || (heading !== undefined && !headingsIn(file).includes(heading));
    })
    .map((target) => `${document}: ${target}`);
}

/** The headings of a document as links name them. */
function headingsIn(document: string): string[] {
  return [...withoutCode(readFileSync(document, "utf8")).matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^ *```[\s\S]*?^ *```$/gm, "");
}
