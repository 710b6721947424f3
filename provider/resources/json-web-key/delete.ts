// Deleting one key, and no other that has its name by now. Says what Hydra does when it was signing with the key.

import { unlessGone } from "../../hydra/error.ts";
import type { StoredKey } from "../../hydra/key.ts";
import { isNothing } from "../../lifecycle/field.ts";
import { sameThumbprint } from "../field/public-key.ts";
import type { HydraOperation } from "../memory.ts";
import { addressed, idOf, isOwnSet, type KeyName, pathOf } from "./name.ts";
import { signingKey } from "./signing.ts";

/** Deletes the key of a name where it still is the recorded one. */
export async function deleteKey(operation: HydraOperation, name: KeyName, recorded: unknown): Promise<void> {
  const { api, warn } = operation;
  const { set, kid } = name;
  const all = isOwnSet(set) ? ((await unlessGone(api.getKeySet(set))) ?? []) : await oneOf(operation, name);
  const found = all.find(({ jwk }) => jwk.kid === kid);
  if (found === undefined) return;
  if (!isNothing(recorded) && !sameThumbprint(found.jwk, recorded)) {
    const message = `the provider did not delete the key ${JSON.stringify(idOf(name))}: the server has another key under this set and kid now`;
    const advice = `if nobody needs that key, delete it with a DELETE of ${pathOf(name)}`;
    return warn({ code: "not-ours", message, advice });
  }
  if (isOwnSet(set)) warnOfSigning(operation, name, found, all);
  await unlessGone(addressed([set, kid], api.deleteKey(set, kid)));
}

async function oneOf({ api }: HydraOperation, { set, kid }: KeyName): Promise<readonly StoredKey[]> {
  const found = await unlessGone(addressed([set, kid], api.getKey(set, kid)));
  return found ? [found] : [];
}

function warnOfSigning({ warn }: HydraOperation, name: KeyName, found: StoredKey, all: readonly StoredKey[]): void {
  if (signingKey(all) !== found) return;
  const next = signingKey(all.filter((key) => key !== found));
  const then = next ? `signs with the older key ${JSON.stringify(next.jwk.kid)}` : "generates a new key";
  const message =
    `Hydra signs with the key ${JSON.stringify(idOf(name))}, which is deleted now. For the next token it ${then}. ` +
    "Verifiers that fetch the set again reject tokens that the deleted key signed";
  warn({ code: "signing-key", message });
}
