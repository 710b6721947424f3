// Knows how a part of a document, or one row of a table, is replaced; nothing of what is in it.
import { readFileSync, writeFileSync } from "node:fs";

export interface TablePlace {
  /** The document, from the root of the repository. */
  readonly document: string;
  /** The table stands between `<!-- marker -->` and `<!-- /marker -->`. */
  readonly marker: string;
  /** Rows with the same first cells are about the same. */
  readonly keys: number;
  /** Compares two rows by their cells. */
  readonly order: (left: readonly string[], right: readonly string[]) => number;
}

/** Writes a row in the place of the one about the same. At once, since others may do so too. */
export function writeRow({ document, marker, keys, order }: TablePlace, row: readonly string[]): void {
  rewrite(document, marker, (table) => {
    const [title = "", rule = "", ...lines] = table.trimEnd().split("\n");
    const found = lines.map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const others = found.filter((cells) => cells.slice(0, keys).join("|") !== row.slice(0, keys).join("|"));
    const rows = [...others, row].sort(order).map((cells) => `| ${cells.join(" | ")} |`);
    return `${[title, rule, ...rows].join("\n")}\n`;
  });
}

/** Writes what stands between the markers of a document. */
export function rewrite(document: string, marker: string, change: (text: string) => string): void {
  const file = new URL(`../../${document}`, import.meta.url);
  const edges = new RegExp(`(?<=<!-- ${marker} -->\\n\\n)|(?=\\n<!-- /${marker} -->)`);
  const [before, text, after] = readFileSync(file, "utf8").split(edges);
  if (text === undefined || after === undefined) throw new Error(`${document} has no part ${marker}`);
  writeFileSync(file, before + change(text) + after);
}
