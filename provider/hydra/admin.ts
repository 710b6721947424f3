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
  const remove = async (path: string, signal?: AbortSignal, unexpected?: HydraRequest["unexpected"]) =>
    void (await client.send({ method: "DELETE", path: `/admin${path}`, signal, unexpected }));
  const nothing = (json: unknown) => (json === undefined ? undefined : "empty");
  const clientPages = (filter: Filter, signal?: AbortSignal) =>
    pages(client, "client_id", `/clients?${query(filter)}`, signal);
  const trustPages = (issuer: string | undefined, signal?: AbortSignal) =>
    pages(client, "id", `${trusts}?${query({ issuer })}`, signal);
  const object = async (request: HydraRequest, members: Wire = {}) => {
    const { json } = await client.send({ ...request, unexpected: (found) => unlike(found, members) });
    return json as Wire;
  };
  const post = (path: string, signal?: AbortSignal, body?: Wire) =>
    ({ method: "POST", path: `/admin${path}`, body, secrets: secretsIn(body), repeatable: true, signal }) as const;
  type Method = HydraRequest["method"];
  const ofClient = async (method: Method, id: string, signal?: AbortSignal, body?: unknown, below = "") => {
    const request = { method, path: `/admin${clientPath(id)}${below}`, body, secrets: secretsIn(body), signal };
    return object(request, { client_id: id });
  };
  const getClient = (id: string, signal?: AbortSignal) => ofClient("GET", id, signal);
  return {
    url,
    createClient: (body, signal) => object(post("/clients", signal, body), { client_id: body.client_id }),
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
    deleteClient: async (id, signal) => remove(clientPath(id), signal, nothing),
    // Sent twice, it makes two secrets, and the answer tells the newer one.
    rotateSecret: (id, signal) => object(post(`${clientPath(id)}/secrets/rotate`, signal)),
    dropPreviousSecrets: async (id, signal) => remove(`${clientPath(id)}/secrets/rotate`, signal),
    deleteTokens: (id, signal) => remove(`/oauth2/tokens?${new URLSearchParams({ client_id: id })}`, signal),
    readsCheckSecrets,
    checkSecret: publicApi && ((...asked) => checkSecret(publicApi, ...asked)),
    createTrust: (body, signal) => object(post(trusts, signal, body), { issuer: body.issuer, id: undefined }),
    getTrust: async (id, signal) => {
      const request = { method: "GET", path: `/admin${trustPath(id)}`, signal } as const;
      return object(request, { id });
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
    deleteTrust: async (id, signal) => remove(trustPath(id), signal, nothing),
    getKeys: async (set, kid, signal) => {
      const request = { method: "GET", path: `/admin/keys/${segment(set)}/${segment(kid)}`, signal } as const;
      const areKeys = (found: unknown) =>
        unlike(found, {}) ?? (areObjects(keysIn(found)) ? undefined : "a set of keys");
      return keysIn((await client.send({ ...request, unexpected: areKeys })).json) as Wire[];
    },
  };
}

function keysIn(json: unknown): unknown {
  return (json as Wire).keys ?? [];
}

type Sender = Pick<Client, "send">;

/** Sends a request; what was listed before a write or beside it is not believed after it. */
function observed(client: Client, request: HydraRequest): Promise<Answer> {
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
    if (seen.size === mostPages) throw endless(path);
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
  const has = (item: Wire) => member === undefined || typeof item[member] === "string";
  const unexpected = (found: unknown) =>
    areObjects(found) && found.every(has) ? undefined : `a list of objects${member ? ` with ${member}` : ""}`;
  const { json, headers } = await client.send({ method: "GET", ...asked, unexpected });
  const items = json as Wire[];
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

function endless(path: string): HydraError {
  const message = `the answer of ${path} is not the last of ${mostPages} pages, as many as a list may have; check that hydra:adminUrl points at Hydra's admin API`;
  return new HydraError(message, { kind: "unreachable", method: "GET", path });
}

/** What an answer has to be, when it is not an object with these members; one without a value may be any text. */
function unlike(json: unknown, members: Wire): string | undefined {
  if (!isObject(json)) return "an object";
  const wrong = Object.keys(members).find((name) => {
    const [found, wanted] = [json[name], members[name]];
    return wanted === undefined ? typeof found !== "string" || found === "" : found !== wanted;
  });
  return wrong === undefined ? undefined : `an object with the ${wrong} ${JSON.stringify(members[wrong] ?? "…")}`;
}

function isObject(json: unknown): json is Wire {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function areObjects(json: unknown): json is Wire[] {
  return Array.isArray(json) && json.every(isObject);
}
