// Knows how a page tells what becomes of a Terraform resource, argument by argument.
import { type Argument, type Origin, settings } from "../../provider/describe/terraform.ts";
import { code, table } from "./markdown-table.mts";

export type { Origin } from "../../provider/describe/terraform.ts";

/** The arguments of a resource, and what they become. */
export function terraformTable(origins: readonly Origin[], type = ""): string {
  const { becomes, arguments: all, lacks } = originOf(origins, type);
  const rows = all.map((argument) => row(argument, ""));
  return `${table([code(type), code(becomes.type), ""], rows)}\nTerraform has no argument for these properties: ${lacks.map(code).join(", ")}.\n`;
}

/** The arguments of a provider, and what they become. */
export function settingTable(source = ""): string {
  const all = settings[source];
  if (!all) throw new Error(`no resource comes from ${source}`);
  return table(
    [code(source), "Configuration", ""],
    all.map((argument) => row(argument, "hydra:")),
  );
}

function row({ name, becomes, how = "" }: Argument, prefix: string): string[] {
  return [code(name), becomes === undefined ? "" : code(prefix + becomes), how];
}

function originOf(origins: readonly Origin[], type: string): Origin {
  const found = origins.find((origin) => origin.type === type);
  if (!found) throw new Error(`nothing becomes of ${type}`);
  return found;
}
