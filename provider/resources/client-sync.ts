// Changing what exists of a client and nothing else: observe, send what differs, return what the server now says.

import type { Admin, PatchOperation, Wire } from "../hydra/admin.ts";
import { HydraError, withCertainty } from "../hydra/error.ts";
import { snakeCase } from "../hydra/naming.ts";
import { lifespanNames } from "./lifespan.ts";
import { createQueue } from "./queue.ts";

const lifespanWireNames = lifespanNames.map(snakeCase);

/** Members of a client that are the server's own: they are not sent back. */
const readOnly = new Set([
  "created_at",
  "updated_at",
  "client_secret_expires_at",
  "registration_access_token",
  "registration_client_uri",
]);

/** Hydras that were seen to refuse a JSON Patch of any client that has a `jwks_uri`. */
const cannotPatchJwksUri = new WeakSet<Admin>();

/** Hydras that were seen to take a JSON Patch that clears a lifespan, and to leave the lifespan as it was. */
const cannotPatchNull = new WeakSet<Admin>();

/** The client as it is now, and whether it had to be written for that. */
export interface Synced {
  readonly wire: Wire;
  readonly written: boolean;
}

/** Sends what `change` makes of the live client; nothing when that is empty. */
export async function syncClient(
  server: Admin,
  id: string,
  change: (observed: Wire) => Wire,
  signal?: AbortSignal,
): Promise<Synced> {
  return alone(server, id, async () => {
    const observed = await server.getClient(id, signal);
    const wanted = change(observed);
    if (Object.keys(wanted).length === 0) return { wire: observed, written: false };
    const changed = await write(server, id, observed, wanted, signal);
    const answer = await clearLifespans(server, id, wanted, changed, signal);
    // What a PUT answers here is the time of the PUT.
    return { wire: { ...answer, created_at: observed.created_at }, written: true };
  });
}

/**
 * Replaces all lifespans of a client by those that `desired` gives; when it gives none, the client stays as it is. It
 * is handed a look at the client, which it may do without.
 */
export async function syncLifespans(
  server: Admin,
  id: string,
  desired: (observe: () => Promise<Wire>) => Promise<Wire | undefined>,
  signal?: AbortSignal,
): Promise<Wire> {
  return alone(server, id, async () => {
    let observed: Wire | undefined;
    const observe = async () => {
      observed ??= await server.getClient(id, signal);
      return observed;
    };
    const lifespans = await desired(observe);
    if (lifespans === undefined) return observe();
    // v2.3.0 cannot change lifespans alone where there is a jwks_uri.
    const whole = async () => {
      const cleared = Object.fromEntries(lifespanWireNames.map((name) => [name, null]));
      return server.putClient(id, merged(await observe(), { ...cleared, ...lifespans }), signal);
    };
    if (observed?.jwks_uri && cannotPatchJwksUri.has(server)) return whole();
    try {
      return await server.putLifespans(id, lifespans, signal);
    } catch (error) {
      if (!isRefused(error) || !(await observe()).jwks_uri) throw error;
      const answer = await whole();
      cannotPatchJwksUri.add(server);
      return answer;
    }
  });
}

async function write(server: Admin, id: string, observed: Wire, wanted: Wire, signal?: AbortSignal): Promise<Wire> {
  const whole = () => server.putClient(id, merged(observed, wanted), signal);
  const clears = lifespanWireNames.some((name) => name in wanted && wanted[name] === null);
  if (clears && cannotPatchNull.has(server)) return whole();
  const hasJwksUri = Boolean(observed.jwks_uri) || Boolean(wanted.jwks_uri);
  if (!hasJwksUri) return server.patchClient(id, patchOf(wanted), signal);
  // jwks and jwks_uri exclude each other, even an empty jwks: one replaces the other in a whole client only.
  if (cannotPatchJwksUri.has(server) || ("jwks" in wanted && "jwks_uri" in wanted)) return whole();
  try {
    return await server.patchClient(id, patchOf(wanted), signal);
  } catch (error) {
    if (!isRefused(error)) throw error;
    const answer = await whole();
    cannotPatchJwksUri.add(server);
    return answer;
  }
}

// v2.3.0 ignores null in a patch: what still stands is cleared by writing the lifespans themselves.
async function clearLifespans(
  server: Admin,
  id: string,
  wanted: Wire,
  changed: Wire,
  signal?: AbortSignal,
): Promise<Wire> {
  const set = (name: string) => (changed[name] ?? null) !== null;
  const cleared = lifespanWireNames.filter((name) => name in wanted && wanted[name] === null);
  if (!cleared.some(set)) return changed;
  cannotPatchNull.add(server);
  const kept = lifespanWireNames.filter((name) => set(name) && !cleared.includes(name));
  const lifespans = Object.fromEntries(kept.map((name) => [name, changed[name]]));
  return server.putLifespans(id, lifespans, signal).catch((error: unknown) => {
    // However this ends, the client was written before.
    throw error instanceof HydraError ? withCertainty(error, true) : error;
  });
}

function patchOf(wanted: Wire): PatchOperation[] {
  // `add` replaces what is there (RFC 6902, 4.1); `replace` fails on a member that the server leaves out.
  return Object.entries(wanted).map(([name, value]) => ({ op: "add", path: `/${name}`, value }));
}

/** A whole client for PUT: the observed one with what is wanted. */
function merged(observed: Wire, wanted: Wire): Wire {
  const client = Object.fromEntries(Object.entries({ ...observed, ...wanted }).filter(([name]) => !readOnly.has(name)));
  const jwks = client.jwks as { keys?: unknown[] } | null | undefined;
  if (!jwks?.keys?.length) delete client.jwks;
  return client;
}

function isRefused(error: unknown): boolean {
  return error instanceof HydraError && error.kind === "refused";
}

const queues = new WeakMap<Admin, Map<string, ReturnType<typeof createQueue>>>();

/** Lets one change of a client end before the next begins: both may write the whole of it. */
function alone<T>(server: Admin, id: string, work: () => Promise<T>): Promise<T> {
  const ofServer = queues.get(server) ?? new Map<string, ReturnType<typeof createQueue>>();
  queues.set(server, ofServer);
  const queue = ofServer.get(id) ?? createQueue();
  ofServer.set(id, queue);
  return queue(work);
}
