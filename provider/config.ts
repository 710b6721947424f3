// The provider's configuration: which Hydras there are and how to reach them. The only reader of process.env.

import * as z from "zod";
import { type Admin, createAdmin } from "./hydra/admin.ts";
import { bearer, type Grant } from "./hydra/grant.ts";
import { snakeCase } from "./hydra/naming.ts";
import { createClient, type Target } from "./hydra/request.ts";

const baseUrlError = "must be an http or https URL without user, query and fragment, such as http://127.0.0.1:4445";
const number = z.coerce.number({ error: "must be a number" });
const flag = z.union([z.enum(["true", "false"]), z.boolean()], { error: "must be true or false" });
const headers = z.record(z.string(), z.string(), {
  error: 'must be an object of texts, such as {"X-Forwarded-Proto": "https"}',
});

const server = z.strictObject({
  /** The base URL of Hydra's admin API, with or without `/admin`, such as `http://127.0.0.1:4445`. */
  adminUrl: z.string().refine(isBaseUrl, { error: baseUrlError }),
  /** The base URL of Hydra's public API, such as `http://127.0.0.1:4444`. Needed for `checkSecrets`. */
  publicUrl: z.string().refine(isBaseUrl, { error: baseUrlError }).optional(),
  /** Whether a refresh also asks the public API whether each known client secret still works: one more call for each. Default: false. */
  checkSecrets: flag.optional(),
  /** A token sent as `Authorization: Bearer`, such as an Ory Network API key. */
  accessToken: z.string().optional(),
  /** The user name of HTTP basic authentication. */
  username: z.string().optional(),
  /** The password of HTTP basic authentication. */
  password: z.string().optional(),
  /** Where a token for the admin API is fetched with the client credentials grant (RFC 6749, 4.4). */
  oauth2TokenUrl: z.string().refine(isBaseUrl, { error: baseUrlError }).optional(),
  /** The client that fetches that token. */
  oauth2ClientId: z.string().optional(),
  /** That client's secret. */
  oauth2ClientSecret: z.string().optional(),
  /** The scope values, separated by spaces, that the token is asked for. */
  oauth2Scope: z.string().optional(),
  /** The audience that the token is asked for. */
  oauth2Audience: z.string().optional(),
  /** Headers sent with every request, as a JSON object, such as `{"X-Forwarded-Proto": "https"}`. */
  headers: z.preprocess(parsed, headers).optional(),
  /** Certificates, in PEM, of the authorities that are trusted beside the usual ones. */
  caCertificate: z.string().optional(),
  /** The certificate, in PEM, with which the provider presents itself (mutual TLS). */
  clientCertificate: z.string().optional(),
  /** The private key, in PEM, of that certificate. */
  clientKey: z.string().optional(),
  /** Whether any server certificate is accepted. Whoever is between can then read every secret. Default: false. */
  insecureSkipTlsVerify: flag.optional(),
  /** Seconds until one request is given up and, where that is safe, sent again. Default: 30. */
  timeout: number.refine((value) => value >= 0.1 && value <= 3600, { error: "must be from 0.1 to 3600" }).optional(),
  /** How often a request is sent again when that is safe and may help. Default: 8. */
  retries: number
    .int()
    .refine((value) => value >= 0 && value <= 100, { error: "must be from 0 to 100" })
    .optional(),
});

const named = z.preprocess(
  parsed,
  z.record(z.string(), server, {
    error: 'must be an object by name, such as {"eu": {"adminUrl": "https://hydra.eu.example"}}',
  }),
);

const settings = server.partial().extend({
  /** More servers by name, as a JSON object; each has the keys above. A resource names its server in `connection`. */
  connections: named.optional(),
});

/** The shape of the configuration: the one place where its keys are written. */
export const configurationSchema = settings;

/** The keys whose values are secret. */
export const secretKeys = ["accessToken", "password", "oauth2ClientSecret", "headers", "clientKey", "connections"];

/** The settings of a provider, by their types. */
export type ProviderSettings = z.output<typeof settings>;

type ServerSettings = z.infer<typeof server>;

/** The configuration of a stack: where each connection leads. */
export interface Configuration {
  /** The server behind a connection's name; without a name, the one of `hydra:adminUrl`. */
  server(connection: unknown): Admin;
  /** Whether two connections lead to the same server. */
  sameServer(left: unknown, right: unknown): boolean;
}

/** Something in the configuration is missing or wrong. The message names the key, never a value. */
export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigurationError";
  }
}

/** A key of the configuration that cannot be used. */
export interface ConfigurationFailure {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/** What is wrong with a configuration, unknown keys included. */
export function checkConfiguration(values: Readonly<Record<string, unknown>>): ConfigurationFailure[] {
  const set = ownSettings(values);
  const known = Object.fromEntries(Object.entries(set).filter(([, value]) => !holdsUnknown(value)));
  const result = settings.safeParse(known);
  const broken = result.success ? [] : result.error.issues.map(failureOf);
  return broken.length > 0 ? broken : contradictions(set as Partial<ServerSettings>);
}

/** What is set of a configuration, without the keys that the engine adds. */
export function ownSettings(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { version: _, pluginDownloadURL: __, ...own } = values;
  return Object.fromEntries(
    Object.entries(own).filter(([key, value]) => !key.startsWith("__") && present(value) !== undefined),
  );
}

// What Pulumi does not know yet is a symbol.
function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "symbol";
  return Object.values(value).some(holdsUnknown);
}

/** Reads the configuration: `read` gives a key of the `hydra` namespace, the environment stands in for what is unset. */
export function configure(read: (key: string) => unknown, environment = process.env): Configuration {
  const value = (key: string) => present(read(key)) ?? present(environment[environmentName(key)]);
  const admins = new Map<unknown, Admin>();
  const open = (name: unknown): Admin => {
    const known = admins.get(name);
    if (known) return known;
    const admin = connect(settingsOf(value, name), environment);
    admins.set(name, admin);
    return admin;
  };
  return {
    server: (name) => open(present(name)),
    sameServer: (left, right) => {
      if (present(left) === present(right)) return true;
      try {
        return open(present(left)).url === open(present(right)).url;
      } catch {
        // A name that is no longer configured leads nowhere.
        return false;
      }
    },
  };
}

/** The environment variable that stands in for a key: `adminUrl` → `PULUMI_HYDRA_ADMIN_URL`. */
export function environmentName(key: string): string {
  return `PULUMI_HYDRA_${snakeCase(key).toUpperCase()}`;
}

function settingsOf(value: (key: string) => unknown, name: unknown): ServerSettings {
  const top = Object.fromEntries(Object.keys(server.shape).map((key) => [key, value(key)]));
  if (name === undefined) {
    if (top.adminUrl === undefined) throw missing();
    return consistent(validated(server, top, []), []);
  }
  const all = validated(named, value("connections") ?? {}, ["connections"]);
  const found = typeof name === "string" && Object.hasOwn(all, name) ? all[name] : undefined;
  if (!found) throw new ConfigurationError(`hydra:connections has no connection ${JSON.stringify(name)}`);
  // Credentials are never taken over from one server to another.
  const shared = { timeout: top.timeout, retries: top.retries };
  const { timeout, retries } = validated(server.pick({ timeout: true, retries: true }), shared, []);
  return consistent({ timeout, retries, ...found }, ["connections", String(name)]);
}

function validated<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: readonly string[],
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw failed(result.error.issues.map(failureOf), place);
}

function consistent(found: ServerSettings, place: readonly string[]): ServerSettings {
  const failures = contradictions(found);
  if (failures.length > 0) throw failed(failures, place);
  return found;
}

function failed(failures: readonly ConfigurationFailure[], place: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    failures.map(({ path, reason }) => `hydra:${[...place, ...path].join(".")} ${reason}`).join("; "),
  );
}

const typeReasons: Readonly<Record<string, string>> = { string: "must be a text", int: "must be a whole number" };

function failureOf({ path, message, code, ...issue }: z.core.$ZodIssue): ConfigurationFailure {
  const keys = "keys" in issue && Array.isArray(issue.keys) ? issue.keys.map(String) : [];
  const place = path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (code === "unrecognized_keys")
    return { path: [...place, ...keys.slice(0, 1)], reason: "is not a key of the configuration" };
  if (code === "invalid_type" && path.at(-1) === "adminUrl") return { path: place, reason: "is required" };
  const expected = code === "invalid_type" && "expected" in issue ? typeReasons[String(issue.expected)] : undefined;
  return { path: place, reason: expected ?? message };
}

/** Settings that exclude or need each other. */
function contradictions(found: Partial<ServerSettings>): ConfigurationFailure[] {
  const failures: ConfigurationFailure[] = [];
  const has = (key: keyof ServerSettings) => present(found[key]) !== undefined;
  const needs = (key: keyof ServerSettings, other: keyof ServerSettings) => {
    if (has(key) && !has(other)) failures.push({ path: [key], reason: `needs hydra:${other} too` });
  };
  needs("username", "password");
  needs("password", "username");
  needs("oauth2TokenUrl", "oauth2ClientId");
  needs("oauth2ClientId", "oauth2ClientSecret");
  needs("oauth2ClientSecret", "oauth2TokenUrl");
  needs("clientCertificate", "clientKey");
  needs("clientKey", "clientCertificate");
  if (String(found.checkSecrets) === "true") needs("checkSecrets", "publicUrl");
  const ways = (["accessToken", "username", "oauth2TokenUrl"] as const).filter(has);
  if (ways.length > 1) {
    failures.push({
      path: [ways[1] as string],
      reason: `excludes hydra:${ways[0]}: a request has one Authorization header`,
    });
  }
  return failures;
}

function missing(): ConfigurationError {
  return new ConfigurationError(
    "hydra:adminUrl is not set: run `pulumi config set hydra:adminUrl <url of Hydra's admin API>` or set PULUMI_HYDRA_ADMIN_URL",
  );
}

function connect(found: ServerSettings, environment: NodeJS.ProcessEnv): Admin {
  const { accessToken, username, password, clientKey, oauth2ClientSecret, timeout = 30, retries = 8 } = found;
  const proxy = (name: string) => environment[name] ?? environment[name.toUpperCase()] ?? "";
  const own = Object.values(found.headers ?? {});
  const secrets = [accessToken, password, clientKey, oauth2ClientSecret, ...own].filter((text): text is string =>
    Boolean(text),
  );
  const target = (url: string): Target => ({
    url: url.replace(/\/+$/, ""),
    headers: {},
    timeout: timeout * 1000,
    retries,
    proxy: { http: proxy("http_proxy"), https: proxy("https_proxy"), none: proxy("no_proxy") },
    tls: {
      ca: found.caCertificate,
      cert: found.clientCertificate,
      key: clientKey,
      verify: String(found.insecureSkipTlsVerify) !== "true",
    },
    secrets,
  });
  const url = found.adminUrl.replace(/\/+$/, "").replace(/\/admin$/, "");
  const basic = username === undefined ? undefined : Buffer.from(`${username}:${password}`).toString("base64");
  const authorization = accessToken ? `Bearer ${accessToken}` : basic ? `Basic ${basic}` : undefined;
  const grant = grantOf(found);
  const client = createClient(
    {
      ...target(url),
      headers: { ...found.headers, ...(authorization ? { authorization } : {}) },
      secrets: basic ? [...secrets, basic] : secrets,
    },
    grant && bearer(createClient(target(grant.url)), grant),
  );
  // Credentials are for the admin API alone.
  const checks = String(found.checkSecrets) === "true" && found.publicUrl !== undefined;
  return createAdmin(url, client, checks ? createClient(target(found.publicUrl as string)) : undefined);
}

function grantOf(found: ServerSettings): Grant | undefined {
  const { oauth2TokenUrl: url, oauth2ClientId: clientId, oauth2ClientSecret: clientSecret } = found;
  if (url === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { url, clientId, clientSecret, scope: found.oauth2Scope, audience: found.oauth2Audience };
}

function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash;
}

/** Unset settings come as nothing, null or an empty text, depending on who asks. */
function present(value: unknown): unknown {
  return value === null || value === "" ? undefined : value;
}

/** Objects come as JSON text from a stack's configuration; what is no JSON fails the shape that follows. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
