// The provider's configuration: which Hydras there are and how to reach them. The only reader of process.env.

import * as z from "zod";
import { type Admin, createAdmin } from "./hydra/admin.ts";
import { snakeCase } from "./hydra/naming.ts";
import { createClient } from "./hydra/request.ts";

const number = z.coerce.number({ error: "must be a number" });

const baseUrlError = "must be an http or https URL without user, query and fragment, such as http://127.0.0.1:4445";

const server = z.strictObject({
  /** The base URL of Hydra's admin API, with or without `/admin`, such as `http://127.0.0.1:4445`. */
  adminUrl: z.string().refine(isBaseUrl, { error: baseUrlError }),
  /** The base URL of Hydra's public API, such as `http://127.0.0.1:4444`. Needed for `checkSecrets`. */
  publicUrl: z.string().refine(isBaseUrl, { error: baseUrlError }).optional(),
  /** Whether a refresh also asks the public API whether each known client secret still works: one more call for each. Default: false. */
  checkSecrets: z.enum(["true", "false"], { error: "must be true or false" }).or(z.boolean()).optional(),
  /** A token sent as `Authorization: Bearer`, such as an Ory Network API key. */
  accessToken: z.string().optional(),
  /** Seconds until one request is given up and, where that is safe, sent again. Default: 30. */
  timeout: number.min(0.1).max(3600).optional(),
  /** How often a request is sent again when that is safe and may help. Default: 8. */
  retries: number.int().min(0).max(100).optional(),
});

const connections = z.record(z.string(), server, {
  error: 'must be an object by name, such as {"eu": {"adminUrl": "https://hydra.eu.example"}}',
});

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

/** Reads the configuration: `read` gives a key of the `hydra` namespace, the environment stands in for what is unset. */
export function configure(read: (key: string) => unknown, environment = process.env): Configuration {
  const value = (key: string) =>
    present(read(key)) ?? present(environment[`PULUMI_HYDRA_${snakeCase(key).toUpperCase()}`]);
  const admins = new Map<unknown, Admin>();
  const open = (name: unknown): Admin => {
    const known = admins.get(name);
    if (known) return known;
    const admin = connect(settingsOf(value, name), environment);
    admins.set(name, admin);
    return admin;
  };
  return {
    server: (name) => open(name ?? undefined),
    sameServer: (left, right) => {
      if ((left ?? undefined) === (right ?? undefined)) return true;
      try {
        return open(left ?? undefined).url === open(right ?? undefined).url;
      } catch {
        // A name that is no longer configured leads nowhere.
        return false;
      }
    },
  };
}

function settingsOf(value: (key: string) => unknown, name: unknown): ServerSettings {
  const top = Object.fromEntries(Object.keys(server.shape).map((key) => [key, value(key)]));
  if (name === undefined) {
    if (top.adminUrl === undefined) throw missing();
    return validated(server, top, "hydra:");
  }
  const named = validated(connections, parsed(value("connections") ?? {}), "hydra:connections.");
  const found = typeof name === "string" && Object.hasOwn(named, name) ? named[name] : undefined;
  if (!found) throw new ConfigurationError(`hydra:connections has no connection ${JSON.stringify(name)}`);
  const { timeout, retries } = validated(
    server.pick({ timeout: true, retries: true }),
    { timeout: top.timeout, retries: top.retries },
    "hydra:",
  );
  return { timeout, retries, ...found };
}

function validated<Schema extends z.ZodType>(schema: Schema, value: unknown, prefix: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message, code }) => {
    const key = prefix + path.join(".");
    return `${key.replace(/[.:]$/, "")} ${code === "invalid_type" && path.at(-1) === "adminUrl" ? "is required" : message}`;
  });
  throw new ConfigurationError(problems.join("; "));
}

function missing(): ConfigurationError {
  return new ConfigurationError(
    "hydra:adminUrl is not set: run `pulumi config set hydra:adminUrl <url of Hydra's admin API>` or set PULUMI_HYDRA_ADMIN_URL",
  );
}

function connect(settings: ServerSettings, environment: NodeJS.ProcessEnv): Admin {
  const { adminUrl, publicUrl, accessToken, checkSecrets, timeout = 30, retries = 8 } = settings;
  const proxy = (name: string) => environment[name] ?? environment[name.toUpperCase()] ?? "";
  const open = (url: string, headers: Readonly<Record<string, string>>) =>
    createClient({
      url,
      headers,
      timeout: timeout * 1000,
      retries,
      proxy: { http: proxy("http_proxy"), https: proxy("https_proxy"), none: proxy("no_proxy") },
      secrets: accessToken ? [accessToken] : [],
    });
  const url = adminUrl.replace(/\/+$/, "").replace(/\/admin$/, "");
  const client = open(url, accessToken ? { authorization: `Bearer ${accessToken}` } : {});
  if (String(checkSecrets) !== "true") return createAdmin(url, client);
  if (publicUrl === undefined) throw new ConfigurationError("hydra:checkSecrets needs hydra:publicUrl");
  // The token is for the admin API alone.
  return createAdmin(url, client, open(publicUrl.replace(/\/+$/, ""), {}));
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

/** Objects come as JSON text from a stack's configuration. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new ConfigurationError(
      'hydra:connections must be JSON, such as {"eu": {"adminUrl": "https://hydra.eu.example"}}',
    );
  }
}
