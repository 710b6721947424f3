// Knows how to look at Hydra, and use it, behind the provider's back: plain HTTP, no code of the provider.
import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { inject } from "vitest";
import { isLostTransaction } from "./lost-transaction.ts";

const servers = inject("hydras");

/** The server of this test file. No other file that runs meanwhile has it, if there are enough for all. */
export const hydra = servers[(Number(process.env.VITEST_POOL_ID) - 1) % servers.length] as (typeof servers)[number];

/** An answer. What is not a JSON object comes as `{ text }`, or as `{ list }` when it is an array. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * The admin API, out of band.
 *
 * @example
 * const { status, body } = await admin.get(`/admin/clients/${id}`);
 */
export const admin = {
  get: (path: string): Promise<Answer> => exchange("GET", path),
  post: (path: string, body: unknown): Promise<Answer> => exchange("POST", path, body),
  put: (path: string, body: unknown): Promise<Answer> => exchange("PUT", path, body),
  /** `body` is a JSON Patch: `[{ op: "replace", path: "/client_name", value: "drift" }]`. */
  patch: (path: string, body: unknown): Promise<Answer> => exchange("PATCH", path, body),
  delete: (path: string): Promise<Answer> => exchange("DELETE", path),
};

/** A client as it authenticates at the token endpoint. */
export interface TokenClient {
  id: string;
  /** Absent for a public client. */
  secret?: string;
  /** How the secret travels; `client_secret_basic` when absent. */
  method?: "client_secret_basic" | "client_secret_post";
}

/** Asks for a token by the client credentials grant; `parameters` such as scope and audience go along. */
export function clientCredentials(client: TokenClient, parameters: Record<string, string> = {}): Promise<Answer> {
  return token(client, { grant_type: "client_credentials", ...parameters });
}

/** Asks for a token for an assertion that a trusted issuer signed; see `signJwt` in key.ts. */
export function jwtBearer(
  client: TokenClient,
  assertion: string,
  parameters: Record<string, string> = {},
): Promise<Answer> {
  return token(client, { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion, ...parameters });
}

/** Asks for a token by any grant. */
export async function token(client: TokenClient, parameters: Record<string, string>): Promise<Answer> {
  const { id, secret, method = "client_secret_basic" } = client;
  const form = new URLSearchParams(parameters);
  const headers = new Headers();
  if (secret !== undefined && method === "client_secret_basic") {
    const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
    headers.set("Authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  } else {
    form.set("client_id", id);
    if (secret !== undefined) form.set("client_secret", secret);
  }
  // The token endpoint does not say what went wrong inside.
  const isLost = (body: string) => body.includes('"server_error"');
  return asked(() => fetch(`${hydra.publicUrl}/oauth2/token`, { method: "POST", headers, body: form }), isLost);
}

/** Whether the server says that a token is valid (RFC 7662). */
export async function isActive(text: unknown): Promise<boolean> {
  const body = new URLSearchParams({ token: String(text) });
  const { body: said } = await asked(() =>
    fetch(`${hydra.adminUrl}/admin/oauth2/introspect`, { method: "POST", body }),
  );
  const { active } = said;
  if (typeof active !== "boolean") throw new Error("the server does not say whether the token is active");
  return active;
}

/** Whether a JWT is signed by the server and has not expired, which is all that an API can tell by itself. */
export async function verifies(token: unknown): Promise<boolean> {
  const [header = "", payload = "", signature = ""] = String(token).split(".");
  const decoded = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  const answer = await (await fetch(`${hydra.publicUrl}/.well-known/jwks.json`)).json();
  const keys = (answer as { keys: (JsonWebKey & { kid: string })[] }).keys;
  const key = createPublicKey({ key: keys.find(({ kid }) => kid === decoded(header).kid) ?? {}, format: "jwk" });
  const isSigned = verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"));
  return isSigned && decoded(payload).exp * 1000 > Date.now();
}

/** The address at which a token must be asked for, the audience of an assertion. */
export const tokenUrl = `${hydra.publicUrl}/oauth2/token`;

async function exchange(method: string, path: string, body?: unknown): Promise<Answer> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return asked(() => fetch(`${hydra.adminUrl}${path}`, { method, headers, ...content }));
}

/** What a request comes to, sent again where SQLite lost it. */
async function asked(
  send: () => Promise<Response>,
  isLost: (body: string) => boolean = isLostTransaction,
): Promise<Answer> {
  for (let left = 5; ; left--) {
    const response = await send();
    const text = await response.text();
    if (left === 0 || !isLost(text)) return { status: response.status, body: asObject(text) };
  }
}

function asObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return { list: value };
    return typeof value === "object" && value ? { ...value } : { text };
  } catch {
    return { text };
  }
}
