// Hydra's admin API: one function per endpoint used. Knows nothing of Pulumi.

import { secretsIn } from "./confidential.ts";
import { HydraError } from "./error.ts";
import { createReadClient, forgetListed, type Page } from "./listed-read.ts";
import type { Answer, Client, HydraRequest } from "./request.ts";

/** A JSON object as Hydra sends or takes it, with its own snake_case names. */
export type Wire = Readonly<Record<string, unknown>>;

/** One operation of a JSON Patch (RFC 6902); `add` also replaces. */
export interface PatchOperation {
  readonly op: "add" | "remove" | "replace";
  readonly path: string;
  readonly value?: unknown;
}

/** One Hydra, reached through its admin API. */
export interface Admin {
  /** The admin API's base URL: two connections with the same one are the same Hydra. */
  readonly url: string;
  createClient(client: Wire, signal?: AbortSignal): Promise<Wire>;
  getClient(id: string, signal?: AbortSignal): Promise<Wire>;
  /** The same, for a look that nothing is written by: where many are read at once, from pages at most two seconds old. */
  readClient(id: string, signal?: AbortSignal): Promise<Wire>;
  patchClient(id: string, patch: readonly PatchOperation[], signal?: AbortSignal): Promise<Wire>;
  putClient(id: string, client: Wire, signal?: AbortSignal): Promise<Wire>;
  putLifespans(id: string, lifespans: Wire, signal?: AbortSignal): Promise<Wire>;
  deleteClient(id: string, signal?: AbortSignal): Promise<void>;
  /** Gives a client a new secret beside the ones it has. Servers up to v26.2.0 do not have this. */
  rotateSecret(id: string, signal?: AbortSignal): Promise<Wire>;
  /** Ends all secrets of a client but the newest. Servers up to v26.2.0 do not have this. */
  dropPreviousSecrets(id: string, signal?: AbortSignal): Promise<void>;
  /** Ends all access and refresh tokens of a client. */
  deleteTokens(id: string, signal?: AbortSignal): Promise<void>;
  /** Whether a secret is the client's, asked without issuing a token. Absent where no public API is known. */
  readonly checkSecret?: CheckSecret | undefined;
  /** Whether the configuration wants every read to ask that. */
  readonly readsCheckSecrets: boolean;
  createTrust(trust: Wire, signal?: AbortSignal): Promise<Wire>;
  getTrust(id: string, signal?: AbortSignal): Promise<Wire>;
  /** Every client, or those of a name or an owner; all pages. */
  listClients(filter: Filter, signal?: AbortSignal): Promise<readonly Wire[]>;
  /** The same, page by page. */
  clientPages(filter: Filter, signal?: AbortSignal): AsyncIterable<readonly Wire[]>;
  /** What Hydra says of a token (RFC 7662). */
  introspectToken(token: string, scope: string | undefined, signal?: AbortSignal): Promise<Wire>;
  /** The consent that a subject has given; all pages. */
  listConsentSessions(subject: string, signal?: AbortSignal): Promise<readonly Wire[]>;
  /** Every trust, or those of an issuer; all pages. */
  listTrusts(issuer: string | undefined, signal?: AbortSignal): Promise<readonly Wire[]>;
  /** The same, page by page. */
  trustPages(issuer: string | undefined, signal?: AbortSignal): AsyncIterable<readonly Wire[]>;
  deleteTrust(id: string, signal?: AbortSignal): Promise<void>;
  /** The public keys stored under a set and key id. */
  getKeys(set: string, kid: string, signal?: AbortSignal): Promise<readonly Wire[]>;
}

/** How a client authenticates with its secret (OpenID Connect Core, 9). */
export type SecretMethod = "client_secret_basic" | "client_secret_post";

export type CheckSecret = (id: string, secret: string, method: SecretMethod, signal?: AbortSignal) => Promise<boolean>;

/** The admin API behind `client`; `publicApi` is where secrets are checked. */
export function createAdmin(url: string, transport: Client, publicApi?: Client, readsCheckSecrets = false): Admin {
  const client = { send: (request: HydraRequest) => observed(transport, request) };
  const call = async (method: HydraRequest["method"], path: string, signal?: AbortSignal, body?: unknown) =>
    client.send({ method, path: `/admin${path}`, body, secrets: secretsIn(body), signal });
  const clientPages = (filter: Filter, signal?: AbortSignal) =>
    pages(client, "client_id", `/clients?${query(filter)}`, signal);
  const trustPages = (issuer: string | undefined, signal?: AbortSignal) =>
    pages(client, "id", `${trusts}?${query({ issuer })}`, signal);
  const object = async (request: HydraRequest) => asObject((await client.send(request)).json, request);
  const post = (path: string, signal?: AbortSignal, body?: Wire) =>
    ({ method: "POST", path: `/admin${path}`, body, secrets: secretsIn(body), repeatable: true, signal }) as const;
  type Method = HydraRequest["method"];
  const ofClient = async (method: Method, id: string, signal?: AbortSignal, body?: unknown, below = "") => {
    const request = { method, path: `/admin${clientPath(id)}${below}`, body, secrets: secretsIn(body), signal };
    return about("client_id", id, await object(request), request);
  };
  const getClient = (id: string, signal?: AbortSignal) => ofClient("GET", id, signal);
  return {
    url,
    createClient: async (body, signal) => {
      const request = post("/clients", signal, body);
      return about("client_id", body.client_id, await object(request), request);
    },
    getClient,
    readClient: createReadClient({
      one: getClient,
      page: (path, signal) => pageOf(client, "client_id", { path, signal, once: true }),
      first: `/admin/clients?${query({})}`,
      now: () => performance.now(),
    }),
    patchClient: (id, patch, signal) => ofClient("PATCH", id, signal, patch),
    putClient: (id, body, signal) => ofClient("PUT", id, signal, body),
    putLifespans: (id, body, signal) => ofClient("PUT", id, signal, body, "/lifespans"),
    deleteClient: async (id, signal) => void (await call("DELETE", clientPath(id), signal)),
    // Sent twice, it makes two secrets, and the answer tells the newer one.
    rotateSecret: (id, signal) => object(post(`${clientPath(id)}/secrets/rotate`, signal)),
    dropPreviousSecrets: async (id, signal) => void (await call("DELETE", `${clientPath(id)}/secrets/rotate`, signal)),
    deleteTokens: async (id, signal) =>
      void (await call("DELETE", `/oauth2/tokens?${new URLSearchParams({ client_id: id })}`, signal)),
    readsCheckSecrets,
    checkSecret: publicApi && ((...asked) => checkSecret(publicApi, ...asked)),
    createTrust: async (body, signal) => {
      const request = post(trusts, signal, body);
      const wire = about("issuer", body.issuer, await object(request), request);
      if (typeof wire.id !== "string" || wire.id === "") throw unexpected(request, "an object with an id");
      return wire;
    },
    getTrust: async (id, signal) => {
      const request = { method: "GET", path: `/admin${trustPath(id)}`, signal } as const;
      return about("id", id, await object(request), request);
    },
    listClients: (filter, signal) => all(clientPages(filter, signal)),
    clientPages,
    introspectToken: (token, scope, signal) => {
      const form = scope === undefined ? { token } : { token, scope };
      return object({ ...post("/oauth2/introspect", signal), form, secrets: [token] });
    },
    listConsentSessions: (subject, signal) =>
      all(pages(client, undefined, `/oauth2/auth/sessions/consent?${query({ subject })}`, signal)),
    listTrusts: (issuer, signal) => all(trustPages(issuer, signal)),
    trustPages,
    deleteTrust: async (id, signal) => void (await call("DELETE", trustPath(id), signal)),
    getKeys: async (set, kid, signal) => {
      const request = { method: "GET", path: `/admin/keys/${segment(set)}/${segment(kid)}`, signal } as const;
      const { keys } = await object(request);
      return Array.isArray(keys) ? keys.map((key) => asObject(key, request)) : [];
    },
  };
}

type Sender = Pick<Client, "send">;

/** Sends a request; what was listed before a write or beside it is not believed after it. */
async function observed(client: Client, request: HydraRequest): Promise<Answer> {
  if (request.method === "GET") return client.send(request);
  forgetListed();
  return client.send(request).finally(forgetListed);
}

/** What a list is narrowed to; every member has to match exactly. */
export type Filter = Readonly<Record<string, string | undefined>>;

function query(filter: Filter): string {
  const set = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams([...set, ["page_size", "500"]]).toString();
}

const trusts = "/trust/grants/jwt-bearer/issuers";

function clientPath(id: string): string {
  return `/clients/${segment(id)}`;
}

function trustPath(id: string): string {
  return `${trusts}/${segment(id)}`;
}

/** Whether a text can stand as one segment of a path: the dots would lead elsewhere, and half a character is nothing. */
export function isSegment(text: string): boolean {
  return text !== "" && text !== "." && text !== ".." && !/\p{Cs}/u.test(text);
}

function segment(text: string): string {
  if (isSegment(text)) return encodeURIComponent(text);
  const message = `no server can address an object named ${JSON.stringify(text)}`;
  throw new HydraError(message, { kind: "refused", method: "GET", path: "" });
}

// Revocation (RFC 7009) authenticates the client and is content with any token.
async function checkSecret(api: Client, id: string, secret: string, method: SecretMethod, signal?: AbortSignal) {
  const basic = Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString("base64");
  const proof: Pick<HydraRequest, "headers" | "form"> =
    method === "client_secret_basic"
      ? { headers: { authorization: `Basic ${basic}` }, form: { token: "none" } }
      : { form: { client_id: id, client_secret: secret, token: "none" } };
  try {
    const request = { path: "/oauth2/revoke", ...proof, secrets: [basic, secret], repeatable: true, signal };
    await api.send({ method: "POST", ...request });
    return true;
  } catch (error) {
    if (error instanceof HydraError && error.status === 401 && error.code === "invalid_client") return false;
    throw error;
  }
}

// RFC 6749, 2.3.1: id and secret are form-encoded before they become a user name and a password.
function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice("text=".length);
}

// Page tokens differ between versions; the Link header's `rel="next"` (RFC 8288) is the one thing that does not.
async function* pages(
  client: Sender,
  member: string | undefined,
  first: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly Wire[]> {
  const seen = new Set<string>();
  let path: string | undefined = `/admin${first}`;
  while (path !== undefined && !seen.has(path)) {
    if (seen.size === mostPages)
      throw unexpected({ method: "GET", path }, `the last of ${mostPages} pages, as many as a list may have`);
    seen.add(path);
    const page: Page = await pageOf(client, member, { path, signal });
    yield page.items;
    path = page.next;
  }
}

/** A million objects, 500 on each page: a list that goes on has no end. */
const mostPages = 2_000;

async function all(found: AsyncIterable<readonly Wire[]>): Promise<Wire[]> {
  const items: Wire[] = [];
  for await (const page of found) items.push(...page);
  return items;
}

/** A page of objects, each with a text of the name `member`: without, it could not be asked about. */
async function pageOf(
  client: Sender,
  member: string | undefined,
  asked: Pick<HydraRequest, "path" | "signal" | "once">,
): Promise<Page> {
  const request = { method: "GET", ...asked } as const;
  const { json, headers } = await client.send(request);
  if (!Array.isArray(json)) throw unexpected(request, "a list");
  const items = json.map((item) => asObject(item, request));
  if (member !== undefined && items.some((item) => typeof item[member] !== "string"))
    throw unexpected(request, `a list of objects with ${member}`);
  // v2.3.0 names a next page even after the last trust.
  return { items, next: items.length === 0 ? undefined : nextPage(String(headers.link ?? ""), asked.path) };
}

// The query alone is taken over: behind a proxy the link names a host that is not ours.
function nextPage(link: string, current: string): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  if (target === undefined) return undefined;
  const query = target.indexOf("?");
  return query < 0 ? undefined : current.replace(/\?.*$/, "") + target.slice(query);
}

function asObject(json: unknown, request: HydraRequest): Wire {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Wire;
  throw unexpected(request, "an object");
}

/** The object, unless it is not the one that was asked about: what answers then is no Hydra. */
function about(member: string, value: unknown, wire: Wire, request: HydraRequest): Wire {
  if (typeof value === "string" && wire[member] === value) return wire;
  throw unexpected(request, `an object with the ${member} ${JSON.stringify(value)}`);
}

// Something did answer: what it did is not known.
function unexpected({ method, path }: HydraRequest, what: string): HydraError {
  const message = `the answer of ${path} is not ${what}; check that hydra:adminUrl points at Hydra's admin API`;
  return new HydraError(message, { kind: "unreachable", method, path, uncertain: true });
}
