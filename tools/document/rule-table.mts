// Knows how the rules of the audit stand in a table.
import { clientRules } from "../../provider/audit/client-rule.ts";
import { keyRules } from "../../provider/audit/key-rule.ts";
import type { Rule } from "../../provider/audit/rule.ts";
import { trustRules } from "../../provider/audit/trust-rule.ts";
import { code, table } from "./markdown-table.mts";

const groups: Readonly<Record<string, readonly Rule[]>> = { clients: clientRules, trusts: trustRules, keys: keyRules };

/** A row for each rule of a group. */
export function ruleTable(group = ""): string {
  const rules = groups[group];
  if (!rules) throw new Error(`there are no rules of ${group}`);
  const rows = rules.map(({ name, level, live, clause, what, why, mend }) => [
    code(name),
    live ? `${level}, ${code("audit")} only` : level,
    clause,
    what,
    why,
    mend.charAt(0).toUpperCase() + mend.slice(1),
  ]);
  return table(["Rule", "Level", "Standard", "What it asks for", "Why", "How to fix it"], rows);
}
