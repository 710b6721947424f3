// The one public key that Hydra keeps for all trusts of an issuer and kid, and what this process knows of it. A trust
// cannot be treated alone: deleting one deletes the key, and with it every trust that uses it.

import { setTimeout as delay } from "node:timers/promises";
import { type Admin, isSegment, type Wire } from "../hydra/admin.ts";
import { HydraError, unlessGone } from "../hydra/error.ts";
import { textOf, type Values } from "../lifecycle/value.ts";
import { sameKey } from "./field.ts";
import { withoutPrivateMembers } from "./jwk.ts";
import { createQueue } from "./queue.ts";

/** The pair under which the server keeps a key. */
export interface KeyName {
  readonly issuer: string;
  readonly kid: string;
}

export function keyName(values: Values): KeyName {
  return { issuer: textOf(values.issuer), kid: textOf((values.jwk as Values | undefined)?.kid) };
}

export function keyNameOf(wire: Wire): KeyName {
  return { issuer: textOf(wire.issuer), kid: textOf((wire.public_key as Values | undefined)?.kid) };
}

export function sameKeyName(left: KeyName, right: KeyName): boolean {
  return left.issuer === right.issuer && left.kid === right.kid;
}

/** Whom a trust is about: with issuer and kid, what makes it unique. */
export function subjectOf(wire: Wire): string {
  return wire.allow_any_subject === true ? "*" : `=${textOf(wire.subject)}`;
}

/** What this process knows of one key. */
export interface KeyRecord {
  /** The key that the server certainly has under this name. */
  confirmed?: Wire | undefined;
  /** This process has deleted a trust of the key, or seen that others did: what is gone from now on is no surprise. */
  deleted?: boolean;
  /** Subjects whose trusts this operation is about to delete: they need not survive the deletion of another one. */
  readonly leaving: Set<string>;
  /** Lets one change of the key's trusts end before the next begins. */
  readonly alone: ReturnType<typeof createQueue>;
}

/** Whether this is the key that the server certainly has. */
export function isConfirmed({ confirmed }: KeyRecord, jwk: unknown): boolean {
  return confirmed !== undefined && sameKey(confirmed, jwk);
}

const records = new WeakMap<Admin, Map<string, KeyRecord>>();

export function recordOf(server: Admin, { issuer, kid }: KeyName): KeyRecord {
  const ofServer = records.get(server) ?? new Map<string, KeyRecord>();
  records.set(server, ofServer);
  const name = JSON.stringify([issuer, kid]);
  const record = ofServer.get(name) ?? { leaving: new Set(), alone: createQueue() };
  ofServer.set(name, record);
  return record;
}

/** Hydras that were seen to have no route for a name with a slash. */
const splitsAtSlashes = new WeakSet<Admin>();

/** What the server has under a name. No server can say it of every name; v2.3.0 of none with a slash. */
export type Stored = { readonly readable: false } | { readonly readable: true; readonly key: Wire | undefined };

export async function storedKey(server: Admin, { issuer, kid }: KeyName, signal?: AbortSignal): Promise<Stored> {
  // v26.2.0 drops a slash at the end: the answer would be about another key.
  if (kid.endsWith("/") || !isSegment(issuer) || !isSegment(kid)) return { readable: false };
  const slashed = issuer.includes("/") || kid.includes("/");
  if (slashed && splitsAtSlashes.has(server)) return { readable: false };
  try {
    const keys = await unlessGone(server.getKeys(issuer, kid, signal));
    // A whole key pair may have been stored under this name.
    return { readable: true, key: keys?.[0] && (withoutPrivateMembers(keys[0]) as Wire) };
  } catch (error) {
    // A redirect is what routers make of a slash beside another one, and of a dot.
    const status = error instanceof HydraError ? error.status : undefined;
    if (status === 404 && slashed) splitsAtSlashes.add(server);
    if (status === 404 || (status !== undefined && status >= 300 && status < 400)) return { readable: false };
    throw error;
  }
}

/** Every trust that uses a key. */
export async function trustsOf(server: Admin, name: KeyName, signal?: AbortSignal): Promise<Wire[]> {
  const all = await server.listTrusts(name.issuer, signal);
  return all.filter((wire) => sameKeyName(keyNameOf(wire), name));
}

const longestWait = 10_000;
const pause = 50;

/**
 * Waits until `done` says so: the replacements of trusts that share a key reach us one by one, in any order, and each
 * has to know of the others. Returns whether it came true.
 */
export async function eventually(done: () => Promise<boolean> | boolean, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + longestWait;
  for (;;) {
    if (await done()) return true;
    if (Date.now() > deadline || signal?.aborted) return false;
    await delay(pause);
  }
}
