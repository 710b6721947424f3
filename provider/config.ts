// The provider's configuration: which Hydras there are, out of stack and environment. The only reader of process.env.

import type * as z from "zod";
import { connect, dangers } from "./connect.ts";
import type { Admin } from "./hydra/admin.ts";
import {
  configurationSchema,
  connectionsSchema,
  contradictions,
  environmentName,
  failureOf,
  present,
  type ServerSettings,
  type SettingFailure,
  serverSchema,
} from "./setting.ts";

/** The configuration of a stack: where each connection leads. */
export interface Configuration {
  /**
   * The server behind a connection's name; without a name, the one of `hydra:adminUrl`. What is unsafe about the way
   * to it is told to `warn`, once for each server.
   */
  server(connection: unknown, warn: (message: string) => void): Admin;
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

interface Opened {
  readonly admin: Admin;
  readonly dangers: ReturnType<typeof dangers>;
}

/** What is wrong with a configuration, unknown keys included. */
export function checkConfiguration(values: Readonly<Record<string, unknown>>): SettingFailure[] {
  const set = ownSettings(values);
  const known = Object.fromEntries(Object.entries(set).filter(([, value]) => !holdsUnknown(value)));
  const result = configurationSchema.safeParse(known);
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
  const opened = new Map<unknown, Opened>();
  const told = new Set<string>();
  const open = (name: unknown): Opened => {
    const known = opened.get(name);
    if (known) return known;
    const found = settingsOf(value, name);
    const place = name === undefined ? [] : ["connections", String(name)];
    const keyName = (key: string) => keyIn([...place, key]);
    const server = { admin: connect(found, keyName, environment), dangers: dangers(found, keyName) };
    opened.set(name, server);
    return server;
  };
  return {
    server: (name, warn) => {
      const found = open(present(name));
      for (const { about, message } of found.dangers) {
        if (!told.has(about)) warn(message);
        told.add(about);
      }
      return found.admin;
    },
    sameServer: (left, right) => {
      if (present(left) === present(right)) return true;
      try {
        return open(present(left)).admin.url === open(present(right)).admin.url;
      } catch {
        // A name that is no longer configured leads nowhere.
        return false;
      }
    },
  };
}

function settingsOf(value: (key: string) => unknown, name: unknown): ServerSettings {
  const top = Object.fromEntries(Object.keys(serverSchema.shape).map((key) => [key, value(key)]));
  if (name === undefined) {
    if (top.adminUrl === undefined) throw missing();
    return consistent(validated(serverSchema, top, []), []);
  }
  const all = validated(connectionsSchema, value("connections") ?? {}, ["connections"]);
  const found = typeof name === "string" && Object.hasOwn(all, name) ? all[name] : undefined;
  if (!found) throw new ConfigurationError(`hydra:connections has no connection ${JSON.stringify(name)}`);
  // Credentials are never taken over from one server to another.
  const shared = { timeout: top.timeout, retries: top.retries };
  const { timeout, retries } = validated(serverSchema.pick({ timeout: true, retries: true }), shared, []);
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

function failed(failures: readonly SettingFailure[], place: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    failures.map(({ path, reason }) => `${keyIn([...place, ...path])} ${reason}`).join("; "),
  );
}

function missing(): ConfigurationError {
  return new ConfigurationError(
    "hydra:adminUrl is not set: run `pulumi config set hydra:adminUrl <url of Hydra's admin API>` or set PULUMI_HYDRA_ADMIN_URL",
  );
}

/** A key as `pulumi config` takes it. */
function keyIn(path: readonly (string | number)[]): string {
  return `hydra:${path.join(".")}`;
}
