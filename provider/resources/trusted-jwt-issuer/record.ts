// What this process knows of the one key that the trusts of an issuer and kid share, and of these trusts. It says what to
// ask the server for; what the server has, the server says.

import type { HydraJson } from "../../hydra/json.ts";
import { entryOf } from "../entry.ts";
import { createQueue, type Queue } from "../queue.ts";
import { type KeyName, subjectOf } from "./name.ts";

/** A trust that a deletion took along, and the key that it had, where that is certain. */
export interface Taken {
  readonly trust: HydraJson;
  readonly key: HydraJson | undefined;
}

/** A recorded trust. */
export interface RecordedTrust {
  readonly id: string;
  readonly subject: string;
  /** The key that it certainly has, as long as it is there. */
  readonly key: HydraJson | undefined;
  /** Whether a trust on the server is all that is recorded, its key apart. */
  matches(trust: HydraJson): boolean;
}

/** A trust that the program keeps as it is. */
interface Kept {
  readonly id: string;
  readonly urn: string | undefined;
  readonly key: HydraJson | undefined;
}

/** Trusts are told apart by their subjects: with issuer and kid, that is what makes one unique. */
export interface KeyRecord {
  /** By trust id: the key, as certain as the trust is there. Nobody can replace a key without deleting its trusts. */
  readonly vouchers: Map<string, HydraJson>;
  /** The ids that trusts got when they were recreated, by the ids that they had. */
  readonly successors: Map<string, string>;
  /** Trusts that this process created and has not deleted. */
  readonly made: Map<string, string>;
  /** Trusts that the program keeps, as its diffs say. */
  readonly kept: Map<string, Kept>;
  /** Trusts that this operation replaces, as its diffs say. */
  readonly replacing: Set<string>;
  /** Those of them whose replacements have the same name and another key. */
  readonly changing: Set<string>;
  /** Trusts whose deletion is under way. */
  readonly deleting: Set<string>;
  /** Trusts that this process deleted, and that are to stay away. */
  readonly ended: Map<string, RecordedTrust>;
  /** Trusts that a deletion took along: they are owed, unless their own deletion comes. */
  readonly taken: Map<string, Taken>;
  /** A deletion waits for the others, and recreates what is owed then. */
  held: boolean;
  /** How often a deletion has waited. */
  holds: number;
  /** A watch for trusts that others recreate: the one under way, and whether one has seen nothing. */
  watch: Promise<void> | undefined;
  watched: boolean;
  /** When a deletion was last begun or ended, and when a diff last told of a trust. */
  touched: number;
  announced: number;
  /** Lets one change of the key's trusts end before the next begins. */
  readonly alone: Queue;
}

/** By issuer and kid. */
export type KeyRecords = Map<string, KeyRecord>;

export function recordOf({ keys }: { readonly keys: KeyRecords }, { issuer, kid }: KeyName): KeyRecord {
  return entryOf(keys, JSON.stringify([issuer, kid]), () => ({
    vouchers: new Map(),
    successors: new Map(),
    made: new Map(),
    kept: new Map(),
    replacing: new Set(),
    changing: new Set(),
    deleting: new Set(),
    ended: new Map(),
    taken: new Map(),
    held: false,
    holds: 0,
    watch: undefined,
    watched: false,
    touched: 0,
    announced: 0,
    alone: createQueue(),
  }));
}

/** The id that a trust has now, as far as this process recreated it. */
export function currentId({ successors }: KeyRecord, id: string): string {
  let now = id;
  // No id returns: each is the server's, and new.
  for (let next = successors.get(now); next !== undefined; next = successors.get(now)) now = next;
  return now;
}

/** The key that trusts on the server vouch for. */
export function vouchedKey({ vouchers }: KeyRecord, live: readonly HydraJson[]): HydraJson | undefined {
  return live.map(({ id }) => vouchers.get(String(id))).find((key) => key !== undefined);
}

/** Whether this operation deletes a trust anyway. */
export function leaves({ deleting, changing }: KeyRecord, subject: string): boolean {
  return deleting.has(subject) || changing.has(subject);
}

/** Whether a trust is one that this process has deleted, and that another one has recreated. */
export function isBack({ ended }: KeyRecord, trust: HydraJson): boolean {
  return ended.get(subjectOf(trust))?.matches(trust) ?? false;
}

/** The trusts that the program keeps and the server does not have. */
export function missingOf(record: KeyRecord, live: readonly HydraJson[]): string[] {
  const found = new Set(live.map(subjectOf));
  return [...record.kept.keys()].filter(
    (subject) => ![found, record.taken, record.ended].some((some) => some.has(subject)) && !leaves(record, subject),
  );
}
