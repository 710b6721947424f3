// Knows how a page tells what becomes of a Terraform resource, argument by argument.
import type { Argument, Origin } from "../../provider/terraform.ts";
import { code, table } from "./markdown-table.mts";

export type { Origin } from "../../provider/terraform.ts";

/** The arguments of the resource that a provider has, and what they become. */
export function terraformTable(origins: readonly Origin[], source = ""): string {
  const { type, becomes, arguments: all, lacks } = originOf(origins, source);
  const rows = all.map((argument) => row(argument, ""));
  return `${table([code(type), code(becomes.type), ""], rows)}\nWithout an argument there: ${lacks.map(code).join(", ")}.\n`;
}

/** The arguments of a provider, and what they become. */
export function settingTable(origins: readonly Origin[], source = ""): string {
  const { settings } = originOf(origins, source);
  return table(
    [code(source), "Configuration", ""],
    settings.map((argument) => row(argument, "hydra:")),
  );
}

function row({ name, becomes, how = "" }: Argument, prefix: string): string[] {
  return [code(name), becomes === undefined ? "" : code(prefix + becomes), how];
}

function originOf(origins: readonly Origin[], source: string): Origin {
  const found = origins.find((origin) => origin.source === source);
  if (!found) throw new Error(`no resource comes from ${source}`);
  return found;
}
