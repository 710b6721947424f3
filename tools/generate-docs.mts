// Knows the tables of README.md: writes what the source says between their markers, or checks that it stands there.
import { readFileSync, writeFileSync } from "node:fs";
import { builtDefinitions, type Documentation, type FieldDoc, fieldDocs } from "./field-docs.mts";

/** The text with every table as it should be. A marker without its end, or without a resource, is an error. */
export function withTables(readme: string, docs: Documentation): string {
  const markers = readme.match(/<!-- (fields:|configuration)/g)?.length ?? 0;
  let written = 0;
  const result = readme.replace(
    /(<!-- (fields|configuration)(?::(\w+))? -->\n)[\s\S]*?(<!-- \/\2 -->)/g,
    (_, start: string, kind: string, type: string | undefined, end: string) => {
      written++;
      return `${start}\n${kind === "fields" ? resourceTables(docs, type) : configurationTable(docs)}\n${end}`;
    },
  );
  if (written !== markers) throw new Error(`of ${markers} markers, only ${written} have an end`);
  return result;
}

/** The first line in which two texts differ, for people; nothing when they are equal. */
export function firstDifference(name: string, actual: string, expected: string): string | undefined {
  const [left, right] = [actual.split("\n"), expected.split("\n")];
  const at = right.findIndex((line, index) => line !== left[index]);
  if (at < 0 && left.length === right.length) return undefined;
  const index = at < 0 ? right.length : at;
  const show = (line: string | undefined) => line ?? "(nothing)";
  return `${name}:${index + 1} is not what the source says\n- ${show(left[index])}\n+ ${show(right[index])}`;
}

function resourceTables({ resources }: Documentation, type: string | undefined): string {
  const resource = resources.find((candidate) => candidate.type === type);
  if (!resource) throw new Error(`there is no resource ${type}`);
  const rows = resource.inputs.flatMap((field) => inputRows(field));
  const inputs = table(["Field", "Type", "A change", "Meaning"], rows);
  if (resource.outputs.length === 0) return inputs;
  const outputs = resource.outputs.map((field) => [code(field.name), field.type, meaning(field)]);
  return `${inputs}\nOutputs beside these fields:\n\n${table(["Output", "Type", "Meaning"], outputs)}`;
}

function inputRows(field: FieldDoc, owner = "", replaces = field.replaces): string[][] {
  const name = code(owner + field.name) + (field.required ? " (required)" : "");
  const row = [name, field.type, replaces ? "replaces" : "in place", meaning(field)];
  return [row, ...(field.fields ?? []).flatMap((nested) => inputRows(nested, `${owner}${field.name}.`, replaces))];
}

function configurationTable({ configuration }: Documentation): string {
  const rows = configuration.map(({ name, doc, required, secret, environment }) => [
    code(`hydra:${name}`) + (required ? " (required)" : ""),
    code(environment),
    line(doc) + (secret ? " Secret." : ""),
  ]);
  return table(["Key", "Environment", "Meaning"], rows);
}

/** The comment, and what it does not say itself. */
function meaning({ doc, secret, serverDefault, since }: FieldDoc): string {
  const notes = [
    ...(serverDefault !== undefined && !doc.includes(`\`${serverDefault}\``) ? [`Unset: \`${serverDefault}\`.`] : []),
    ...(since !== undefined && !doc.includes(since) ? [`Needs Hydra ${since}.`] : []),
    ...(secret ? ["Secret."] : []),
  ];
  return [line(doc), ...notes].join(" ");
}

function line(doc: string): string {
  return doc.replace(/\s*\n\s*/g, " ");
}

function code(name: string): string {
  return `\`${name}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return row(head) + row(head.map(() => "---")) + rows.map(row).join("");
}

if (import.meta.main) {
  const file = new URL("../README.md", import.meta.url);
  const actual = readFileSync(file, "utf8");
  const expected = withTables(actual, fieldDocs(await builtDefinitions()));
  if (process.argv.includes("--check")) {
    const difference = firstDifference("README.md", actual, expected);
    if (difference !== undefined) {
      process.stderr.write(`${difference}\nRun \`npm run docs\` to write the tables anew.\n`);
      process.exitCode = 1;
    }
  } else if (expected !== actual) writeFileSync(file, expected);
}
