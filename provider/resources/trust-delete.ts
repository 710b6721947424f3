// Deleting one trust without the others that use its key: Hydra deletes them along, so that they are made anew.

import type { Admin, Wire } from "../hydra/admin.ts";
import { HydraError, mayHaveWritten, unlessGone } from "../hydra/error.ts";
import { Refusal } from "../lifecycle/resource.ts";
import { lookAfter } from "./doubt.ts";
import { type KeyName, type KeyRecord, type Stored, storedKey } from "./trust-key.ts";

/** Deletes one trust, and makes those anew that go with it. */
export async function deleteAlone(
  server: Admin,
  name: KeyName,
  own: Wire,
  survivors: readonly Wire[],
  record: KeyRecord,
  signal?: AbortSignal,
): Promise<void> {
  const stored: Stored = survivors.length > 0 ? await storedKey(server, name, signal) : { readable: false };
  const key = (stored.readable ? stored.key : undefined) ?? record.confirmed;
  if (survivors.length > 0 && key === undefined) throw unknownKey(survivors);
  await deleteForCertain(server, String(own.id), survivors, signal);
  record.confirmed = undefined;
  for (const trust of survivors) {
    // Not to be cancelled: what was taken has to be given back.
    await unlessConflict(server.createTrust({ ...wireOfTrust(trust), jwk: key })).catch((error: unknown) => {
      throw error instanceof HydraError ? new HydraError(`${error.message}; ${lost(survivors)}`, error) : error;
    });
    record.confirmed = key;
  }
}

/** Deletes a trust, and knows afterwards whether that was done: what went with it has to be made anew then. */
async function deleteForCertain(
  server: Admin,
  id: string,
  survivors: readonly Wire[],
  signal?: AbortSignal,
): Promise<void> {
  try {
    await unlessGone(server.deleteTrust(id, signal));
  } catch (error) {
    if (!mayHaveWritten(error) || survivors.length === 0) throw error;
    const still = await lookAfter(error, lost(survivors), (limit) => unlessGone(server.getTrust(id, limit)), signal);
    if (still) throw error;
  }
}

function lost(survivors: readonly Wire[]): string {
  return `${describeTrusts(survivors)} may have been deleted along: run \`pulumi refresh\`, then \`pulumi up\` makes them anew`;
}

function wireOfTrust(trust: Wire): Wire {
  const { issuer, subject, allow_any_subject, scope, expires_at } = trust;
  return { issuer, ...(allow_any_subject === true ? { allow_any_subject } : { subject }), scope, expires_at };
}

async function unlessConflict(made: Promise<unknown>): Promise<void> {
  await made.catch((error: unknown) => {
    if (!(error instanceof HydraError) || error.kind !== "conflict") throw error;
  });
}

function unknownKey(survivors: readonly Wire[]): Refusal {
  return new Refusal(
    `${describeTrusts(survivors)} share the key of this trust and would be deleted with it; they cannot be made anew, because this ` +
      "server cannot show the key. Delete them together with this one. Nothing was deleted",
  );
}

/** Names trusts by their subjects. */
export function describeTrusts(trusts: readonly Wire[]): string {
  const subjects = trusts.map((trust) =>
    trust.allow_any_subject === true ? "any subject" : JSON.stringify(trust.subject),
  );
  return `the trusts for ${subjects.sort().join(", ")}`;
}
