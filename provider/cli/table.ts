// Tables on a terminal. Knows nothing of what stands in them.

import { printable } from "./printable.ts";

/** Longer texts than this make no column wider. */
const widest = 60;

/** Rows under a head, in columns as wide as they need to be; texts of others are made printable. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head.map((title) => title.toUpperCase()), ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) =>
    Math.min(
      widest,
      all.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
    ),
  );
  return all
    .map(
      (row) =>
        `${row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
