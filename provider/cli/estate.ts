// What a Hydra has, as its definitions record it: the objects that the audit judges.

import type { Kind } from "../audit/rule.ts";
import type { HydraApi } from "../hydra/admin.ts";
import { HydraError, isUnrouted, unlessGone } from "../hydra/error.ts";
import type { HydraJson } from "../hydra/json.ts";
import { privateMembersOf } from "../hydra/jwk.ts";
import type { StoredKey } from "../hydra/key.ts";
import { unreadKey } from "../lifecycle/diff.ts";
import type { Resource } from "../lifecycle/resource.ts";
import { textOf, type Values } from "../lifecycle/value.ts";
import { jsonWebKey } from "../resources/json-web-key/definition.ts";
import { idOf, ownSets } from "../resources/json-web-key/name.ts";
import { createMemory, type HydraOperation } from "../resources/memory.ts";
import { oauth2Client } from "../resources/oauth2-client/definition.ts";
import { trustedJwtIssuer } from "../resources/trusted-jwt-issuer/definition.ts";
import { counted } from "./counted.ts";

/** An object of the server. */
export interface LiveObject {
  readonly kind: Kind;
  /** How people refer to it: `client web`. */
  readonly name: string;
  /** What people know it by besides: the name of a client, the issuer of a trust. */
  readonly title: string;
  /** Where it stands below the admin API's base URL. */
  readonly uri: string;
  readonly state: Values;
}

export interface Estate {
  readonly objects: readonly LiveObject[];
  /** What cannot be judged, and why. */
  readonly hidden: readonly string[];
}

/** What is asked of the server at the same time. */
const atOnce = 8;

/** Everything that rules judge, with the keys in these sets and in Hydra's own. No secret is in it. */
export async function readEstate(api: HydraApi, sets: readonly string[]): Promise<Estate> {
  const operation = operationOn(api);
  const clients: LiveObject[] = [];
  for (const json of await api.listClients({})) clients.push(await liveClient(operation, json));
  const trusts: LiveObject[] = [];
  const wires = await api.listTrusts(undefined);
  for (let at = 0; at < wires.length; at += atOnce) {
    const some = wires.slice(at, at + atOnce).map((json) => liveTrust(operation, json));
    trusts.push(...(await Promise.all(some)));
  }
  const keys: LiveObject[] = [];
  const hidden: string[] = [];
  const unread = trusts.filter(({ state }) => state[unreadKey("jwk")] === true).length;
  if (unread > 0) hidden.push(`the keys of ${counted(unread, "trust")}, because this server does not show them`);
  for (const set of new Set([...ownSets, ...sets])) {
    const found = await liveKeys(operation, set);
    if (found === "hidden") hidden.push(`the keys in ${set}, because this server does not show them`);
    // Hydra generates its own when it first needs them.
    else if (found === "absent" && sets.includes(set)) hidden.push(`the keys in ${set}, because there is no such set`);
    else if (found !== "absent") keys.push(...found);
  }
  return { objects: [...clients, ...trusts, ...keys], hidden };
}

/** The keys in a set. They are hidden where the server cannot address the set, or does not show keys to everybody. */
async function liveKeys(operation: HydraOperation, set: string): Promise<LiveObject[] | "hidden" | "absent"> {
  try {
    const all = await unlessGone(operation.api.getKeySet(set));
    if (all === undefined) return "absent";
    // A symmetric key has no public part.
    return await Promise.all(all.filter(({ jwk }) => jwk.kty !== "oct").map((key) => liveKey(operation, set, key)));
  } catch (error) {
    const status = error instanceof HydraError ? error.status : undefined;
    if (status === 401 || status === 403 || isUnrouted(error)) return "hidden";
    throw error;
  }
}

async function liveKey(operation: HydraOperation, set: string, key: StoredKey): Promise<LiveObject> {
  const kid = textOf(key.jwk.kid);
  const state = await stateOf(jsonWebKey, operation, idOf({ set, kid }), { getKey: async () => key });
  return { kind: "JsonWebKey", name: `key ${set}/${kid}`, title: "", uri: uriOf("keys", set, kid), state };
}

async function liveClient(operation: HydraOperation, json: HydraJson): Promise<LiveObject> {
  const id = textOf(json.client_id);
  const state = await stateOf(oauth2Client, operation, id, { readClient: async () => json });
  const keys = Object(json.jwks).keys;
  const jwks = Array.isArray(keys) && keys.length > 0 ? { jwks: { keys: keys.map(masked) } } : {};
  const title = textOf(json.client_name);
  return { kind: "OAuth2Client", name: `client ${id}`, title, uri: uriOf("clients", id), state: { ...state, ...jwks } };
}

async function liveTrust(operation: HydraOperation, json: HydraJson): Promise<LiveObject> {
  const id = textOf(json.id);
  const state = await stateOf(trustedJwtIssuer, operation, id, { getTrust: async () => json });
  const uri = uriOf("trust/grants/jwt-bearer/issuers", id);
  return { kind: "TrustedJwtIssuer", name: `trust ${id}`, title: textOf(json.issuer), uri, state };
}

/** Half a character, which no server of ours sends, would be no part of a URI. */
function uriOf(collection: string, ...names: readonly string[]): string {
  const segments = names.map((name) => encodeURIComponent(name.replace(/\p{Cs}/gu, "\ufffd")));
  return ["admin", collection, ...segments].join("/");
}

/** What an import would record. `known` answers what a list has said already. */
async function stateOf(
  resource: Resource<HydraOperation>,
  operation: HydraOperation,
  id: string,
  known: Partial<HydraApi>,
): Promise<Values> {
  const live = await resource.read({ ...operation, api: { ...operation.api, ...known } }, { id, state: {} });
  return live?.state ?? {};
}

/** One memory for all: what the server lacks is asked for once. A trust whose key is not shown says so in its state. */
function operationOn(api: HydraApi): HydraOperation {
  return { api, memory: createMemory(), urn: undefined, signal: new AbortController().signal, warn: () => undefined };
}

/** A key with the names of its private members, which its definition leaves out, and not with their values. */
function masked(key: unknown): unknown {
  const hidden = privateMembersOf(key).map((member) => [member, "[secret]"]);
  return typeof key === "object" && key !== null ? { ...key, ...Object.fromEntries(hidden) } : {};
}
