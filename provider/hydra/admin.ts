// Hydra's admin API: one function per endpoint used. Knows nothing of Pulumi.

import { secretsIn } from "./confidential.ts";
import type { ReadDocument } from "./document.ts";
import { amended, HydraError } from "./error.ts";
import type { HydraJson, PatchOperation } from "./json.ts";
import { createKeyApi, type KeyApi } from "./key.ts";
import { isObject, pagedList, pageOf, type Sender, wholeList } from "./list.ts";
import { createReadClient, type WriteCount } from "./listed-read.ts";
import { segment } from "./segment.ts";
import type { Answer, HydraRequest, Transport } from "./transport.ts";

/** One Hydra, reached through its admin API. */
export interface HydraApi extends KeyApi {
  /** The admin API's base URL: two connections with the same one are the same Hydra. */
  readonly url: string;
  /** One call, never repeated: fails where the server or the credentials are wrong. */
  tryOut(): Promise<void>;
  /** The same Hydra, asked until the signal is aborted. */
  until(signal: AbortSignal): HydraApi;
  createClient(client: HydraJson): Promise<HydraJson>;
  getClient(id: string): Promise<HydraJson>;
  /** The same, for a look that nothing is written by: where many are read at once, from pages at most two seconds old. */
  readClient(id: string): Promise<HydraJson>;
  patchClient(id: string, patch: readonly PatchOperation[]): Promise<HydraJson>;
  putClient(id: string, client: HydraJson): Promise<HydraJson>;
  putLifespans(id: string, lifespans: HydraJson): Promise<HydraJson>;
  deleteClient(id: string): Promise<void>;
  /** Gives a client a new secret beside the ones it has. Servers up to v26.2.0 do not have this. */
  rotateSecret(id: string): Promise<HydraJson>;
  /** Ends all secrets of a client but the newest. Servers up to v26.2.0 do not have this. */
  dropPreviousSecrets(id: string): Promise<void>;
  /** Revokes the access tokens of a client. Its refresh tokens stay, and buy new ones. */
  deleteTokens(id: string): Promise<void>;
  /** Revokes consent, and the access and refresh tokens that came from it. Hydra answers alike where there is none. */
  revokeConsent(of: RevokedConsent): Promise<void>;
  /** Ends sign-ins: all those of a subject, or one. No token ends with them. */
  revokeLogins(of: { readonly subject: string } | { readonly sid: string }): Promise<void>;
  /** Whether a secret is the client's, asked without issuing a token. Absent where no public API is known. */
  readonly checkSecret?: CheckSecret | undefined;
  /** Whether the configuration wants every read to ask that. */
  readonly readsCheckSecrets: boolean;
  createTrust(trust: HydraJson): Promise<HydraJson>;
  getTrust(id: string): Promise<HydraJson>;
  /** Every client, or those of a name or an owner: none twice, none missing, whoever writes meanwhile. */
  listClients(filter: Filter): Promise<readonly HydraJson[]>;
  /** What Hydra says of a token (RFC 7662). */
  introspectToken(token: string, scope: string | undefined): Promise<HydraJson>;
  /** The consent that a subject has given, in one sign-in or in any; all pages. */
  listConsentSessions(subject: string, loginSessionId?: string): Promise<readonly HydraJson[]>;
  /** Every trust, or those of an issuer, that is `wanted`: none twice, none missing, whoever writes meanwhile. */
  listTrusts(issuer: string | undefined, wanted?: (trust: HydraJson) => boolean): Promise<readonly HydraJson[]>;
  deleteTrust(id: string): Promise<void>;
  /** A JSON document that anybody may read, by the proxy and the authorities of this server. No credential is sent. */
  readDocument(uri: string): Promise<unknown>;
}

/** Consent as Hydra's query names it: that of a subject to all clients or to one, or a single one (from v25.4.0 on). */
export type RevokedConsent =
  | { readonly subject: string; readonly all: "true" }
  | { readonly subject: string; readonly client: string }
  | { readonly consent_request_id: string };

/** How a client authenticates with its secret (OpenID Connect Core, 9). */
export type SecretMethod = "client_secret_basic" | "client_secret_post";

export type CheckSecret = (id: string, secret: string, method: SecretMethod) => Promise<boolean>;

/** What a Hydra is asked through. */
export interface Reach {
  /** The admin API's base URL. */
  readonly url: string;
  readonly transport: Transport;
  /** Where secrets are checked. */
  readonly publicApi?: Transport | undefined;
  /** Whether the configuration wants every read of a client to check its secret. */
  readonly readsCheckSecrets?: boolean;
  readonly readDocument: ReadDocument;
  /** Members of what is written, by Hydra's names, whose texts are secret, or may be: no message repeats them. */
  readonly confidential?: ReadonlySet<string>;
  /** Shared by all that write to this Hydra. */
  readonly writes?: WriteCount;
}

/** The admin API behind a transport. */
export function createHydraApi(reach: Reach): HydraApi {
  const { transport, writes = { count: 0 } } = reach;
  const sender = counting(transport, writes);
  const readClient = createReadClient({
    one: (id, signal) => createBound(sender, reach, noRead, signal).getClient(id),
    page: (path, signal) => pageOf(sender, "client_id", { path, signal, once: true }),
    first: `/admin/clients?${query({})}`,
    now: () => performance.now(),
    writes,
  });
  return createBound(sender, reach, readClient, undefined);
}

type ReadClient = ReturnType<typeof createReadClient>;

const noRead: ReadClient = () => Promise.reject(new Error("defect: a single read never asks for a listed one"));

function createBound(sender: Sender, reach: Reach, readClient: ReadClient, signal: AbortSignal | undefined): HydraApi {
  const { url, publicApi, readsCheckSecrets = false, readDocument, confidential = new Set() } = reach;
  // Every request says what is confidential in its body: no function below can forget it.
  const client: Sender = {
    send: ({ secrets = [], ...request }) =>
      sender.send({ ...request, signal, secrets: [...secrets, ...secretsIn(request.body, confidential)] }),
  };
  const remove = async (path: string, unexpected?: HydraRequest["unexpected"]) =>
    void (await client.send({ method: "DELETE", path: `/admin${path}`, unexpected }));
  const nothing = (json: unknown) => (json === undefined ? undefined : "empty");
  const object = async (request: HydraRequest, members: HydraJson = {}) => {
    const { json } = await client.send({ ...request, unexpected: (found) => unlike(found, members) });
    return json as HydraJson;
  };
  const post = (path: string, body?: HydraJson) =>
    ({ method: "POST", path: `/admin${path}`, body, repeatable: true }) as const;
  const ofClient = async (method: HydraRequest["method"], id: string, body?: unknown, below = "") =>
    hintAtSecret(body, object({ method, path: `/admin${clientPath(id)}${below}`, body }, { client_id: id }));
  return {
    url,
    tryOut: async () => void (await pageOf(client, "client_id", { path: "/admin/clients?page_size=1", once: true })),
    until: (other) => createBound(sender, reach, readClient, other),
    createClient: (body) => hintAtSecret(body, object(post("/clients", body), { client_id: body.client_id })),
    getClient: (id) => ofClient("GET", id),
    readClient: (id) => readClient(id, signal),
    patchClient: (id, patch) => ofClient("PATCH", id, patch),
    putClient: (id, body) => ofClient("PUT", id, body),
    putLifespans: (id, body) => ofClient("PUT", id, body, "/lifespans"),
    deleteClient: async (id) => remove(clientPath(id), nothing),
    // Sent twice, it makes two secrets, and the answer tells the newer one.
    rotateSecret: async (id) => object(post(`${clientPath(id)}/secrets/rotate`)),
    dropPreviousSecrets: async (id) => remove(`${clientPath(id)}/secrets/rotate`),
    deleteTokens: (id) => remove(`/oauth2/tokens?${new URLSearchParams({ client_id: id })}`, nothing),
    revokeConsent: (of) => remove(`/oauth2/auth/sessions/consent?${new URLSearchParams(of)}`, nothing),
    revokeLogins: (of) => remove(`/oauth2/auth/sessions/login?${new URLSearchParams(of)}`, nothing),
    readsCheckSecrets,
    checkSecret: publicApi && ((id, secret, method) => checkSecret(publicApi, { id, secret, method, signal })),
    createTrust: (body) => object(post(trusts, body), { issuer: body.issuer, id: undefined }),
    getTrust: async (id) => object({ method: "GET", path: `/admin${trustPath(id)}` }, { id }),
    listClients: (filter) => wholeList(client, "client_id", `/admin/clients?${query(filter)}`),
    introspectToken: (token, scope) => {
      const form = scope === undefined ? { token } : { token, scope };
      return object({ ...post("/oauth2/introspect"), form, secrets: [token] });
    },
    listConsentSessions: async (subject, login_session_id) => {
      const path = `/admin/oauth2/auth/sessions/consent?${query({ subject, login_session_id })}`;
      return (await pagedList(client, undefined, path)).items;
    },
    listTrusts: (issuer, wanted) => wholeList(client, "id", `/admin${trusts}?${query({ issuer })}`, wanted),
    deleteTrust: async (id) => remove(trustPath(id), nothing),
    ...createKeyApi(client),
    readDocument: (uri) => readDocument(uri, signal),
  };
}

/** BCrypt, with which Hydra may be configured to hash, takes no more bytes: v2.3.0 and v26.2.0 answer a bare 500. */
const longestForBcrypt = 72;

/** The answer to a write of a client; its failure says so where the length of the secret may be why. */
function hintAtSecret<T>(body: unknown, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    const secret = secretOf(body);
    const long = typeof secret === "string" && Buffer.byteLength(secret) > longestForBcrypt;
    if (!long || !(error instanceof HydraError) || error.status !== 500) throw error;
    const message = `${error.message}; the client secret has more than ${longestForBcrypt} bytes, which Hydra cannot store with BCrypt (oauth2.hashers.algorithm)`;
    throw amended(error, { code: "secret-too-long", message, advice: "choose a shorter one" });
  });
}

/** The client secret that a client or a JSON Patch of one sets. */
function secretOf(body: unknown): unknown {
  if (!Array.isArray(body)) return (body as HydraJson | undefined)?.client_secret;
  return body.find(({ path }: PatchOperation) => path === "/client_secret")?.value;
}

/** Counts writes: what was listed before one or beside it is not believed after it. */
function counting(transport: Transport, writes: WriteCount): Sender {
  const write = async (request: HydraRequest): Promise<Answer> => {
    writes.count++;
    return transport.send(request).finally(() => writes.count++);
  };
  return { send: (request) => (request.method === "GET" ? transport.send(request) : write(request)) };
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

interface SecretQuestion {
  readonly id: string;
  readonly secret: string;
  readonly method: SecretMethod;
  readonly signal: AbortSignal | undefined;
}

// Revocation (RFC 7009) authenticates the client and is content with any token.
async function checkSecret(api: Transport, { id, secret, method, signal }: SecretQuestion): Promise<boolean> {
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
    if (error instanceof HydraError && error.status === 401 && error.oauthError === "invalid_client") return false;
    throw error;
  }
}

// RFC 6749, 2.3.1: id and secret are form-encoded before they become a user name and a password.
function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice("text=".length);
}

/** What an answer has to be, when it is not an object with these members; one without a value may be any text. */
function unlike(json: unknown, members: HydraJson): string | undefined {
  if (!isObject(json)) return "an object";
  const wrong = Object.keys(members).find((name) => {
    const [found, wanted] = [json[name], members[name]];
    return wanted === undefined ? typeof found !== "string" || found === "" : found !== wanted;
  });
  return wrong === undefined ? undefined : `an object with the ${wrong} ${JSON.stringify(members[wrong] ?? "…")}`;
}
