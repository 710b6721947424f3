// Knows how a Hydra is looked at and changed out of band: plain HTTP, no code of ours.

import { isLostTransaction } from "../support/lost-transaction.ts";

export type Json = Readonly<Record<string, unknown>>;

export interface Address {
  readonly adminUrl: string;
  readonly publicUrl: string;
}

const trustsPath = "/admin/trust/grants/jwt-bearer/issuers";

/** Everything that bears a course's mark. */
export interface Live {
  readonly clients: readonly Json[];
  readonly trusts: readonly Json[];
}

export async function look(server: Address, marker: string): Promise<Live> {
  const mine = await list(server, `/admin/clients?owner=${marker}`);
  const issuers = [marker, `https://${marker}.example`];
  const trusts = await Promise.all(
    issuers.map((issuer) => list(server, `${trustsPath}?issuer=${encodeURIComponent(issuer)}`)),
  );
  // A list does not show everything in every version; a client by itself does.
  const clients = await Promise.all(mine.map(({ client_id }) => get(server, clientPath(String(client_id)))));
  return { clients: clients.filter((one) => one !== undefined), trusts: trusts.flat() };
}

export const clientPath = (id: string): string => `/admin/clients/${encodeURIComponent(id)}`;

export async function get(server: Address, path: string): Promise<Json | undefined> {
  const [status, body] = await exchange(server, "GET", path);
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
  return body as Json;
}

/** The key that the server keeps; nothing where it cannot be asked. */
export async function storedKey(server: Address, issuer: string, kid: string): Promise<Json | undefined> {
  const [status, body] = await exchange(server, "GET", `/admin/keys/${encodeURIComponent(issuer)}/${kid}`);
  const [key] = status === 200 ? ((body as { keys?: Json[] }).keys ?? []) : [];
  return key;
}

export async function change(server: Address, id: string, members: Json): Promise<void> {
  const {
    created_at: _,
    updated_at: __,
    client_secret_expires_at: ___,
    ...observed
  } = {
    ...(await get(server, clientPath(id))),
    ...members,
  } as Record<string, unknown>;
  if (observed.jwks_uri) delete observed.jwks;
  await must(server, "PUT", clientPath(id), observed);
}

export async function make(server: Address, client: Json): Promise<Json> {
  return must(server, "POST", "/admin/clients", client);
}

export async function trust(server: Address, issuer: string, subject: string, jwk: Json): Promise<Json> {
  const about = subject === "*" ? { allow_any_subject: true } : { subject };
  const body = { issuer, ...about, jwk, scope: ["foreign"], expires_at: "2097-01-01T00:00:00Z" };
  return must(server, "POST", trustsPath, body);
}

export async function remove(server: Address, path: string): Promise<void> {
  await must(server, "DELETE", path);
}

export const removeTrust = (server: Address, id: unknown): Promise<void> =>
  remove(server, `${trustsPath}/${String(id)}`);

/** Whether a secret is in force: asked without having a token issued. */
export async function secretWorks(server: Address, id: string, secret: string, method: unknown): Promise<boolean> {
  const form = new URLSearchParams({ token: "none" });
  const headers = new Headers();
  if (method === "client_secret_post") {
    form.set("client_id", id);
    form.set("client_secret", secret);
  } else {
    const pair = [id, secret].map((part) => new URLSearchParams([["", part]]).toString().slice(1)).join(":");
    headers.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  }
  const { status } = await fetch(`${server.publicUrl}/oauth2/revoke`, { method: "POST", headers, body: form });
  return status === 200;
}

/** Takes away all that a course has left. */
export async function clean(server: Address, marker: string): Promise<void> {
  for (;;) {
    const { clients, trusts } = await look(server, marker);
    if (clients.length + trusts.length === 0) return;
    for (const { client_id } of clients) await exchange(server, "DELETE", clientPath(String(client_id)));
    for (const { id } of trusts) await exchange(server, "DELETE", `${trustsPath}/${String(id)}`);
  }
}

async function list(server: Address, first: string): Promise<Json[]> {
  const [status, body, next] = await exchange(server, "GET", first);
  if (status !== 200 || !Array.isArray(body)) throw new Error(`GET ${first}: ${status} ${JSON.stringify(body)}`);
  // v2.3.0 names a next page for ever.
  return next === undefined || body.length === 0 ? body : [...body, ...(await list(server, next))];
}

async function must(server: Address, method: string, path: string, body?: Json): Promise<Json> {
  const [status, answer] = await exchange(server, method, path, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
  return answer as Json;
}

async function exchange(
  server: Address,
  method: string,
  path: string,
  body?: Json,
  left = 100,
): Promise<[status: number, body: unknown, next: string | undefined]> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const send = () =>
    fetch(`${server.adminUrl}${path}`, { method, headers: { "content-type": "application/json" }, ...content });
  // A server that is busy may end a connection just when it is used again.
  const response = await send().catch((error) => (method === "POST" ? Promise.reject(error) : send()));
  const text = await response.text();
  if (left > 0 && isLostTransaction(text)) return exchange(server, method, path, body, left - 1);
  const [, next] = /<([^>]*)>; *rel="next"/.exec(response.headers.get("link") ?? "") ?? [];
  return [response.status, parsed(text), next?.replace(/^https?:\/\/[^/]*/, "")];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
