// Deletes one trust, and nothing else. Hydra deletes every trust of the same key along; those are recreated, once, when
// the deletions of this operation have come to rest. Other processes do the same: what they take and recreate is watched.

import { isGone, mayHaveWritten, unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { lookAfter } from "../doubt.ts";
import { sameKey } from "../field/public-key.ts";
import type { HydraOperation } from "../memory.ts";
import { storedKey, trustsOf } from "./key.ts";
import { type KeyName, keyNameOf, sameKeyName, subjectOf } from "./name.ts";
import {
  currentId,
  isBack,
  type KeyRecord,
  leaves,
  missingOf,
  type RecordedTrust,
  recordOf,
  vouchedKey,
} from "./record.ts";
import { incomplete, sharedKey, unknownKey } from "./refusal.ts";
import { lost, restoreOwed } from "./restore.ts";
import { eventually, pause } from "./wait.ts";

/** Before anything is deleted: the engine sends the deletions of one operation within a moment of each other. */
const gathering = 100;

/**
 * Deletions of one operation follow each other within this time, and what they took waits no longer than `longestHold`. Where
 * deletions came after all, both double: the end of many trusts costs few rounds.
 */
const betweenDeletions = 500;
const longestHold = 2_500;
const mostDoubled = 5;

/** When a trust is looked for that another process has taken along, and recreates: a while longer than it may hold it. */
const looks = [250, 750, 1_000, 1_000];

/** When this process looks whether another one has recreated what it deleted: both may have deleted at the same time. */
const looksAfter = [250, 500];

/** The diffs of a program's resources follow each other within this time. */
const betweenDiffs = 3_000;
const longestProgram = 60_000;

type Outcome =
  | { readonly is: "ended" | "absent" }
  /** Others went with it. */
  | { readonly is: "cascaded" }
  /** The id belongs to a trust of another key. */
  | { readonly is: "elsewhere"; readonly trust: HydraJson }
  /** The program keeps trusts that are not there. */
  | { readonly is: "incomplete"; readonly missing: readonly string[] };

/** Deletes a recorded trust; returns the one that has its id under another name, which is left alone. */
export async function deleteTrust(
  operation: HydraOperation,
  name: KeyName,
  recorded: RecordedTrust,
): Promise<HydraJson | undefined> {
  const record = recordOf(operation.memory, name);
  if (isAnothers(operation, record, recorded)) return undefined;
  const { id, subject, key } = recorded;
  if (key && !record.vouchers.has(id)) record.vouchers.set(id, key);
  record.deleting.add(subject);
  record.touched = Date.now();
  try {
    if (record.changing.has(subject)) await untilAllChange(operation, name, record, recorded);
    return await untilGone(operation, name, record, recorded);
  } finally {
    record.deleting.delete(subject);
    record.touched = Date.now();
  }
}

/** Whether what has this identity now is not the recorded trust, but one that this operation created or keeps. */
function isAnothers({ urn, warn }: HydraOperation, record: KeyRecord, { id, subject }: RecordedTrust): boolean {
  const now = currentId(record, id);
  const made = record.made.get(subject);
  if (made !== undefined) return currentId(record, made) !== now;
  const kept = record.kept.get(subject);
  if (kept === undefined) return false;
  if (currentId(record, kept.id) !== now) return true;
  if (kept.urn !== undefined && urn !== undefined && kept.urn !== urn) {
    const message = `this trust is also in the state as ${kept.urn.split("::").at(-1)}, which keeps it: nothing was deleted on the server`;
    warn({ code: "not-ours", message });
    return true;
  }
  // A replacement that the program asks for though nothing differs: --replace, or pulumi state taint.
  record.kept.delete(subject);
  return false;
}

async function untilGone(
  operation: HydraOperation,
  name: KeyName,
  record: KeyRecord,
  recorded: RecordedTrust,
): Promise<HydraJson | undefined> {
  for (let rounds = 5; rounds > 0; rounds--) {
    const outcome = await record.alone(() => attempt(operation, name, record, recorded));
    if (outcome.is === "elsewhere") return outcome.trust;
    if (outcome.is === "ended") return undefined;
    if (outcome.is === "cascaded") {
      await settle(operation, name, record);
      return undefined;
    }
    // Another process has taken it along, or these: a moment later they may be there again.
    const looked = await watch(operation, name, record);
    if (outcome.is === "incomplete" && !looked) throw incomplete(outcome.missing);
    if (!looked) break;
  }
  if (record.ended.size === 0) {
    const message = "this trust was already deleted. Hydra deletes all trusts with the same issuer and kid together";
    const advice = `if you have others for ${JSON.stringify(name.issuer)}, run \`pulumi refresh\`, then \`pulumi up\``;
    operation.warn({ code: "taken-along", message, advice });
  }
  record.ended.set(recorded.subject, recorded);
  return undefined;
}

/** To be done alone. */
async function attempt(
  operation: HydraOperation,
  name: KeyName,
  record: KeyRecord,
  recorded: RecordedTrust,
): Promise<Outcome> {
  const { api, warn } = operation;
  const { subject } = recorded;
  const id = currentId(record, recorded.id);
  const isOwn = (trust: HydraJson) => trust.id === id || subjectOf(trust) === subject;
  let trusts = await trustsOf(api, name);
  if (!trusts.some(isOwn)) {
    // A deletion of this process took it along.
    if (record.taken.delete(subject)) return end(record, recorded);
    // Of a state that was edited, the id alone is right.
    const own = await unlessGone(api.getTrust(id));
    if (own && !sameKeyName(keyNameOf(own), name)) return { is: "elsewhere", trust: own };
    if (own) trusts = [...trusts, own];
  }
  if (!record.held && record.deleting.size === 1 && trusts.some((trust) => !isOwn(trust))) {
    await pause(operation.signal, gathering);
    trusts = await trustsOf(api, name);
  }
  const missing = missingOf(record, trusts);
  if (missing.length > 0) return { is: "incomplete", missing };
  const own = trusts.find(isOwn);
  if (own === undefined) return { is: "absent" };
  const others = trusts.filter((trust) => trust !== own);
  const stored = others.length > 0 || own.id !== id ? await storedKey(operation, name) : undefined;
  // Its key went since it was listed: a deletion of others has taken it along.
  if (stored?.readable && stored.key === undefined) return snatched(record);
  const key = stored?.readable ? stored.key : vouchedKey(record, trusts);
  if (own.id !== id && (!recorded.matches(own) || (key && recorded.key && !sameKey(key, recorded.key)))) {
    const message =
      "the server has another trust under this issuer, subject and kid, which is left alone: this resource did not create it";
    const advice = `if nobody needs it, send a DELETE to /admin/trust/grants/jwt-bearer/issuers/${String(own.id)}`;
    warn({ code: "not-ours", message, advice });
    return { is: "ended" };
  }
  const living = others.filter((trust) => !isBack(record, trust));
  const staying = living.map(subjectOf).filter((other) => !leaves(record, other));
  if (record.changing.has(subject) && staying.length > 0) throw sharedKey(staying);
  const stranded = key === undefined ? staying.filter((other) => !record.replacing.has(other)) : [];
  if (stranded.length > 0) throw unknownKey(stranded);
  if (!(await deleteForCertain(operation, String(own.id), staying))) return snatched(record);
  for (const trust of living) record.taken.set(subjectOf(trust), { trust, key });
  end(record, recorded);
  return { is: others.length > 0 ? "cascaded" : "ended" };
}

/** It was there right before: whoever took it along may be recreating it now. */
function snatched(record: KeyRecord): Outcome {
  record.watched = false;
  return { is: "absent" };
}

function end(record: KeyRecord, recorded: RecordedTrust): Outcome {
  record.made.delete(recorded.subject);
  record.ended.set(recorded.subject, recorded);
  return { is: "ended" };
}

/**
 * Deletes a trust, and knows afterwards whether that was done: what went with it is owed then. That it was gone already is
 * not our doing; unless an answer before this one was lost.
 */
async function deleteForCertain(operation: HydraOperation, id: string, staying: readonly string[]): Promise<boolean> {
  try {
    await operation.api.deleteTrust(id);
    return true;
  } catch (error) {
    if (isGone(error)) return mayHaveWritten(error);
    if (!mayHaveWritten(error) || staying.length === 0) throw error;
    const still = await lookAfter(operation, error, lost(staying), (api) => unlessGone(api.getTrust(id)));
    if (still) throw error;
    return true;
  }
}

/** Recreates what a deletion took along, once no other deletion comes: one of several does it for all. */
async function settle(operation: HydraOperation, name: KeyName, record: KeyRecord): Promise<void> {
  if (record.held) return;
  record.held = true;
  try {
    const owed = () => [...record.taken.keys()].filter((subject) => !record.changing.has(subject));
    const others = record.deleting.size > 1 || owed().some((subject) => record.replacing.has(subject));
    if (others) {
      const longer = 2 ** Math.min(record.holds++, mostDoubled);
      const quiet = Math.min(betweenDeletions * longer, longestHold);
      const rest = { quiet, most: longestHold * longer, last: () => record.touched };
      await eventually(operation.signal, () => owed().length === 0, rest);
    }
    await record.alone(() => restoreOwed(operation, name));
  } finally {
    record.held = false;
  }
  await endAgain(operation, name, record);
}

/** Deletes what another process has recreated, which deleted at the same time. What is about to be replaced is its replacement's matter. */
async function endAgain(operation: HydraOperation, name: KeyName, record: KeyRecord): Promise<void> {
  const isToGo = (trust: HydraJson) => !record.replacing.has(subjectOf(trust)) && isBack(record, trust);
  if ([...record.ended.keys()].every((subject) => record.replacing.has(subject))) return;
  for (const milliseconds of looksAfter) {
    await pause(operation.signal, milliseconds);
    if (operation.signal.aborted) return;
    const back = (await trustsOf(operation.api, name)).filter(isToGo);
    for (const recorded of back.map((trust) => record.ended.get(subjectOf(trust)))) {
      if (recorded) await record.alone(() => attempt(operation, name, record, recorded));
    }
    if (back.length > 0) await record.alone(() => restoreOwed(operation, name));
  }
}

/** Waits until others have recreated trusts of a key, for all deletions that wait. Returns whether it is worth another look. */
async function watch(operation: HydraOperation, name: KeyName, record: KeyRecord): Promise<boolean> {
  if (record.watched) return false;
  record.watch ??= look(operation, name, record).finally(() => {
    record.watch = undefined;
  });
  await record.watch;
  return !operation.signal.aborted;
}

async function look({ api, signal }: HydraOperation, name: KeyName, record: KeyRecord): Promise<void> {
  let before = "";
  for (const milliseconds of looks) {
    await pause(signal, milliseconds);
    const now = (await trustsOf(api, name)).map(({ id }) => String(id)).join();
    // At rest: nobody adds any more.
    if (now !== "" && now === before) break;
    before = now;
  }
  record.watched = true;
}

/** A new key is for all trusts of its name: waits until the diffs of this operation have said so of each. */
async function untilAllChange(
  operation: HydraOperation,
  name: KeyName,
  record: KeyRecord,
  recorded: RecordedTrust,
): Promise<void> {
  if (record.taken.has(recorded.subject)) return;
  const subjects = (await trustsOf(operation.api, name)).map(subjectOf);
  if (!subjects.includes(recorded.subject)) return;
  const staying = () => subjects.filter((subject) => !leaves(record, subject));
  const decided = () => staying().length === 0 || staying().some((s) => record.kept.has(s) || record.made.has(s));
  const last = () => record.announced;
  await eventually(operation.signal, decided, { quiet: betweenDiffs, most: longestProgram, last });
  if (staying().length > 0) throw sharedKey(staying());
}
