// From the settings of one server to its admin API: credentials, TLS, proxies, and what is unsafe about them.

import { createHash } from "node:crypto";
import type { Explanation } from "../explained.ts";
import { createHydraApi, type HydraApi } from "../hydra/admin.ts";
import { proxyAuthorization } from "../hydra/connection.ts";
import { createDocumentReader } from "../hydra/document.ts";
import { bearer, type Grant } from "../hydra/grant.ts";
import { snakeCase } from "../hydra/naming.ts";
import type { Pace } from "../hydra/pace.ts";
import { isLoopback, type ProxyVariables, proxyFor } from "../hydra/proxy.ts";
import { type Authority, createTransport, type Target } from "../hydra/request.ts";
import type { Transport } from "../hydra/transport.ts";
import type { Memory } from "../resources/memory.ts";
import { ConfigurationError, isOn, type ServerSettings, unlessEmpty } from "./setting.ts";

/** A server that is open. */
export interface Server {
  readonly api: HydraApi;
  readonly memory: Memory;
  readonly way: Way;
}

/** How a server is reached, for those who look at each part of it. */
export interface Way {
  readonly admin: Target;
  readonly transport: Transport;
  /** Where the token for the admin API comes from. */
  readonly authority: Authority | undefined;
  readonly publicApi: Transport | undefined;
  readonly proxies: ProxyVariables;
}

/** The base URL of a server in one spelling: two settings that lead to one place have the same. */
export function addressOf(url: string): string {
  return new URL(url).href
    .replace(/\/+$/, "")
    .replace(/\/admin$/, "")
    .replace(/\/+$/, "");
}

/** Tells servers apart in a state, where the address of one may be nobody's business. */
export function fingerprintOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 16);
}

/** In the state of an object on a server with a name: the fingerprint of its address. */
export const serverKey = "__server";

/** What the servers of one configuration share. */
export interface Shared {
  memoryOf(url: string): Memory;
  paceOf(url: string, requestsPerMinute?: number): Pace;
  /** Shows people why they wait. */
  notify(warning: Explanation): void;
  /** Fields of what is written whose texts no message repeats. */
  readonly confidential: readonly string[];
}

/** Opens the admin API of a server. `name` writes one of its keys as people know it; `environment` names the proxies. */
export function connect(
  found: ServerSettings,
  name: (key: string) => string,
  environment: Readonly<Record<string, string | undefined>>,
  { memoryOf, paceOf, notify, confidential }: Shared,
): Server {
  const { accessToken, username, password, clientKey, oauth2ClientSecret, timeout = 30, retries = 8 } = found;
  const proxies = proxyVariables(environment);
  const target = (key: string, url: string, credentials: readonly string[] = []): Target => {
    const proxy = proxyTo(url, proxies);
    const known = [accessToken, password, clientKey, oauth2ClientSecret, ...Object.values(found.headers ?? {})];
    return {
      key: name(key),
      url: url.replace(/\/+$/, ""),
      headers: {},
      timeout: timeout * 1000,
      retries,
      pace: paceOf(addressOf(url), found.requestsPerMinute),
      notify,
      proxy: proxy?.href,
      // The client certificate is for the admin API alone.
      tls: {
        ca: found.caCertificate,
        cert: undefined,
        key: undefined,
        verify: verifies(found),
        caKey: name("caCertificate"),
        certKey: name("clientCertificate"),
      },
      credentials: credentials.map(name),
      secrets: [...known, ...proxySecrets(proxy)].filter(isText),
    };
  };
  const url = addressOf(found.adminUrl);
  const memory = memoryOf(url);
  const basic = username === undefined ? undefined : Buffer.from(`${username}:${password}`).toString("base64");
  const authorization = accessToken ? `Bearer ${accessToken}` : basic ? `Basic ${basic}` : undefined;
  const grant = grantOf(found);
  const bare = target("adminUrl", url, credentialsOf(found));
  const admin: Target = {
    ...bare,
    headers: { ...found.headers, ...(authorization ? { authorization } : {}) },
    tls: { ...bare.tls, cert: found.clientCertificate, key: clientKey },
    secrets: basic ? [...bare.secrets, basic] : bare.secrets,
  };
  const authority =
    grant &&
    bearer(
      createTransport(target("oauth2TokenUrl", new URL(grant.url).origin, ["oauth2ClientId", "oauth2ClientSecret"])),
      grant,
    );
  const transport = createTransport(admin, authority);
  // Credentials are for the admin API alone.
  const publicApi = found.publicUrl === undefined ? undefined : createTransport(target("publicUrl", found.publicUrl));
  const readsCheckSecrets = isOn(found.checkSecrets);
  const readDocument = createDocumentReader({
    timeout: timeout * 1000,
    proxyTo: ({ href }) => proxyTo(href, proxies),
    ca: found.caCertificate,
    caKey: name("caCertificate"),
    certKey: name("clientCertificate"),
  });
  const names = new Set(confidential.map(snakeCase));
  const asked = { readsCheckSecrets, readDocument, confidential: names, writes: memory.writes };
  const api = createHydraApi({ url, transport, publicApi, ...asked });
  return { api, memory, way: { admin, transport, authority, publicApi, proxies } };
}

/** Something that a person should know about the way to a server. */
interface Danger {
  /** The same for all names of one server. */
  readonly about: string;
  readonly warning: Explanation;
}

/** What is unsafe about the way to a server. */
export function dangers(found: ServerSettings, name: (key: string) => string): Danger[] {
  const urls = { adminUrl: found.adminUrl, oauth2TokenUrl: found.oauth2TokenUrl, publicUrl: found.publicUrl };
  const open = Object.entries(urls).flatMap(([key, url]): Danger[] => {
    if (url === undefined || !isOpen(url)) return [];
    const message = `${name(key)} is plain http to ${new URL(url).host}, which exposes every secret and token on the network`;
    return [{ about: `http ${url}`, warning: { code: "plain-http", message, advice: "use https" } }];
  });
  if (verifies(found)) return open;
  const message =
    `TLS VERIFICATION IS OFF (${name("insecureSkipTlsVerify")}): any certificate is accepted, so anyone on the way can read and ` +
    "change every request, secrets and tokens included";
  const advice = `trust your own authority with ${name("caCertificate")} instead`;
  return [...open, { about: `tls ${found.adminUrl}`, warning: { code: "tls-unverified", message, advice } }];
}

function isOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !isLoopback(hostname);
}

/** The variables of proxies, in lower case or else in upper case. */
function proxyVariables(environment: Readonly<Record<string, string | undefined>>): ProxyVariables {
  const value = (variable: string) => environment[variable] ?? environment[variable.toUpperCase()] ?? "";
  return { http: value("http_proxy"), https: value("https_proxy"), none: value("no_proxy") };
}

function proxyTo(url: string, variables: ProxyVariables): URL | undefined {
  const found = proxyFor(new URL(url), variables);
  if (typeof found === "string") throw new ConfigurationError({ code: "setting-invalid", message: found });
  return found;
}

/** What a proxy is told of who asks, as it may repeat it. */
function proxySecrets(proxy: URL | undefined): string[] {
  if (proxy === undefined) return [];
  return [proxy.password, ...Object.values(proxyAuthorization(proxy)).map((value) => value.replace("Basic ", ""))];
}

function verifies({ insecureSkipTlsVerify }: ServerSettings): boolean {
  return !isOn(insecureSkipTlsVerify);
}

/** The keys of what proves to the admin API who we are. */
export const credentialKeys = [
  "accessToken",
  "username",
  "password",
  "oauth2ClientId",
  "oauth2ClientSecret",
  "headers",
  "clientCertificate",
] as const;

/** Those of them that are set. */
export function credentialsOf(found: ServerSettings): string[] {
  return credentialKeys.filter((key) => unlessEmpty(found[key]) !== undefined);
}

function isText(value: string | undefined): value is string {
  return Boolean(value);
}

function grantOf(found: ServerSettings): Grant | undefined {
  const { oauth2TokenUrl: url, oauth2ClientId: clientId, oauth2ClientSecret: clientSecret } = found;
  if (url === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { url, clientId, clientSecret, scope: found.oauth2Scope, audience: found.oauth2Audience };
}
