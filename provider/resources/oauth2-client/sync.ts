// Changing what exists of a client and nothing else: observe, send what differs, return what the server now says.

import { HydraError, withCertainty } from "../../hydra/error.ts";
import type { HydraJson, PatchOperation } from "../../hydra/json.ts";
import { exact } from "../../hydra/json.ts";
import { snakeCase } from "../../hydra/naming.ts";
import type { Definition } from "../../lifecycle/resource.ts";
import type { Values } from "../../lifecycle/value.ts";
import { otherwise } from "../doubt.ts";
import { entryOf } from "../entry.ts";
import { lifespanNames } from "../field/lifespan.ts";
import { differing, hydraJsonOf } from "../hydra-json.ts";
import type { HydraOperation } from "../memory.ts";
import { createQueue } from "../queue.ts";

const lifespanJsonNames = lifespanNames.map(snakeCase);

/** Members of a client that are the server's own: they are not sent back. */
const readOnly = new Set([
  "created_at",
  "updated_at",
  "client_secret_expires_at",
  "registration_access_token",
  "registration_client_uri",
]);

/** The client as it is now, and whether it had to be written for that. */
export interface Synced {
  readonly json: HydraJson;
  readonly written: boolean;
}

/** Sends what `change` makes of the live client; nothing when that is empty. */
export async function syncClient(
  operation: HydraOperation,
  id: string,
  change: (observed: HydraJson) => HydraJson,
): Promise<Synced> {
  return alone(operation, id, async () => {
    const observed = await operation.api.getClient(id);
    const wanted = change(observed);
    if (Object.keys(wanted).length === 0) return { json: observed, written: false };
    const changed = await write(operation, id, observed, wanted);
    const answer = await clearLifespans(operation, id, wanted, changed);
    // What a PUT answers here is the time of the PUT.
    return { json: { ...answer, created_at: observed.created_at }, written: true };
  });
}

/**
 * Replaces all lifespans of a client by those that `desired` gives; when it gives none, the client stays as it is. It
 * is handed a look at the client, which it may do without.
 */
export async function syncLifespans(
  operation: HydraOperation,
  id: string,
  desired: (observe: () => Promise<HydraJson>) => Promise<HydraJson | undefined>,
): Promise<HydraJson> {
  return alone(operation, id, async () => {
    let observed: HydraJson | undefined;
    const observe = async () => {
      observed ??= await operation.api.getClient(id);
      return observed;
    };
    const lifespans = await desired(observe);
    if (lifespans === undefined) return observe();
    // v2.3.0 cannot change lifespans alone where there is a jwks_uri.
    const whole = async () => {
      const cleared = Object.fromEntries(lifespanJsonNames.map((name) => [name, null]));
      return operation.api.putClient(id, merged(await observe(), { ...cleared, ...lifespans }));
    };
    if (observed?.jwks_uri && operation.memory.lacks.jwksUriPatch) return whole();
    const hasJwksUri = async () => Boolean((await observe()).jwks_uri);
    return partOrWhole(operation, () => operation.api.putLifespans(id, lifespans), whole, hasJwksUri);
  });
}

/** Writes a part of a client or, where v2.3.0 refuses that because of a jwks_uri, all of it: from then on, that at once. */
async function partOrWhole(
  { memory }: HydraOperation,
  part: () => Promise<HydraJson>,
  whole: () => Promise<HydraJson>,
  hasJwksUri: () => boolean | Promise<boolean>,
): Promise<HydraJson> {
  try {
    return await part();
  } catch (error) {
    if (!isRefused(error) || !(await hasJwksUri())) throw error;
    const answer = await otherwise(error, whole());
    memory.lacks.jwksUriPatch = true;
    return answer;
  }
}

/** An answer with these fields as the program spells them, where all that changed of them is done. */
export function asAnnounced(
  resource: Definition,
  inputs: Values,
  state: Values,
  answer: HydraJson,
  names: readonly string[],
): HydraJson {
  const undone = differing(resource, inputs, state, answer, names);
  const done = names.filter((name) => !(snakeCase(name) in undone));
  return { ...answer, ...hydraJsonOf(resource, inputs, done) };
}

async function write(
  operation: HydraOperation,
  id: string,
  observed: HydraJson,
  wanted: HydraJson,
): Promise<HydraJson> {
  const whole = () => operation.api.putClient(id, merged(observed, wanted));
  const clears = lifespanJsonNames.some((name) => name in wanted && wanted[name] === null);
  if (clears && operation.memory.lacks.nullPatch) return whole();
  const hasJwksUri = Boolean(observed.jwks_uri) || Boolean(wanted.jwks_uri);
  // jwks and jwks_uri exclude each other, even an empty jwks: one replaces the other in a whole client only.
  const exchanges = "jwks" in wanted && "jwks_uri" in wanted;
  if (hasJwksUri && (operation.memory.lacks.jwksUriPatch || exchanges)) return whole();
  return partOrWhole(
    operation,
    () => operation.api.patchClient(id, patchOf(wanted)),
    whole,
    () => hasJwksUri,
  );
}

// v2.3.0 ignores null in a patch: what still stands is cleared by writing the lifespans themselves.
async function clearLifespans(
  operation: HydraOperation,
  id: string,
  wanted: HydraJson,
  changed: HydraJson,
): Promise<HydraJson> {
  const set = (name: string) => (changed[name] ?? null) !== null;
  const cleared = lifespanJsonNames.filter((name) => name in wanted && wanted[name] === null);
  if (!cleared.some(set)) return changed;
  operation.memory.lacks.nullPatch = true;
  const kept = lifespanJsonNames.filter((name) => set(name) && !cleared.includes(name));
  const lifespans = Object.fromEntries(kept.map((name) => [name, changed[name]]));
  return operation.api.putLifespans(id, lifespans).catch((error: unknown) => {
    // However this ends, the client was written before.
    throw error instanceof HydraError ? withCertainty(error, true) : error;
  });
}

function patchOf(wanted: HydraJson): PatchOperation[] {
  // `add` replaces what is there (RFC 6902, 4.1); `replace` fails on a member that the server leaves out.
  return Object.entries(wanted).map(([name, value]) => ({ op: "add", path: `/${name}`, value }));
}

/** A whole client for PUT: the observed one, letter by letter, with what is wanted. */
function merged(observed: HydraJson, wanted: HydraJson): HydraJson {
  const client = Object.fromEntries(
    Object.entries({ ...exact(observed), ...wanted }).filter(([name]) => !readOnly.has(name)),
  );
  const jwks = client.jwks as { keys?: unknown[] } | null | undefined;
  if (!jwks?.keys?.length) delete client.jwks;
  return client;
}

function isRefused(error: unknown): error is HydraError {
  return error instanceof HydraError && error.code === "refused";
}

/** Lets one change of a client end before the next begins: both may write the whole of it. */
function alone<T>({ memory }: HydraOperation, id: string, work: () => Promise<T>): Promise<T> {
  return entryOf(memory.clientQueues, id, createQueue)(work);
}
