// Which resource has a key in this operation: a deletion ends neither what another one keeps nor what was created since.

import { randomBytes } from "node:crypto";
import type { Operation } from "../../lifecycle/resource.ts";
import { sameJson, type Values } from "../../lifecycle/value.ts";
import { isOfProgram, keptByAnother } from "../claim.ts";
import { entryOf } from "../entry.ts";

/** A recorded resource that the program keeps. */
interface Keeper {
  readonly urn: string | undefined;
  readonly inputs: Values;
  readonly state: Values;
}

interface KeyClaim {
  keepers: readonly Keeper[];
  /** The mark of the create, where this process created it from a private key of the program's. */
  creation?: string;
}

/** By the resource's id. */
export type KeyClaims = Map<string, KeyClaim>;

/** An operation on one of these resources. */
interface Claimant extends Operation {
  readonly memory: { readonly keyClaims: KeyClaims };
}

/** In the state: tells this creation from another of the same private key, which no thumbprint does. */
export const creationKey = "__creation";

/** A recorded resource keeps this key. */
export function keepKey(operation: Claimant, id: string, inputs: Values, state: Values): void {
  leaveKey(operation, id, state);
  const { memory, urn } = operation;
  const claim = claimOf(memory.keyClaims, id);
  claim.keepers = [...claim.keepers, { urn, inputs, state }];
}

/** A recorded resource leaves this key for another one. */
export function leaveKey({ memory, urn }: Claimant, id: string, state: Values): void {
  const claim = claimOf(memory.keyClaims, id);
  claim.keepers = claim.keepers.filter((keeper) => !isOf(keeper, urn, state));
}

/** What is checked without anything recorded is new, or takes the place of what is recorded: where no URN is known, its inputs tell. */
export function renewKey({ memory, urn }: Claimant, inputs: Values): void {
  for (const claim of memory.keyClaims.values())
    claim.keepers = claim.keepers.filter((keeper) => !isOfProgram(keeper, urn, inputs));
}

/** Marks what was created from a private key of the program's; returns what to record of that. */
export function markCreation({ memory }: Claimant, id: string): Values {
  const creation = randomBytes(6).toString("base64url");
  claimOf(memory.keyClaims, id).creation = creation;
  return { [creationKey]: creation };
}

/** Whether the deletion of a recorded key would end what the program has now; where another resource keeps it, a warning says so. */
export function sparesKey({ memory, urn, warn }: Claimant, id: string, state: Values): boolean {
  const claim = claimOf(memory.keyClaims, id);
  if (claim.creation !== undefined && claim.creation !== state[creationKey]) return true;
  const [keeper] = claim.keepers;
  if (keeper === undefined) return false;
  // Where it is its own: a pending deletion of what was replaced before. A refresh has recorded the present key there, too.
  if (urn === undefined || keeper.urn !== urn) warn(keptByAnother("key", id, keeper.urn));
  return true;
}

function claimOf(claims: KeyClaims, id: string): KeyClaim {
  return entryOf(claims, id, () => ({ keepers: [] }));
}

/** Where no URN is known, what is recorded has to tell. */
function isOf(keeper: Keeper, urn: string | undefined, state: Values): boolean {
  return urn === undefined ? sameJson(keeper.state, state) : keeper.urn === urn;
}
