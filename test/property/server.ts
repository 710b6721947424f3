// What the server under test can do and how it is looked at, and changed, behind the provider's back.

import { type Answer, admin, hydra } from "../support/hydra.ts";

export type Json = Readonly<Record<string, unknown>>;

export const clientPath = (id: string) => `/admin/clients/${encodeURIComponent(id)}`;
export const trustsPath = "/admin/trust/grants/jwt-bearer/issuers";
export const trustPath = (id: string) => `${trustsPath}/${id}`;
export const keyPath = (issuer: string, kid: string) =>
  `/admin/keys/${encodeURIComponent(issuer)}/${encodeURIComponent(kid)}`;

/** Asks until no transaction was in the way, and wants this status. */
async function ask(status: number, send: () => Promise<Answer>): Promise<Json> {
  for (let left = 100; ; left--) {
    const answer = await send();
    if (answer.status === status) return answer.body;
    const { error } = answer.body;
    const conflict = answer.status === 400 && typeof error === "string" && error.includes(" ");
    if ((!conflict && answer.status !== 503) || left === 0)
      throw new Error(`behind the provider's back: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}

export const rawGet = (path: string): Promise<Json> => ask(200, () => admin.get(path));
export const rawPut = (path: string, body: unknown): Promise<Json> => ask(200, () => admin.put(path, body));
export const rawPost = (path: string, body: unknown): Promise<Json> => ask(201, () => admin.post(path, body));
export const rawDelete = async (path: string): Promise<void> => void (await ask(204, () => admin.delete(path)));
/** Sees to it that there is nothing. */
export const expectGone = async (path: string): Promise<void> => void (await ask(404, () => admin.get(path)));

/** Puts members into a client by a PUT of all of it: the one change that every version accepts for every client. */
export async function change(id: string, members: Json): Promise<void> {
  const observed = await rawGet(clientPath(id));
  const { created_at, updated_at, client_secret_expires_at, ...client }: Record<string, unknown> = {
    ...observed,
    ...members,
  };
  // Even an empty jwks excludes jwks_uri.
  if (client.jwks_uri) delete client.jwks;
  await rawPut(clientPath(id), client);
}

/** Whether a client that authenticates by its secret is let in with this one. */
export async function secretWorks(id: string, secret: string, method: string): Promise<boolean> {
  const body = new URLSearchParams({ token: "none" });
  const headers = new Headers();
  if (method === "client_secret_post") {
    body.set("client_id", id);
    body.set("client_secret", secret);
  } else {
    const pair = [id, secret].map((part) => new URLSearchParams([["", part]]).toString().slice(1)).join(":");
    headers.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  }
  const { status } = await fetch(`${hydra.publicUrl}/oauth2/revoke`, { method: "POST", headers, body });
  if (status !== 200 && status !== 401) throw new Error(`POST /oauth2/revoke answers ${status}`);
  return status === 200;
}

/** What not every server has, found by trying. */
export interface Abilities {
  /** Reads and deletes clients and keys whose name holds a slash. */
  readonly slashes: boolean;
  /** Keeps the lifespans of the device authorization grant. */
  readonly deviceLifespans: boolean;
  readonly pairwise: boolean;
  /** Rotates a secret so that the one before goes on working. */
  readonly keepsSecrets: boolean;
}

export async function probe(): Promise<Abilities> {
  const [slash, kept, pairwise, keepsSecrets] = await Promise.all([
    admin.get(clientPath("property/probe")),
    made({ device_authorization_grant_access_token_lifespan: "1h" }),
    made({ subject_type: "pairwise" }),
    rotates(),
  ]);
  return {
    // Of a route that it lacks, the server says so in an object.
    slashes: typeof slash.body.error === "string",
    deviceLifespans: kept?.device_authorization_grant_access_token_lifespan === "1h0m0s",
    pairwise: pairwise !== undefined,
    keepsSecrets,
  };
}

async function rotates(): Promise<boolean> {
  const { body } = await admin.post("/admin/clients", {});
  const path = clientPath(String(body.client_id));
  const { status } = await admin.post(`${path}/secrets/rotate`, {});
  await rawDelete(path);
  return status === 200;
}

async function made(client: Json): Promise<Json | undefined> {
  const { status, body } = await admin.post("/admin/clients", client);
  if (status !== 201) return undefined;
  await rawDelete(clientPath(String(body.client_id)));
  return body;
}
