// Knows how a table is written in Markdown; nothing of what is in it.

/** A table with its head; a column whose name ends with `:` stands at the right. A cell may hold what would end it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |\n`;
  return (
    row(head.map((name) => name.replace(/:$/, ""))) +
    row(head.map((name) => (name.endsWith(":") ? "---:" : "---"))) +
    rows.map(row).join("")
  );
}

export function code(name: string): string {
  return `\`${name}\``;
}

function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}
