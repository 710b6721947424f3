// Lifespans that somebody else has changed: perhaps another stack, which has them too. No server says who has what.

import type { HydraJson } from "../../hydra/json.ts";
import { snakeCase } from "../../hydra/naming.ts";
import { driftKey } from "../../lifecycle/diff.ts";
import type { Definition } from "../../lifecycle/resource.ts";
import type { Values } from "../../lifecycle/value.ts";
import { differing } from "../hydra-json.ts";
import type { HydraOperation } from "../memory.ts";

/** Warns where the live client has other lifespans than `known` says, of those names. */
export function warnOfOtherOwner(
  { warn }: Pick<HydraOperation, "warn">,
  resource: Definition,
  id: string,
  known: Values,
  observed: HydraJson,
  names: readonly string[],
): void {
  // What is in doubt may be our own.
  const certain = names.filter((name) => known[driftKey(name)] !== true);
  const changes = differing(resource, known, {}, observed, certain);
  const others = certain.filter((name) => snakeCase(name) in changes);
  if (others.length === 0) return;
  const message =
    `the client ${JSON.stringify(id)} has lifespans that this stack did not set (${others.join(", ")}). If another stack manages them too, ` +
    "each `pulumi up --refresh` reverts the other one";
  warn({ code: "other-lifespans", message, advice: "manage the lifespans of a client in one stack" });
}
