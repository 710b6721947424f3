// Knows how a page's commands run in a workspace: as they stand, but for addresses, and for questions that nobody answers there.
import { blocksIn } from "./markdown.ts";

/** The commands under a heading of a page, with a `--yes` where Pulumi would ask. */
export function commandsUnder(document: string, heading: string): string[] {
  return blocksIn(document)
    .filter((block) => block.heading === heading && block.language === "sh")
    .map(({ text }) => text.replace(/^pulumi (?:up|refresh|destroy)\b(?!.*--yes)/gm, "$& --yes --skip-preview"));
}
