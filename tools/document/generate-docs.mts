// Knows which documents hold what the source says, tables between markers and whole pages, and writes it or checks it.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { builtDefinitions, type Documentation, type FieldDoc, fieldDocs } from "./field-docs.mts";
import { code, table } from "./markdown-table.mts";
import { type PackageSchema, referencePages } from "./reference-page.mts";
import { type SdkDoc, sdkDocs } from "./sdk-docs.mts";
import { type Origin, settingTable, terraformTable } from "./terraform-table.mts";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Documents with markers between which the source speaks. */
const marked = ["README.md", "docs/installation-configuration.md", "docs/terraform.md"];

/** What there is to write documents from. */
export interface Source {
  readonly fields: Documentation;
  readonly schema: PackageSchema;
  readonly sdk: ReadonlyMap<string, SdkDoc>;
  readonly origins: readonly Origin[];
}

/** The documents as they should be, by their paths. */
export function generatedDocuments(source: Source): ReadonlyMap<string, string> {
  const tables = marked.map((name): [string, string] => {
    return [name, withTables(readFileSync(join(repository, name), "utf8"), source)];
  });
  return new Map([...tables, ...referencePages(source.schema, source.sdk)]);
}

/** The pages that stand in the folders of the reference. */
export function referenceFiles(): string[] {
  return globSync("docs/{resources,functions}/**/*", { cwd: repository }).sort();
}

/** The text with everything between markers as it should be. A marker without its end, or about nothing, is an error. */
export function withTables(text: string, { fields, sdk, origins }: Omit<Source, "schema">): string {
  const markers = text.match(/<!-- (fields:|example:|configuration|terraform)/g)?.length ?? 0;
  let written = 0;
  const result = text.replace(
    /(<!-- (fields|example|configuration|terraform|terraform-settings)(?::([\w/]+))? -->\n)[\s\S]*?(<!-- \/\2 -->)/g,
    (_, start: string, kind: string, type: string | undefined, end: string) => {
      written++;
      const content =
        kind === "fields"
          ? resourceTables(fields, type)
          : kind === "example"
            ? exampleOf(sdk, type)
            : kind === "terraform"
              ? terraformTable(origins, type)
              : kind === "terraform-settings"
                ? settingTable(origins, type)
                : configurationTable(fields);
      return `${start}\n${content}\n${end}`;
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
    doc + (secret ? " Secret." : ""),
  ]);
  return table(["Key", "Environment", "Meaning"], rows);
}

function exampleOf(sdk: ReadonlyMap<string, SdkDoc>, type = ""): string {
  const found = sdk.get(type);
  if (!found) throw new Error(`there is no example of ${type}`);
  return `\`\`\`ts\n${found.example}\n\`\`\`\n`;
}

/** The comment, and what it does not say itself. */
function meaning({ doc, secret, serverDefault, since }: FieldDoc): string {
  const notes = [
    ...(serverDefault !== undefined && !doc.includes(`\`${serverDefault}\``) ? [`Unset: \`${serverDefault}\`.`] : []),
    ...(since !== undefined && !doc.includes(since) ? [`Needs Hydra ${since}.`] : []),
    ...(secret ? ["Secret."] : []),
  ];
  return [doc, ...notes].join(" ");
}

if (import.meta.main) {
  const schema = JSON.parse(readFileSync(join(repository, "dist/schema.json"), "utf8")) as PackageSchema;
  const built = new URL("../../dist/provider/terraform.js", import.meta.url).href;
  const { origins } = (await import(built)) as { origins: readonly Origin[] };
  const documents = generatedDocuments({
    fields: fieldDocs(await builtDefinitions()),
    schema,
    sdk: sdkDocs(),
    origins,
  });
  for (const name of referenceFiles()) if (!documents.has(name)) rmSync(join(repository, name));
  for (const [name, text] of documents) {
    mkdirSync(dirname(join(repository, name)), { recursive: true });
    writeFileSync(join(repository, name), text);
  }
}
