// Whether an object on the server can be adopted: asks the resource definitions what an import of it would record.

import { type Explanation, withAdvice } from "../explained.ts";
import type { HydraApi } from "../hydra/admin.ts";
import { HydraError } from "../hydra/error.ts";
import type { HydraJson } from "../hydra/json.ts";
import { privateMembersOf } from "../hydra/jwk.ts";
import type { StoredKey } from "../hydra/key.ts";
import { failuresOf } from "../lifecycle/check.ts";
import { inputsOf, unreadKey } from "../lifecycle/diff.ts";
import { formatPath } from "../lifecycle/failure.ts";
import type { Resource } from "../lifecycle/resource.ts";
import { jsonWebKey } from "../resources/json-web-key/definition.ts";
import { idOf } from "../resources/json-web-key/name.ts";
import { createMemory, type HydraOperation } from "../resources/memory.ts";
import { oauth2Client } from "../resources/oauth2-client/definition.ts";
import { trustedJwtIssuer } from "../resources/trusted-jwt-issuer/definition.ts";
import { keyNameOf } from "../resources/trusted-jwt-issuer/name.ts";
import type { Nameable } from "./resource-name.ts";

/** What becomes of one object. */
export interface Verdict {
  readonly type: string;
  readonly id: string;
  /** What people know it by. */
  readonly label: string;
  readonly nameable: Nameable;
  /** Why it cannot be adopted; absent when it can. */
  readonly leftOut?: string;
  /** What a person should know of its adoption. */
  readonly notes: readonly string[];
}

/** The verdict on a client out of a list. */
export async function judgeClient(server: HydraApi, json: HydraJson): Promise<Verdict> {
  const [id, name, owner] = [String(json.client_id), unlessBlank(json.client_name), unlessBlank(json.owner)];
  const label = `client ${JSON.stringify(id)}${name === undefined ? "" : ` (${JSON.stringify(name)})`}`;
  const nameable = { kind: "client", key: `client ${id}`, words: name === undefined ? [id, owner] : [name, owner, id] };
  const verdict = { type: oauth2Client.type, id, label, nameable };
  const unaddressable = failuresOf(oauth2Client, { clientId: id }).find(({ path }) => path[0] === "clientId");
  if (unaddressable) return { ...verdict, leftOut: `its id ${unaddressable.reason}`, notes: [] };
  // A list says all that there is to know, but for an id that the server may take for another one's, or for none.
  if (!/^[\w.-]+$/.test(id) && (await reached(server, id)) !== id) {
    return {
      ...verdict,
      leftOut: "this server cannot address its id: it lists the client, but cannot read it",
      notes: [],
    };
  }
  const known: HydraApi = { ...server, getClient: async () => json, readClient: async () => json };
  return { ...verdict, ...(await judge(oauth2Client, known, id)), notes: privateKeyNotes(json.jwks) };
}

/** The verdict on a trust out of a list. */
export async function judgeTrust(server: HydraApi, json: HydraJson, now: number): Promise<Verdict> {
  const { issuer, kid } = keyNameOf(json);
  const [id, subject] = [String(json.id), json.allow_any_subject === true ? "any subject" : String(json.subject)];
  const verdict = {
    type: trustedJwtIssuer.type,
    id,
    label: `trust ${id} (${JSON.stringify(issuer)}, ${JSON.stringify(subject)})`,
    nameable: { kind: "issuer", key: `trust ${id}`, words: [issuer.replace(/^https?:\/\//i, ""), subject, kid, id] },
  };
  const known: HydraApi = { ...server, getTrust: async () => json };
  const { notes, ...judged } = await judge(trustedJwtIssuer, known, id);
  return { ...verdict, ...judged, notes: [...expiryNotes(json.expires_at, now), ...notes] };
}

/** What is known of a key beside what the server says of it. */
export interface KeyFacts {
  /** Hydra signs with it now. */
  readonly signs: boolean;
  /** A trust verifies assertions with it, and ends with it. */
  readonly isOfTrust: boolean;
}

/** The verdict on a key of a set. */
export async function judgeKey(
  server: HydraApi,
  set: string,
  key: StoredKey,
  { signs, isOfTrust }: KeyFacts,
): Promise<Verdict> {
  const kid = unlessBlank(key.jwk.kid);
  const id = idOf({ set, kid: kid ?? "" });
  const verdict = {
    type: jsonWebKey.type,
    id,
    label: `key ${JSON.stringify(id)}`,
    nameable: { kind: "key", key: `key ${id}`, words: [set, kid] },
  };
  const leftOut = unmanageable(key, kid, isOfTrust, set);
  if (leftOut !== undefined) return { ...verdict, leftOut, notes: [] };
  const { notes, ...judged } = await judge(jsonWebKey, { ...server, getKey: async () => key }, id);
  return { ...verdict, ...judged, notes: [...(signs ? [signingNote] : []), ...notes] };
}

const signingNote =
  "Hydra signs with this key; the import protects it, so a preview that would delete it fails. Add a newer key to the set " +
  "before you remove this one";

function unmanageable(
  { jwk }: StoredKey,
  kid: string | undefined,
  isOfTrust: boolean,
  set: string,
): string | undefined {
  if (kid === undefined) return "it has no kid";
  if (jwk.kty === "oct") return "it is a symmetric key (kty oct): it has no public part";
  if (isOfTrust) return `it belongs to a trusted issuer; adopt that with --issuer ${JSON.stringify(set)}`;
  return undefined;
}

/** Reads an object as an import does, and checks what would then stand in the program. */
async function judge(
  resource: Resource<HydraOperation>,
  api: HydraApi,
  id: string,
): Promise<Pick<Verdict, "leftOut" | "notes">> {
  const notes: string[] = [];
  const warn = (warning: Explanation) => void notes.push(withAdvice(warning));
  const operation = { api, memory: createMemory(), urn: undefined, signal: new AbortController().signal, warn };
  const live = await resource.read(operation, { id, state: {} });
  const failures = live === undefined ? [] : failuresOf(resource, inputsOf(resource, live.state, {}));
  const [failure] = failures.filter(({ path }) => live?.state[unreadKey(String(path[0]))] !== true);
  if (failure === undefined) return { notes };
  return { leftOut: `${formatPath(failure.path)} ${failure.reason}; change it on the server first`, notes: [] };
}

/** The id of the client that the server gives for an id. */
async function reached(server: HydraApi, id: string): Promise<string | undefined> {
  try {
    return String((await server.getClient(id)).client_id);
  } catch (error) {
    const status = error instanceof HydraError ? error.status : undefined;
    // A redirect is what routers make of a slash beside another one, and of a dot.
    if (status === 404 || (status !== undefined && status >= 300 && status < 400)) return undefined;
    throw error;
  }
}

/** Whoever takes an expired trust for harmless leaves a door open. */
function expiryNotes(expiresAt: unknown, now: number): string[] {
  if (!(Date.parse(String(expiresAt)) <= now)) return [];
  return [
    `it expired at ${String(expiresAt)}, but Hydra up to v26.2.0 still issues tokens for its assertions; remove it from the program ` +
      "after the import if nobody needs it",
  ];
}

function privateKeyNotes(jwks: unknown): string[] {
  const keys = typeof jwks === "object" && jwks !== null && "keys" in jwks && Array.isArray(jwks.keys) ? jwks.keys : [];
  return keys
    .filter((key) => privateMembersOf(key).length > 0)
    .map(
      (key: { readonly kid?: unknown }) =>
        `the server keeps the private part of its key ${JSON.stringify(key.kid ?? "")} and shows it to all who may read clients; ` +
        "only the public part is adopted. Replace that key",
    );
}

function unlessBlank(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
