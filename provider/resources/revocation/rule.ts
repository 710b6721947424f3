// Which targets of a Revocation go together. Unknown values pass.

import type { Failure } from "../../lifecycle/failure.ts";
import { isNothing } from "../../lifecycle/field.ts";
import { containsUnknown, type Values } from "../../lifecycle/value.ts";

const targets = ["clientId", "subject", "loginSessionId", "consentRequestId"];

/** Each of these names one thing, whoever it belongs to. */
const single = ["loginSessionId", "consentRequestId"];

export function targetRules(inputs: Values): Failure[] {
  const named = targets.filter((name) => !isNothing(inputs[name]));
  if (named.length === 0) {
    const reason = "is required unless subject, loginSessionId or consentRequestId says what to revoke";
    return [{ path: ["clientId"], reason }];
  }
  const known = named.filter((name) => !containsUnknown(inputs[name]));
  const first = single.find((name) => known.includes(name));
  const other = known.find((name) => name !== first);
  if (first === undefined || other === undefined) return [];
  return [{ path: [first], reason: `excludes ${other}: use one Revocation for each` }];
}
