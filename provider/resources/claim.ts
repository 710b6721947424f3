// Who owns lifespans of a client in this operation: OAuth2Client and ClientLifespans must not both. What is known of
// them without asking.

import type { Admin } from "../hydra/admin.ts";
import { Refusal } from "../lifecycle/resource.ts";

type Owner = "OAuth2Client" | "ClientLifespans";

const claims = new WeakMap<Admin, Map<string, Map<Owner, readonly string[]>>>();

function claimsOn(server: Admin, id: string): Map<Owner, readonly string[]> {
  const ofServer = claims.get(server) ?? new Map<string, Map<Owner, readonly string[]>>();
  claims.set(server, ofServer);
  const ofClient = ofServer.get(id) ?? new Map<Owner, readonly string[]>();
  ofServer.set(id, ofClient);
  return ofClient;
}

/** Says that `owner` names these lifespans of a client; refused when the other kind of resource names some too. */
export function claimLifespans(server: Admin, id: string, owner: Owner, names: readonly string[]): void {
  const ofClient = claimsOn(server, id);
  ofClient.set(owner, names);
  const client = ofClient.get("OAuth2Client") ?? [];
  const lifespans = ofClient.get("ClientLifespans");
  if (client.length === 0 || lifespans === undefined) return;
  throw new Refusal(
    `the lifespans of client ${JSON.stringify(id)} have two owners: its OAuth2Client names ${client.join(", ")}, ` +
      `and a ClientLifespans owns them all${lifespans.length > 0 ? ` (it names ${lifespans.join(", ")})` : ""}; name them in one of the two`,
  );
}

/** The lifespans that the client's OAuth2Client names in this operation. */
export function lifespansClaimedByClient(server: Admin, id: string): readonly string[] {
  return claimsOn(server, id).get("OAuth2Client") ?? [];
}

/** The resource that claimed them is being deleted. */
export function releaseLifespans(server: Admin, id: string, owner: Owner): void {
  claimsOn(server, id).delete(owner);
}

const taken = new WeakMap<Admin, Set<string>>();

/** A ClientLifespans was made for the client in this operation: what another one leaves behind is not to be cleared. */
export function noteTaken(server: Admin, id: string): void {
  taken.set(server, (taken.get(server) ?? new Set()).add(id));
}

/** Whether one was made: a replacement that comes first, or the same under another name in the program. */
export function isTaken(server: Admin, id: string): boolean {
  return taken.get(server)?.has(id) === true;
}

const bare = new WeakMap<Admin, Set<string>>();

/** The client was made by this process just now: it has the lifespans that its OAuth2Client names, and no others. */
export function noteMade(server: Admin, id: string): void {
  bare.set(server, (bare.get(server) ?? new Set()).add(id));
}

/** Whether that is still so. Whoever asks is about to change it: the next one is told no. */
export function takeMade(server: Admin, id: string): boolean {
  return bare.get(server)?.delete(id) === true;
}
