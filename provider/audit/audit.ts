// Every rule, and what all of them find in a resource. Knows neither Pulumi nor a server.

import type { Values } from "../lifecycle/value.ts";
import { clientRules } from "./client-rule.ts";
import { keyRules } from "./key-rule.ts";
import type { Context, Finding, Kind, Rule } from "./rule.ts";
import { trustRules } from "./trust-rule.ts";

export const rules: readonly Rule[] = [...clientRules, ...trustRules, ...keyRules];

/** What a rule finds in the state of a resource of a kind. */
export function findings(rule: Rule, kind: Kind, state: Values, context: Context): Finding[] {
  return rule.kinds.includes(kind) ? rule.find(state, context) : [];
}
