// Knows which documents hold what the source says, tables between markers and whole pages, and writes it or checks it.
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { configurationSchema, environmentName, secretKeys } from "../../provider/configuration/setting.ts";
import type { Documentation, Publication } from "../../provider/describe/schema.ts";
import { origins } from "../../provider/describe/terraform.ts";
import { type About, publicationOf } from "../release/publication.mts";
import { documentation, type SdkDoc, sdkDocs } from "./manual.mts";
import { code, table } from "./markdown-table.mts";
import { packageTable } from "./package-table.mts";
import { type PackageSchema, referencePages, referenceTable } from "./reference-page.mts";
import { ruleTable } from "./rule-table.mts";
import { type Origin, settingTable, terraformTable } from "./terraform-table.mts";

const repository = resolve(import.meta.dirname, "../..");

/** Documents with markers between which the source speaks. */
const marked = ["docs/audit.md", "docs/installation-configuration.md", "docs/reference.md", "docs/terraform.md"];

/** What there is to write documents from. */
export interface Source {
  readonly documentation: Documentation;
  readonly schema: PackageSchema;
  readonly sdk: ReadonlyMap<string, SdkDoc>;
  readonly origins: readonly Origin[];
  /** Where the packages are published; nothing until package.json names a repository. */
  readonly publication?: Publication | undefined;
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

/** What stands between the markers of a kind; some name what it is about: `<!-- rules:clients -->`. */
const writers: Readonly<Record<string, (source: Omit<Source, "sdk">, about?: string) => string>> = {
  reference: ({ schema }) => referenceTable(schema),
  configuration: ({ documentation }) => configurationTable(documentation),
  packages: ({ publication }) => packageTable(publication),
  rules: (_, group) => ruleTable(group),
  terraform: ({ origins }, type) => terraformTable(origins, type),
  "terraform-settings": (_, provider) => settingTable(provider),
};

/** The text with everything between markers as it should be. A marker without its end, or about nothing, is an error. */
export function withTables(text: string, source: Omit<Source, "sdk">): string {
  const kinds = Object.keys(writers).join("|");
  const markers = text.match(new RegExp(`<!-- (${kinds})[ :]`, "g"))?.length ?? 0;
  let written = 0;
  const result = text.replace(
    new RegExp(`(<!-- (${kinds})(?::([\\w/]+))? -->\\n)[\\s\\S]*?(<!-- /\\2 -->)`, "g"),
    (_, start: string, kind: string, about: string | undefined, end: string) => {
      written++;
      return `${start}\n${writers[kind]?.(source, about)}\n${end}`;
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

function configurationTable(documentation: Documentation): string {
  const rows = Object.keys(configurationSchema.shape).map((name) => [
    code(`hydra:${name}`) + (name === "adminUrl" ? " (required)" : ""),
    code(environmentName(name)),
    documentation("configuration", name) + (secretKeys.includes(name) ? " Secret." : ""),
  ]);
  return table(["Key", "Environment", "Meaning"], rows);
}

if (import.meta.main) {
  const schema = JSON.parse(readFileSync(join(repository, "dist/schema.json"), "utf8")) as PackageSchema;
  const about = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as About;
  const documents = generatedDocuments({
    publication: publicationOf(about),
    documentation: documentation(),
    schema,
    sdk: sdkDocs(),
    origins,
  });
  cpSync(join(repository, "dist/schema.json"), join(repository, "schema.json"));
  for (const name of referenceFiles()) if (!documents.has(name)) rmSync(join(repository, name));
  for (const [name, text] of documents) {
    mkdirSync(dirname(join(repository, name)), { recursive: true });
    writeFileSync(join(repository, name), text);
  }
}
