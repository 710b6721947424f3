// Creates one trust: what the server may have already, and which key it uses, before and after. Knows nothing of deleting.

import { ExplainedError, type Explanation } from "../../explained.ts";
import { amended, HydraError, mayHaveWritten } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { Refusal } from "../../lifecycle/resource.ts";
import { lookAfter } from "../doubt.ts";
import { sameKey } from "../field/public-key.ts";
import { ifNotNew } from "../if-not-new.ts";
import type { HydraOperation } from "../memory.ts";
import { importCommand } from "../shell.ts";
import { type Stored, storedKey, trustsOf } from "./key.ts";
import { type KeyName, subjectOf } from "./name.ts";
import { type KeyRecord, missingOf, recordOf, vouchedKey } from "./record.ts";
import { incomplete, otherKey } from "./refusal.ts";
import { restoreOwed } from "./restore.ts";
import { pause } from "./wait.ts";

/** A trust as it is asked for. */
export interface AskedTrust {
  readonly name: KeyName;
  readonly subject: string;
  readonly jwk: HydraJson;
  readonly body: HydraJson;
  /** Whether a trust on the server is all that was asked for, its key apart. */
  matches(trust: HydraJson): boolean;
}

/** What was created, and the key that it certainly has. */
export interface CreatedTrust {
  readonly trust: HydraJson;
  /** Absent where the server cannot show it, and others may have brought another one. */
  readonly key: HydraJson | undefined;
  /** Why the key is not the one that was asked for. */
  readonly failure: Explanation | undefined;
}

/** So long a key that this operation takes away is waited for: nothing that concerns it happens any more. */
const betweenDeletions = 3_000;
const longestWait = 60_000;
const betweenLooks = 250;

/** What another process takes along is recreated within this time. */
const untilRecreated = 2_000;

/** So often a trust is created that a deletion of others takes along at once. */
const mostTries = 3;

export async function createTrust(operation: HydraOperation, asked: AskedTrust): Promise<CreatedTrust> {
  const { name } = asked;
  const record = recordOf(operation.memory, name);
  // Where this operation takes trusts of the key away, it will be free in a moment.
  if (record.changing.size > 0 && !(await untilFree(operation, asked, record))) throw otherKey();
  const deadline = Date.now() + untilRecreated;
  for (;;) {
    const made = await record.alone(() => make(operation, asked, record).catch(giveBack(operation, name, record)));
    if (!("missing" in made)) return made;
    if (operation.signal.aborted || Date.now() > deadline) throw incomplete(made.missing);
    await pause(operation.signal, betweenLooks);
  }
}

/** The old key went with a deletion of ours, and the new one did not come: what else had the old one gets it back. */
function giveBack(operation: HydraOperation, name: KeyName, record: KeyRecord): (error: unknown) => Promise<never> {
  return async (error) => {
    const trouble = await restoreOwed(operation, name, record.changing.size > 0).catch((reason: unknown) => reason);
    if (!(trouble instanceof ExplainedError)) throw error;
    const { code, advice } = trouble;
    const explain = (message: string) => ({ code, message: `${message}; ${trouble.message}`, advice });
    if (error instanceof HydraError) throw amended(error, explain(error.message));
    throw error instanceof Refusal ? new Refusal(explain(error.message), error) : error;
  };
}

async function make(
  operation: HydraOperation,
  asked: AskedTrust,
  record: KeyRecord,
): Promise<CreatedTrust | { readonly missing: readonly string[] }> {
  const { name, subject, jwk } = asked;
  for (let tries = 1; ; tries++) {
    const stored = await storedKey(operation, name);
    // A trust cannot be without its key.
    const siblings = stored.readable && !stored.key ? [] : await trustsOf(operation.api, name);
    const missing = missingOf(record, siblings).filter((other) => other !== subject);
    if (missing.length > 0) return { missing };
    const certain = willHave(operation, asked, stored, siblings, record);
    // Another one has to be seen before: once an answer is lost, it could be the one that was made.
    const before = siblings.find((trust) => subjectOf(trust) === subject);
    if (before) throw existsAlready(operation, String(before.id));
    const trust = await post(operation, asked);
    const now = stored.readable ? await keyAfter(operation, name) : undefined;
    // With its key, it is gone: somebody else has deleted a trust of the same key.
    if (now?.readable && now.key === undefined && tries < mostTries) continue;
    return created(asked, record, trust, now ?? { readable: true, key: certain ? jwk : undefined });
  }
}

function created({ subject, jwk }: AskedTrust, record: KeyRecord, trust: HydraJson, now: KeyAfter): CreatedTrust {
  record.made.set(subject, String(trust.id));
  record.ended.delete(subject);
  record.changing.delete(subject);
  record.replacing.delete(subject);
  if (!now.readable) return { trust, key: undefined, failure: unreadableNow(now.reason) };
  const { key } = now;
  if (key) record.vouchers.set(String(trust.id), key);
  return { trust, key, failure: key === undefined || sameKey(key, jwk) ? undefined : overtaken() };
}

type KeyAfter = Extract<Stored, { readable: true }> | { readonly readable: false; readonly reason: string };

/** Two that create trusts of one key at the same time both get a 201: who was second has the key of the other one. */
async function keyAfter(operation: HydraOperation, name: KeyName): Promise<KeyAfter> {
  try {
    const stored = await storedKey(operation, name);
    return stored.readable ? stored : { readable: false, reason: "the server does not show the key any more" };
  } catch (error) {
    if (error instanceof HydraError) return { readable: false, reason: error.message };
    throw error;
  }
}

/** Whether the server would take this key: Hydra answers 201 to a second key and silently keeps the first. */
async function untilFree(operation: HydraOperation, { name, jwk }: AskedTrust, record: KeyRecord): Promise<boolean> {
  const isFree = async () => {
    const stored = await storedKey(operation, name);
    if (stored.readable) return stored.key === undefined || sameKey(stored.key, jwk);
    const live = await trustsOf(operation.api, name);
    const key = vouchedKey(record, live);
    return live.length === 0 || key === undefined || sameKey(key, jwk);
  };
  const began = Date.now();
  for (;;) {
    if (await isFree()) return true;
    const quiet = Date.now() - Math.max(began, record.touched, record.announced);
    if (operation.signal.aborted || quiet > betweenDeletions || Date.now() - began > longestWait) return false;
    await pause(operation.signal, betweenLooks);
  }
}

async function post(operation: HydraOperation, asked: AskedTrust): Promise<HydraJson> {
  try {
    return await operation.api.createTrust(asked.body);
  } catch (error) {
    const conflict = error instanceof HydraError && error.code === "conflict";
    if (!conflict && !mayHaveWritten(error)) throw error;
    // What stands between us and Hydra may have sent it twice: nothing was there before, so that the second answer is to the first.
    const advice = `before the next \`pulumi up\`, look for it by its issuer, and ${recovery(operation, "<id>")}`;
    const may = { message: "it may have created the trust", advice };
    const look = async (api: HydraOperation["api"]) =>
      (await trustsOf(api, asked.name)).find((trust) => subjectOf(trust) === asked.subject);
    const made = await lookAfter(operation, error, may, look);
    if (made === undefined && conflict) throw existsAlready(operation, "<id>");
    if (made === undefined) throw error;
    if (asked.matches(made)) return made;
    throw existsAlready(operation, String(made.id));
  }
}

/** Whether the server certainly has this key, or will have it when the trust is made. */
function willHave(
  { warn }: HydraOperation,
  { name, jwk }: AskedTrust,
  stored: Stored,
  siblings: readonly HydraJson[],
  record: KeyRecord,
): boolean {
  if (stored.readable) {
    if (stored.key !== undefined && !sameKey(stored.key, jwk)) throw otherKey();
    return true;
  }
  if (siblings.length === 0) return true;
  const key = vouchedKey(record, siblings);
  if (key && !sameKey(key, jwk)) throw otherKey();
  if (key) return true;
  const message =
    `other trusts have the issuer ${JSON.stringify(name.issuer)} and the kid ${JSON.stringify(name.kid)}, and this server cannot show ` +
    "the key that they use: if it is not this jwk, it stays in use and assertions signed with this jwk's key are refused";
  warn({ code: "key-unread", message });
  return false;
}

function existsAlready(operation: HydraOperation, id: string): Refusal {
  const message = "a trust of this issuer, subject and kid exists already and was not created by this resource";
  return new Refusal({ code: "exists-already", message, advice: `${ifNotNew}; otherwise ${recovery(operation, id)}` });
}

function recovery(operation: HydraOperation, id: string): string {
  return (
    `adopt it on the plugin with ${importCommand(operation, "TrustedJwtIssuer", id)}, ` +
    `or delete it with a DELETE of /admin/trust/grants/jwt-bearer/issuers/${id}; then run \`pulumi refresh\`: trusts that share its key go with it`
  );
}

function overtaken(): Explanation {
  const message =
    "jwk: another program has stored another key under this issuer and kid at the same time, and the server uses that one";
  return { code: "other-key", message, advice: "give the new key another kid" };
}

function unreadableNow(why: string): Explanation {
  const message = `the trust was created, but whether the server uses its jwk is not known: ${why}`;
  return { code: "key-unread", message, advice: "the next `pulumi up` looks again" };
}
