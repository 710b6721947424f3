// Knows what the package of each language is called.
import type { Publication } from "../../provider/describe/schema.ts";
import { code, table } from "./markdown-table.mts";

/** One row for each language. Without a repository, names that begin with its owner are not known yet. */
export function packageTable(publication: Publication | undefined): string {
  const { goModule = "", mavenGroup = "" } = publication ?? {};
  const rows = [
    ["TypeScript, JavaScript", "pulumi-hydra-sdk"],
    ["Python", "pulumi_hydra"],
    ["Go", publication ? `${goModule}/hydra` : "example.com/pulumi-hydra/sdk/go/hydra"],
    ["C#", "Pulumi.Hydra"],
    ["Java", publication ? `${mavenGroup}:pulumi-hydra-java` : "pulumi-hydra-java"],
  ] as const;
  return table(
    ["Language", "Package"],
    rows.map(([language, name]) => [language, code(name)]),
  );
}
