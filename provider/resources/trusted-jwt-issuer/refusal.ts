// Why a trust is neither created nor deleted because of the key that it shares with others. Knows no server.

import { Refusal } from "../../lifecycle/resource.ts";
import { ifNotNew } from "../if-not-new.ts";
import { describeTrusts } from "./name.ts";

/** Hydra answers 201 to a second key and silently keeps the first. */
export function otherKey(): Refusal {
  const message = "jwk: the server already has another key under this issuer and kid, and would go on using it";
  const advice = `${ifNotNew}; otherwise give the new key another kid, or delete the trusts that use the old one first`;
  return new Refusal({ code: "other-key", message, advice });
}

export function sharedKey(staying: readonly string[]): Refusal {
  const message =
    `jwk: ${describeTrusts(staying)} of this issuer and kid would lose their key, and nothing in this operation changes them before this one. ` +
    "Nothing was deleted";
  const advice =
    "change the jwk of all of them together, with none of them depending on another, or give the new key another kid";
  return new Refusal({ code: "shared-key", message, advice });
}

export function unknownKey(staying: readonly string[]): Refusal {
  const message =
    `${describeTrusts(staying)} share the key of this trust and would be deleted with it; they cannot be recreated, because this ` +
    "server cannot show the key. Nothing was deleted";
  const advice =
    "delete all of them together, or give all of them a key with another kid in one `pulumi up`, none with `deleteBeforeReplace`";
  return new Refusal({ code: "shared-key", message, advice });
}

/** A trust that is recorded and not there would stay away in silence: Pulumi looks at the server in a refresh only. */
export function incomplete(missing: readonly string[]): Refusal {
  const message = `${describeTrusts(missing)} of this issuer and kid are in the state, but no longer on the server`;
  return new Refusal({
    code: "taken-along",
    message,
    advice: "run `pulumi refresh`, then `pulumi up` to recreate them",
  });
}
