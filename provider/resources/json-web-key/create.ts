// Making a key exactly once, whatever becomes of the answer.

import { amended, HydraError, mayHaveWritten, unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import type { StoredKey } from "../../hydra/key.ts";
import { Refusal } from "../../lifecycle/resource.ts";
import { lookAfter } from "../doubt.ts";
import { sameThumbprint } from "../field/public-key.ts";
import { ifNotNew } from "../if-not-new.ts";
import type { HydraOperation } from "../memory.ts";
import { importCommand } from "../shell.ts";
import { addressed, idOf, type KeyName, pathOf } from "./name.ts";

/** A key that is to be made. */
export interface NewKey extends KeyName {
  readonly alg: string;
  readonly use: string;
  /** The whole private key, where the program brings one. */
  readonly jwk: HydraJson | undefined;
  /** The kid is a UUID of our own choice: what exists under it can only come from this very create. */
  readonly ours: boolean;
}

/** Creates the key and returns what is public of it. */
export async function createKey(operation: HydraOperation, asked: NewKey): Promise<StoredKey> {
  const { api } = operation;
  const { set, kid, alg, use, jwk, ours } = asked;
  // A key under a chosen kid has to be seen before: a PUT would take its place. And v2.3.0 creates some that it cannot find again.
  if (!ours || set.includes("/")) await refuseUnlessFree(operation, asked);
  try {
    return await (jwk ? api.putKey(set, jwk) : api.generateKey(set, { alg, use, kid }));
  } catch (error) {
    // What stands between may have sent the request twice: the second answer is then a conflict with the first.
    const conflicts = error instanceof HydraError && error.code === "conflict";
    if (!conflicts && !mayHaveWritten(error)) throw hintAtAlgorithm(asked, error);
    const message = `it may have created the key ${shown(asked)}`;
    const may = { message, advice: `before the next \`pulumi up\`, ${recovery(operation, asked)}` };
    const made = await lookAfter(operation, error, may, async (patient) => {
      const found = await unlessGone(patient.getKey(set, kid));
      if (found === undefined || isOurs(asked, found, error.uncertain)) return found;
      throw existsAlready(operation, asked);
    });
    if (made) return made;
    throw conflicts ? existsAlready(operation, asked) : error;
  }
}

/**
 * Whether a key that was not there before can only be the one whose creation was not answered. A conflict alone (`lost` is
 * false) may come from another program that creates a key of this name at the same moment.
 */
function isOurs({ jwk, ours, alg, use }: NewKey, { jwk: found }: StoredKey, lost: boolean): boolean {
  if (jwk) return sameThumbprint(jwk, found);
  return ours || (lost && found.alg === alg && found.use === use);
}

async function refuseUnlessFree(operation: HydraOperation, asked: NewKey): Promise<void> {
  const { set, kid } = asked;
  if (await unlessGone(addressed([set, kid], operation.api.getKey(set, kid)))) throw existsAlready(operation, asked);
}

/** The algorithm is all that Hydra may refuse of what it is asked to generate. */
function hintAtAlgorithm({ jwk, alg }: NewKey, error: unknown): unknown {
  if (jwk || !(error instanceof HydraError) || error.status !== 400) return error;
  return amended(error, {
    message: `${error.message}; this server may not support ${alg}`,
    advice: "choose another alg",
  });
}

function existsAlready(operation: HydraOperation, asked: NewKey): Refusal {
  const message = `the key ${shown(asked)} exists already and this resource did not create it`;
  const advice =
    `${ifNotNew}; if another resource of the program has this kid, change one of the two; ` +
    `otherwise ${recovery(operation, asked)}`;
  return new Refusal({ code: "exists-already", message, advice });
}

/** What can be done about a key that no state has. */
function recovery(operation: HydraOperation, asked: NewKey): string {
  return (
    `adopt it on the plugin with ${importCommand(operation, "JsonWebKey", idOf(asked))}, ` +
    `or delete it with a DELETE of ${pathOf(asked)}`
  );
}

function shown(name: KeyName): string {
  return JSON.stringify(idOf(name));
}
