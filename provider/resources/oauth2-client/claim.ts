// What the resources of a program have to do with a client in this operation: which of them has it, and which one owns its
// lifespans. Known from what Pulumi checks, compares and creates; no server is asked.

import { isNothing } from "../../lifecycle/field.ts";
import { type Operation, Refusal } from "../../lifecycle/resource.ts";
import { sameJson, type Values } from "../../lifecycle/value.ts";
import { isOfProgram, keptByAnother, sameProgram } from "../claim.ts";
import { entryOf } from "../entry.ts";
import { lifespansOf } from "../field/lifespan.ts";

/** The kinds of resources that have to do with a client. */
export type ClaimType = "OAuth2Client" | "ClientLifespans";

/** One resource's part in a client. */
export interface Claim {
  readonly type: ClaimType;
  readonly urn: string | undefined;
  /** What the program asks for. */
  readonly inputs: Values;
  /** What is recorded; nothing of a resource that is new. */
  state: Values | undefined;
  /**
   * `kept`: it is recorded, and stays. `renewed`: the same, but Pulumi has begun to replace it. `new`: it is to be created.
   * `created`: this operation creates it, or has.
   */
  stage: "kept" | "renewed" | "new" | "created";
  /** When its client was created, as far as that is known. */
  createdAt: unknown;
  /** The same to the millisecond, of a client that this operation created. */
  writtenAt?: unknown;
  /** The client was there before its lifespans: an older resource may still have to be deleted. */
  overwrote?: boolean;
}

/** By client id: the resources that have to do with it in this operation. */
export type Claims = Map<string, Claim[]>;

/** Where a process keeps them. */
interface Memory {
  readonly claims: Claims;
}

/** An operation on one of these resources. */
interface Claimant extends Operation {
  readonly memory: Memory;
}

/**
 * A recorded resource that the program keeps. Refused when another one owns the lifespans, and when another one has created the
 * client since: what is recorded here is gone.
 */
export function keep({ memory, urn }: Claimant, type: ClaimType, id: string, inputs: Values, state: Values): void {
  const claims = claimsOf(memory, id);
  if (type === "OAuth2Client")
    requireOnlyClient(
      claims,
      id,
      (claim) => isOfProgram(claim, urn, inputs) || !isAnotherTime(claim.createdAt, state.createdAt),
    );
  const before = claims.find((claim) => claim.type === type && isOfRecorded(claim, urn, state));
  const stage = before?.stage === "created" ? "created" : "kept";
  const createdAt = state.createdAt ?? before?.createdAt;
  replaceClaim(claims, before, { ...before, type, urn, inputs, state, stage, createdAt }, id);
}

/** A recorded resource leaves this client: it moves to another one or to another server. */
export function leave({ memory, urn }: Claimant, type: ClaimType, id: string, state: Values): void {
  const claims = claimsOf(memory, id);
  remove(claims, (claim) => claim.type === type && isOfRecorded(claim, urn, state));
}

/** What is checked without anything recorded: it is new, or takes the place of what is recorded. */
export function plan({ memory, urn }: Claimant, type: ClaimType, id: string, inputs: Values): void {
  for (const claim of renewable(memory, id, inputs)) {
    if (claim.type === type && claim.stage === "kept" && isOfProgram(claim, urn, inputs)) claim.stage = "renewed";
  }
  const claims = claimsOf(memory, id);
  if (type === "OAuth2Client") requireOnlyClient(claims, id, (claim) => isOfNew(claim, urn, inputs));
  if (claims.some((claim) => claim.type === type && isOfNew(claim, urn, inputs))) return;
  replaceClaim(claims, undefined, { type, urn, inputs, state: undefined, stage: "new", createdAt: undefined }, id);
}

/** The resource is being created. */
export function create({ memory, urn }: Claimant, type: ClaimType, id: string, inputs: Values): Claim {
  const claims = claimsOf(memory, id);
  if (type === "OAuth2Client") requireOnlyClient(claims, id, (claim) => isOfNew(claim, urn, inputs));
  const before = claims.find((claim) => claim.type === type && isOfNew(claim, urn, inputs));
  const claim: Claim = { type, urn, inputs, state: undefined, stage: "created", createdAt: undefined };
  replaceClaim(claims, before, claim, id);
  return claim;
}

/** What became of a claim whose resource could not be created. */
export function withdraw(memory: Memory, id: string, claim: Claim): void {
  remove(claimsOf(memory, id), (other) => other === claim);
}

/**
 * Whether the deletion of a recorded client would end what the program has now. It would where this operation created the
 * client under the same id, and where a resource keeps it; where that is another one, a warning says so. A URN tells resources
 * apart, and on the host of dynamic resources that a replacement was checked before.
 */
export function sparesClient({ memory, urn, warn }: Claimant, id: string, state: Values): boolean {
  const claims = claimsOf(memory, id);
  const clients = claims.filter(({ type }) => type === "OAuth2Client");
  if (clients.some((claim) => isOlder(state, claim))) return true;
  // What is only checked so far does not exist yet: what does is what is recorded.
  const isOwn = ({ stage, urn: other }: Claim) =>
    stage === "created" || stage === "new" || (stage === "renewed" && (urn === undefined || other === urn));
  const holder = clients.find((claim) => !isOwn(claim));
  if (holder === undefined) {
    remove(claims, ({ type }) => type === "OAuth2Client");
    return false;
  }
  // Where it is its own: a pending deletion of what was replaced before. A refresh has recorded the present client there, too.
  if (urn === undefined || holder.urn !== urn) warn(keptByAnother("client", id, holder.urn));
  return true;
}

/** What has to become of lifespans when a resource that had them is deleted. */
export interface Deletion {
  /** What is there now belongs to another resource, or to a later form of this one. */
  readonly spared: boolean;
  /** The resource that keeps them. */
  readonly holder: Claim | undefined;
}

/** Whether the deletion of a ClientLifespans leaves the lifespans to another one, or to itself in a later form. */
export function deletionOfLifespans({ memory, urn }: Claimant, id: string): Deletion {
  const claims = claimsOf(memory, id);
  const owners = claims.filter(({ type }) => type === "ClientLifespans");
  if (owners.some(({ stage, overwrote }) => stage === "created" && overwrote)) {
    return { spared: true, holder: undefined };
  }
  const kept = owners.filter(({ stage }) => stage === "kept");
  // A pending deletion of what was replaced before.
  if (urn !== undefined && kept.some((claim) => claim.urn === urn)) return { spared: true, holder: undefined };
  if (kept.length === 0) remove(claims, ({ type }) => type === "ClientLifespans");
  return { spared: kept.length > 0, holder: kept[0] };
}

/** Whether an OAuth2Client of the program has the client. */
export function hasClient(memory: Memory, id: string): boolean {
  return claimsOf(memory, id).some(({ type }) => type === "OAuth2Client");
}

/** The lifespans that the client's OAuth2Client names in this operation. */
export function lifespansOfClient(memory: Memory, id: string): readonly string[] {
  const claim = claimsOf(memory, id).find(({ type }) => type === "OAuth2Client");
  return Object.keys(lifespansOf(claim?.inputs ?? {}));
}

/** What a ClientLifespans of this operation wants, if the client has one. */
export function wantedLifespans(memory: Memory, id: string): Values | undefined {
  const claim = claimsOf(memory, id).find(({ type }) => type === "ClientLifespans");
  return claim && lifespansOf(claim.inputs);
}

/**
 * The same of a ClientLifespans that is recorded: one that is still to be created writes its lifespans itself, and if that
 * fails, nothing of it may be on the client.
 */
export function recordedLifespans(memory: Memory, id: string): Values | undefined {
  const isRecorded = ({ stage, state }: Claim) => stage === "kept" || (stage === "created" && state !== undefined);
  const claim = claimsOf(memory, id).find((other) => other.type === "ClientLifespans" && isRecorded(other));
  return claim && lifespansOf(claim.inputs);
}

/**
 * The lifespans of a ClientLifespans that its client's OAuth2Client takes away in this operation, whatever is recorded: it
 * gives up those it named, and a client that is created again has none.
 */
export function lifespansTakenAway(memory: Memory, id: string, inputs: Values): string[] {
  const names = Object.keys(lifespansOf(inputs));
  const claims = claimsOf(memory, id);
  const client = claims.find(({ type }) => type === "OAuth2Client");
  // What this operation created, it created after the client.
  const isWritten = claims.some(({ type, stage }) => type === "ClientLifespans" && stage === "created");
  if (client === undefined || isWritten) return [];
  if (client.stage !== "kept") return names;
  const [before, after] = [lifespansOf(client.state ?? {}), lifespansOf(client.inputs)];
  return names.filter((name) => name in before && !(name in after));
}

/** Two clients of one id on one server are one: refused when another resource of the program has it. */
function requireOnlyClient(claims: readonly Claim[], id: string, isOwn: (claim: Claim) => boolean): void {
  const other = claims.find((claim) => claim.type === "OAuth2Client" && claim.stage !== "renewed" && !isOwn(claim));
  if (other === undefined) return;
  const message = `clientId: two resources of this program use the client id ${JSON.stringify(id)}${named(other)}`;
  const advice = "give one of them another clientId, or remove one from the program";
  throw new Refusal({ code: "declared-twice", message, advice });
}

function claimsOf(memory: Memory, id: string): Claim[] {
  return entryOf(memory.claims, id, () => []);
}

/** The claims that new inputs may continue: of the same client, or, where a new id is chosen for it, of any. */
function renewable(memory: Memory, id: string, inputs: Values): readonly Claim[] {
  return isNothing(inputs.clientId) ? [...memory.claims.values()].flat() : claimsOf(memory, id);
}

function replaceClaim(claims: Claim[], before: Claim | undefined, claim: Claim, id: string): void {
  const others = claims.filter((other) => other !== before);
  requireOneOwner([...others, claim], id);
  claims.splice(0, claims.length, ...others, claim);
}

function remove(claims: Claim[], leaves: (claim: Claim) => boolean): void {
  claims.splice(0, claims.length, ...claims.filter((claim) => !leaves(claim)));
}

/** Whether a claim is that of a recorded resource. Where no URN is known, what is recorded has to tell. */
function isOfRecorded(claim: Claim, urn: string | undefined, state: Values): boolean {
  if (urn !== undefined) return claim.urn === urn;
  if (claim.stage === "created" && isSameTime(claim.createdAt, state.createdAt)) return true;
  return claim.state !== undefined && sameJson(claim.state, state);
}

/** Whether a claim is that of a resource of which nothing is recorded. */
function isOfNew(claim: Claim, urn: string | undefined, inputs: Values): boolean {
  if (urn !== undefined) return claim.urn === urn;
  const open = claim.stage === "renewed" || claim.stage === "new";
  return open && sameProgram(claim.inputs, inputs);
}

/**
 * Whether what is recorded is a client that was there before the claim's own under the same id. Servers round the time of a
 * creation to the second, but not that of the last write.
 */
function isOlder({ createdAt, updatedAt }: Values, claim: Claim): boolean {
  if (isAnotherTime(claim.createdAt, createdAt)) return true;
  return claim.stage === "created" && Date.parse(String(updatedAt)) < Date.parse(String(claim.writtenAt));
}

/** Two times that are known, and differ by more than what a server rounds. */
function isAnotherTime(left: unknown, right: unknown): boolean {
  return Math.abs(Date.parse(String(left)) - Date.parse(String(right))) >= 1000;
}

function isSameTime(left: unknown, right: unknown): boolean {
  return Math.abs(Date.parse(String(left)) - Date.parse(String(right))) < 1000;
}

function requireOneOwner(claims: readonly Claim[], id: string): void {
  const owners = claims.filter(({ type }) => type === "ClientLifespans");
  const [first, second] = owners;
  if (first && second) {
    const message = `the client ${JSON.stringify(id)} has two ClientLifespans in this program${named(first)}; each owns all lifespans of the client`;
    throw new Refusal({ code: "two-owners", message, advice: "name them in one of the two, and remove the other" });
  }
  const client = claims.find(
    ({ type, inputs }) => type === "OAuth2Client" && Object.keys(lifespansOf(inputs)).length > 0,
  );
  if (client === undefined || first === undefined) return;
  const [names, all] = [Object.keys(lifespansOf(client.inputs)), Object.keys(lifespansOf(first.inputs))];
  const message =
    `the lifespans of client ${JSON.stringify(id)} have two owners: its OAuth2Client names ${names.join(", ")}, ` +
    `and a ClientLifespans owns them all${all.length > 0 ? ` (it names ${all.join(", ")})` : ""}`;
  throw new Refusal({ code: "two-owners", message, advice: "name them in one of the two" });
}

function named({ urn }: Claim): string {
  return urn === undefined ? "" : ` (one is ${urn})`;
}
