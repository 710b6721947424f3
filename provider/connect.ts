// From the settings of one server to its admin API: credentials, TLS, proxies, and what is unsafe about them.

import { type Admin, createAdmin } from "./hydra/admin.ts";
import { bearer, type Grant } from "./hydra/grant.ts";
import { createClient, type Target } from "./hydra/request.ts";
import { isOn, present, type ServerSettings } from "./setting.ts";

/** Opens the admin API of a server. `name` writes one of its keys as people know it; `environment` names the proxies. */
export function connect(
  found: ServerSettings,
  name: (key: string) => string,
  environment: Readonly<Record<string, string | undefined>>,
): Admin {
  const { accessToken, username, password, clientKey, oauth2ClientSecret, timeout = 30, retries = 8 } = found;
  const proxy = (variable: string) => environment[variable] ?? environment[variable.toUpperCase()] ?? "";
  const target = (key: string, url: string, credentials: readonly string[] = []): Target => ({
    key: name(key),
    url: url.replace(/\/+$/, ""),
    headers: {},
    timeout: timeout * 1000,
    retries,
    proxy: { http: proxy("http_proxy"), https: proxy("https_proxy"), none: proxy("no_proxy") },
    tls: {
      ca: found.caCertificate,
      cert: found.clientCertificate,
      key: clientKey,
      verify: verifies(found),
    },
    credentials: [...credentials, ...(found.clientCertificate ? ["clientCertificate"] : [])].map(name),
    secrets: [accessToken, password, clientKey, oauth2ClientSecret, ...Object.values(found.headers ?? {})].filter(
      isText,
    ),
  });
  const url = found.adminUrl.replace(/\/+$/, "").replace(/\/admin$/, "");
  const basic = username === undefined ? undefined : Buffer.from(`${username}:${password}`).toString("base64");
  const authorization = accessToken ? `Bearer ${accessToken}` : basic ? `Basic ${basic}` : undefined;
  const grant = grantOf(found);
  const admin = target("adminUrl", url, credentialsOf(found));
  const client = createClient(
    {
      ...admin,
      headers: { ...found.headers, ...(authorization ? { authorization } : {}) },
      secrets: basic ? [...admin.secrets, basic] : admin.secrets,
    },
    grant &&
      bearer(
        createClient(target("oauth2TokenUrl", new URL(grant.url).origin, ["oauth2ClientId", "oauth2ClientSecret"])),
        grant,
      ),
  );
  // Credentials are for the admin API alone.
  const publicApi = found.publicUrl === undefined ? undefined : createClient(target("publicUrl", found.publicUrl));
  return createAdmin(url, client, publicApi, isOn(found.checkSecrets));
}

/** Something that a person should know about the way to a server. */
interface Danger {
  /** The same for all names of one server. */
  readonly about: string;
  readonly message: string;
}

/** What is unsafe about the way to a server. */
export function dangers(found: ServerSettings, name: (key: string) => string): Danger[] {
  const urls = { adminUrl: found.adminUrl, oauth2TokenUrl: found.oauth2TokenUrl, publicUrl: found.publicUrl };
  const open = Object.entries(urls).flatMap(([key, url]) => {
    if (url === undefined || !isOpen(url)) return [];
    const message = `${name(key)} is plain http to ${new URL(url).host}: whoever is between reads every secret and token; use https`;
    return [{ about: `http ${url}`, message }];
  });
  if (verifies(found)) return open;
  const message =
    `TLS VERIFICATION IS OFF (${name("insecureSkipTlsVerify")}): any certificate is accepted, and whoever is between reads and ` +
    `changes every request, secrets and tokens included; trust your own authority with ${name("caCertificate")} instead`;
  return [...open, { about: `tls ${found.adminUrl}`, message }];
}

function isOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function verifies({ insecureSkipTlsVerify }: ServerSettings): boolean {
  return !isOn(insecureSkipTlsVerify);
}

/** The keys of what proves to the admin API who we are. */
function credentialsOf(found: ServerSettings): string[] {
  const keys = ["accessToken", "username", "password", "oauth2ClientId", "oauth2ClientSecret", "headers"] as const;
  return keys.filter((key) => present(found[key]) !== undefined);
}

function isText(value: string | undefined): value is string {
  return Boolean(value);
}

function grantOf(found: ServerSettings): Grant | undefined {
  const { oauth2TokenUrl: url, oauth2ClientId: clientId, oauth2ClientSecret: clientSecret } = found;
  if (url === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { url, clientId, clientSecret, scope: found.oauth2Scope, audience: found.oauth2Audience };
}
