// Knows how to register clients and trusts that break one rule of the audit each, and some that break none. Plain HTTP, and no
// code of the provider.
import { generateKeyPairSync, type KeyObject } from "node:crypto";

type Json = Record<string, unknown>;

/** What was registered. Objects that this server refuses are not among it. */
export interface Planted {
  /** The one rule that each breaks, by the name of the resource: `client planted-https-keys`. */
  readonly faults: ReadonlyMap<string, string>;
  /** Resources that break none. */
  readonly clean: readonly string[];
  /** The set with the planted keys. */
  readonly set: string;
  /** Texts that no output may hold. */
  readonly secrets: readonly string[];
}

function key(kid: string, bits?: number): { whole: Json; part: Json } {
  const { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } =
    bits === undefined
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: bits });
  return {
    whole: { ...privateKey.export({ format: "jwk" }), kid, use: "sig" },
    part: { ...publicKey.export({ format: "jwk" }), kid, use: "sig" },
  };
}

const secret = "geheim-geheim";

const web = {
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  scope: "openid offline_access",
  redirect_uris: ["https://shop.example/callback"],
  token_endpoint_auth_method: "private_key_jwt",
  jwks_uri: "https://shop.example/keys",
};
const spa = { ...web, token_endpoint_auth_method: "none", jwks_uri: undefined };
const machine = {
  grant_types: ["client_credentials"],
  response_types: ["code"],
  audience: ["https://orders.example"],
  token_endpoint_auth_method: "private_key_jwt",
  jwks_uri: "https://orders.example/keys",
};
const withKeys = (...keys: Json[]) => ({ ...web, jwks_uri: undefined, jwks: { keys } });

/** Days from now, to the second. */
const inDays = (days: number) => new Date(Date.now() + days * 24 * 3600 * 1000).toISOString().replace(/\.\d+/, "");

/** One client for each rule, by its name; what needs a second one has it by the name and `again`. */
function faultyClients(pair: Json, shared: Json): Record<string, Json> {
  return {
    "no-implicit-grant": { ...web, grant_types: [...web.grant_types, "implicit"] },
    "no-password-grant": { ...web, grant_types: [...web.grant_types, "password"] },
    "public-clients-use-pkce": { ...spa, grant_types: [...spa.grant_types, "urn:example:grant"] },
    "restricted-audience": { ...machine, audience: [] },
    "matching-grants": { ...web, scope: "openid" },
    "https-redirect-uris": { ...web, redirect_uris: [...web.redirect_uris, "http://shop.example/callback"] },
    "exact-redirect-uris": { ...web, redirect_uris: ["https://*.shop.example/callback"] },
    "public-redirect-hosts": { ...web, redirect_uris: ["https://10.0.0.1/callback"] },
    "no-secrets-in-addresses": { ...web, backchannel_logout_uri: `https://shop.example/logout?api_key=${secret}` },
    "named-origins": { ...spa, allowed_cors_origins: ["https://*.shop.example"] },
    "no-secret-in-browsers": { ...web, allowed_cors_origins: ["https://shop.example"] },
    "asymmetric-authentication": {
      ...web,
      token_endpoint_auth_method: "client_secret_post",
      client_secret: secret,
      jwks_uri: undefined,
    },
    "https-keys": { ...web, jwks_uri: "http://shop.example/keys" },
    "consent-for-others": { ...web, skip_consent: true, metadata: { team: "shop" } },
    "short-access-tokens": {
      ...web,
      jwks_uri: undefined,
      jwks: { keys: [key("long").part] },
      lifespans: { refresh_token_grant_access_token_lifespan: "24h" },
    },
    "refresh-tokens-expire": { ...spa, lifespans: { refresh_token_grant_refresh_token_lifespan: "-1s" } },
    "no-private-keys": withKeys(pair),
    "strong-key-algorithms": withKeys({ ...key("weak", 2048).part, alg: "HS256" }),
    "long-rsa-keys": withKeys(key("short", 1024).part),
    "keys-have-one-owner": withKeys(shared),
    "keys-have-one-owner again": withKeys({ ...shared, kid: "copied" }),
  };
}

function cleanClients(): Record<string, Json> {
  return {
    web,
    spa: { ...spa, allowed_cors_origins: ["https://shop.example"] },
    machine,
    native: { ...spa, redirect_uris: ["com.example.app:/callback", "http://127.0.0.1/callback"] },
    keys: withKeys(key("a").part, key("b", 2048).part),
    ours: { ...web, skip_consent: true, metadata: { firstParty: true } },
    device: {
      ...spa,
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
      redirect_uris: [],
    },
    brief: {
      ...spa,
      lifespans: {
        authorization_code_grant_access_token_lifespan: "1h",
        refresh_token_grant_refresh_token_lifespan: "24h",
      },
    },
  };
}

function trust(issuer: string, jwk: Json, rest: Json = {}): Json {
  return { issuer, subject: "robot", scope: ["read"], expires_at: inDays(300), jwk, ...rest };
}

function faultyTrusts(shared: Json): Record<string, Json> {
  return {
    "named-subjects": trust("idp-any", key("any").part, { subject: undefined, allow_any_subject: true }),
    "no-expired-trusts": trust("idp-expired", key("expired").part, { expires_at: "2020-01-01T00:00:00Z" }),
    "trusts-expire": trust("idp-far", key("far").part, { expires_at: inDays(800) }),
    "https-issuers": trust("http://idp.example", key("plain").part),
    "long-rsa-keys": trust("idp-short", key("short", 1024).part),
    "keys-have-one-owner": trust("idp-one", shared),
    "keys-have-one-owner again": trust("idp-two", { ...shared, kid: "copied" }),
  };
}

/** A set with a key for each rule, which servers may refuse. */
const set = "planted";

const faultyKeys = (): Record<string, Json> => ({
  "long-rsa-keys": key("short", 1024).whole,
  "strong-key-algorithms": { ...key("weak", 2048).whole, alg: "RS1" },
});

/** Registers them all. */
export async function plantFaults(adminUrl: string): Promise<Planted> {
  const pair = key("pair").whole;
  const faults = new Map<string, string>();
  const clean: string[] = [];
  const client = async (id: string, { lifespans, ...body }: Json): Promise<string | undefined> => {
    const made = await send(adminUrl, "POST", "/admin/clients", { client_id: id, ...body });
    if (made && lifespans) await send(adminUrl, "PUT", `/admin/clients/${encodeURIComponent(id)}/lifespans`, lifespans);
    return made && `client ${id}`;
  };
  const trusted = async (body: Json): Promise<string | undefined> => {
    const made = await send(adminUrl, "POST", "/admin/trust/grants/jwt-bearer/issuers", body);
    return made && `trust ${made.id}`;
  };
  for (const [rule, body] of Object.entries(faultyClients(pair, key("shared").part))) {
    const name = await client(`planted-${rule}`, body);
    if (name) faults.set(name, rule.replace(" again", ""));
  }
  for (const [rule, body] of Object.entries(faultyTrusts(key("shared").part))) {
    const name = await trusted(body);
    if (name) faults.set(name, rule.replace(" again", ""));
  }
  for (const [rule, jwk] of Object.entries(faultyKeys())) {
    const stored = await send(adminUrl, "PUT", `/admin/keys/${set}/${jwk.kid}`, jwk);
    if (stored) faults.set(`key ${set}/${jwk.kid}`, rule);
  }
  const good = key("good", 2048).whole;
  await send(adminUrl, "PUT", `/admin/keys/${set}/good`, { ...good, alg: "RS256" });
  clean.push(`key ${set}/good`);
  for (const [id, body] of Object.entries(cleanClients())) clean.push((await client(`clean-${id}`, body)) ?? "");
  for (const issuer of ["idp-clean", "https://idp.example"]) {
    clean.push((await trusted(trust(issuer, key("good").part))) ?? "");
  }
  return { faults, clean, set, secrets: [secret, String(pair.d), String(good.d)] };
}

async function send(adminUrl: string, method: string, path: string, body: unknown): Promise<Json | undefined> {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(adminUrl + path, { method, headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as Json;
  return response.ok ? answer : undefined;
}
