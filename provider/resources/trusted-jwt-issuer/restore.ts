// Recreates the trusts that a deletion took along. Asks the server before: what is there already, nobody is owed.

import type { HydraApi } from "../../hydra/admin.ts";
import { amended, HydraError } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import type { Doubt } from "../doubt.ts";
import { sameKey } from "../field/public-key.ts";
import type { HydraOperation } from "../memory.ts";
import { storedKey, trustsOf } from "./key.ts";
import { describeTrusts, type KeyName, subjectOf } from "./name.ts";
import { type KeyRecord, recordOf, type Taken, vouchedKey } from "./record.ts";
import { startGrace } from "./wait.ts";

/** So long recreating may take, and so much longer for each trust: Ory Network allows 15 writes a minute. */
const longest = 60_000;
const longestOfOne = 5_000;

/** Recreated at the same time; the first one brings the key. */
const lanes = 4;

/** Recreates what is owed: all that was taken, but what this operation deletes, or changes, itself. To be done alone. */
export async function restoreOwed(operation: HydraOperation, name: KeyName, changing = false): Promise<void> {
  const record = recordOf(operation.memory, name);
  // Only what is replaced anyway is deleted where its key is not known.
  const isOwed = ([subject, { key }]: [string, Taken]) =>
    key !== undefined && !record.deleting.has(subject) && (changing || !record.changing.has(subject));
  const owed = [...record.taken].filter(isOwed);
  if (owed.length === 0) return;
  const grace = startGrace(operation.signal, longest + owed.length * longestOfOne);
  const missing = new Map(owed);
  try {
    await restore(
      { ...operation, api: operation.api.until(grace.signal), signal: grace.signal },
      name,
      record,
      missing,
    );
  } catch (error) {
    if (!(error instanceof HydraError)) throw error;
    const { message, advice } = lost([...missing.keys()]);
    throw amended(error, { code: "taken-along", message: `${error.message}; ${message}`, advice });
  } finally {
    grace.end();
    for (const [subject] of owed) record.taken.delete(subject);
  }
}

/** Takes off `missing` what is there. */
async function restore(
  operation: HydraOperation,
  name: KeyName,
  record: KeyRecord,
  missing: Map<string, Taken>,
): Promise<void> {
  const live = await trustsOf(operation.api, name);
  for (const trust of live) missing.delete(subjectOf(trust));
  if (missing.size === 0) return;
  const key = live.length > 0 ? await keyNow(operation, name, record, live) : undefined;
  const one = async ([subject, taken]: [string, Taken]) => {
    if (key && !sameKey(key, taken.key)) throw otherKeyNow(name);
    const made = await recreate(operation.api, taken.trust, taken.key as HydraJson);
    missing.delete(subject);
    if (made === undefined) return;
    record.successors.set(String(taken.trust.id), String(made.id));
    record.vouchers.set(String(made.id), taken.key as HydraJson);
  };
  const [first, ...rest] = [...missing];
  if (first) await one(first);
  const queue = rest.values();
  const lane = async () => {
    for (const entry of queue) await one(entry);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function keyNow(operation: HydraOperation, name: KeyName, record: KeyRecord, live: readonly HydraJson[]) {
  const stored = await storedKey(operation, name);
  return stored.readable ? stored.key : vouchedKey(record, live);
}

/** Nothing, when it is there already. */
async function recreate(api: HydraApi, trust: HydraJson, jwk: HydraJson): Promise<HydraJson | undefined> {
  const { issuer, subject, allow_any_subject, scope, expires_at } = trust;
  const whom = allow_any_subject === true ? { allow_any_subject } : { subject };
  try {
    return await api.createTrust({ issuer, ...whom, scope, expires_at, jwk });
  } catch (error) {
    if (error instanceof HydraError && error.code === "conflict") return undefined;
    throw error;
  }
}

function otherKeyNow({ issuer, kid }: KeyName): HydraError {
  const message = `the server has another key now under the issuer ${JSON.stringify(issuer)} and the kid ${JSON.stringify(kid)}`;
  return new HydraError({ code: "other-key", message, method: "GET", path: "" });
}

/** What is to be done about trusts that may be gone. */
export function lost(subjects: readonly string[]): Doubt {
  const message = `${describeTrusts(subjects)} may have been deleted too`;
  return { message, advice: "run `pulumi refresh`, then `pulumi up` to recreate them" };
}
