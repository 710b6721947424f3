// The provider's configuration: which Hydras there are, out of stack and environment. The only reader of process.env.

import type * as z from "zod";
import type { Explanation } from "../explained.ts";
import { createPace, type Pace } from "../hydra/pace.ts";
import { faultsIn } from "../hydra/tls.ts";
import type { Failure } from "../lifecycle/failure.ts";
import { entryOf } from "../resources/entry.ts";
import { createMemory, type Memory } from "../resources/memory.ts";
import { addressOf, connect, credentialKeys, credentialsOf, dangers, fingerprintOf, type Server } from "./connect.ts";
import {
  ConfigurationError,
  configurationSchema,
  connectionsSchema,
  contradictions,
  environmentName,
  failureOf,
  type ServerSettings,
  secretKeys,
  serverSchema,
  unlessEmpty,
} from "./setting.ts";

/** The configuration of a stack: where each connection leads. */
export interface Configuration {
  /**
   * The server behind a connection's name; without a name, the one of `hydra:adminUrl`. What is unsafe about the way
   * to it is told to `warn`, once for each server; and later, also once, why calls wait.
   */
  server(connection: unknown, warn: (warning: Explanation) => void): Server;
  /** Whether there are servers by name beside the one of `hydra:adminUrl`. */
  readonly namesServers: boolean;
  /** The servers that are configured: by the name of a connection, or nothing for the one of `hydra:adminUrl`. */
  serverNames(): readonly (string | undefined)[];
  /** What is set for the server behind a connection's name, and what is unsafe about that. */
  settings(connection: unknown): { readonly given: readonly Setting[]; readonly dangers: readonly Explanation[] };
  /**
   * The name by which a server is configured today that was recorded under a name and, where that is known, a fingerprint of its
   * address: the key of a connection may have been renamed.
   */
  currentName(recorded: unknown, fingerprint: unknown): unknown;
  /** Whether two connections lead to the same server. */
  sameServer(left: unknown, right: unknown): boolean;
}

/** A setting that counts for a server. */
export interface Setting {
  /** As people know it: `hydra:adminUrl`. */
  readonly key: string;
  /** Nothing where the value is secret. */
  readonly value: unknown;
  /** Whether the environment gave it, rather than whoever configured the stack or the command. */
  readonly byEnvironment: boolean;
}

interface Opened {
  readonly server: Server;
  readonly dangers: ReturnType<typeof dangers>;
}

/** What is wrong with a configuration, unknown keys included. */
export function checkConfiguration(values: Readonly<Record<string, unknown>>): Failure[] {
  const set = ownSettings(values);
  const known = Object.fromEntries(Object.entries(set).filter(([, value]) => !holdsUnknown(value)));
  const result = configurationSchema.safeParse(known);
  const broken = result.success ? [] : result.error.issues.map(failureOf);
  return broken.length > 0 ? broken : conflicts(known as Partial<ServerSettings>, set as Partial<ServerSettings>);
}

/** What cannot work, though each setting has its shape. `set` also has what is not known yet. */
function conflicts(found: Partial<ServerSettings>, set = found): Failure[] {
  const { caCertificate: ca, clientCertificate: cert, clientKey: key } = found;
  const keys = { ca: "caCertificate", cert: "clientCertificate", key: "clientKey" } as const;
  const faults = faultsIn({ ca, cert, key }).map(({ which, reason }) => ({ path: [keys[which]], reason }));
  return [...contradictions(set), ...faults];
}

/** What is set of a configuration, without the keys that the engine adds. */
export function ownSettings(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { version: _, pluginDownloadURL: __, ...own } = values;
  return Object.fromEntries(
    Object.entries(own).filter(([key, value]) => !key.startsWith("__") && unlessEmpty(value) !== undefined),
  );
}

// What Pulumi does not know yet is a symbol.
function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "symbol";
  return Object.values(value).some(holdsUnknown);
}

/**
 * Who named the server: the program, in an explicit provider; the stack, or who runs Pulumi, by its configuration; or the
 * environment alone, as for a command.
 */
export type Author = "program" | "stack" | "environment";

/** Settings of no server in particular. */
const general = new Set(["timeout", "retries", "connections"]);

/**
 * Reads the configuration: `read` gives a key of the `hydra` namespace, the environment is used for what is unset. What
 * belongs to the server of the environment is for no other one. Of what is written, no message repeats the fields that are
 * `confidential`.
 */
export function configure(
  read: (key: string) => unknown,
  environment = process.env,
  author: Author = "stack",
  confidential: readonly string[] = [],
): Configuration {
  const ofEnvironment = (key: string) => unlessEmpty(environment[environmentName(key)]);
  const [own, other] = [unlessEmpty(read("adminUrl")), ofEnvironment("adminUrl")];
  const elsewhere =
    own !== undefined &&
    (author === "program" || (author === "stack" && other !== undefined && !isSameUrl(String(own), String(other))));
  const value = (key: string) =>
    unlessEmpty(read(key)) ?? (elsewhere && !general.has(key) ? undefined : ofEnvironment(key));
  const unused = elsewhere ? credentialKeys.filter((key) => ofEnvironment(key) !== undefined).map(environmentName) : [];
  const opened = new Map<unknown, Opened>();
  const memories = new Map<string, Memory>();
  const memoryOf = (url: string) => entryOf(memories, url, createMemory);
  const paces = new Map<string, Pace>();
  /** Whoever called a server last shows why calls wait. */
  let say: (warning: Explanation) => void = () => undefined;
  const notify = (warning: Explanation) => say(warning);
  const paceOf = (url: string, requestsPerMinute?: number) =>
    entryOf(paces, url, () => createPace(url, notify, requestsPerMinute));
  const warned = new Set<string>();
  const open = (name: unknown): Opened => {
    const known = opened.get(name);
    if (known) return known;
    const found = settingsOf(value, name);
    const place = name === undefined ? [] : ["connections", String(name)];
    const keyName = (key: string) => keyIn([...place, key]);
    const server = connect(found, keyName, environment, { memoryOf, paceOf, notify, confidential });
    // What is left unused is told where nothing else is sent.
    const idle = name === undefined && credentialsOf(found).length === 0 && unused.length > 0;
    const left = idle ? [{ about: `unused ${found.adminUrl}`, warning: unusedCredentials(unused, author) }] : [];
    const made = { server, dangers: [...dangers(found, keyName), ...left] };
    opened.set(name, made);
    return made;
  };
  const shown = (key: string, found: unknown) => (secretKeys.includes(key) ? undefined : found);
  const serverNames = () => {
    const connections = value("connections");
    const named = connections === undefined ? {} : validated(connectionsSchema, connections, ["connections"]);
    const names = Object.keys(named);
    // Without any, the one that is missing is what to say.
    return value("adminUrl") === undefined && names.length > 0 ? names : [undefined, ...names];
  };
  return {
    namesServers: unlessEmpty(value("connections")) !== undefined,
    serverNames,
    settings: (connection) => {
      const name = unlessEmpty(connection);
      // Each is refused where any of them cannot be read.
      serverNames();
      const given = Object.entries(settingsOf(value, name)).filter(([, found]) => unlessEmpty(found) !== undefined);
      const own = (key: string) => name === undefined || !isInConnection(value("connections"), name, key);
      return {
        given: given.map(([key, found]) => ({
          key: keyIn(own(key) ? [key] : ["connections", String(name), key]),
          value: shown(key, found),
          byEnvironment: unlessEmpty(read(own(key) ? key : "connections")) === undefined,
        })),
        dangers: open(name).dangers.map(({ warning }) => warning),
      };
    },
    server: (name, warn) => {
      say = warn;
      const found = open(unlessEmpty(name));
      for (const { about, warning } of found.dangers) {
        if (!warned.has(about)) warn(warning);
        warned.add(about);
      }
      return found.server;
    },
    currentName: (recorded, fingerprint) => {
      const leadsThere = (settings: Readonly<Record<string, unknown>>, environment?: typeof process.env) => {
        const address = serverAddress(settings, environment);
        return address !== undefined && fingerprintOf(address) === fingerprint;
      };
      if (typeof recorded !== "string" || recorded === "") return recorded;
      // What cannot be read is refused where a server is asked for.
      const all = connectionsSchema.safeParse(value("connections") ?? {}).data ?? {};
      if (Object.hasOwn(all, recorded)) return recorded;
      const renamed = Object.keys(all).find((name) => leadsThere({ ...all[name] }, {}));
      return renamed ?? (leadsThere({ adminUrl: value("adminUrl") }) ? undefined : recorded);
    },
    sameServer: (left, right) => {
      if (unlessEmpty(left) === unlessEmpty(right)) return true;
      try {
        return open(unlessEmpty(left)).server.memory === open(unlessEmpty(right)).server.memory;
      } catch {
        // A name that is no longer configured leads nowhere.
        return false;
      }
    },
  };
}

/** The server that settings lead to, in one spelling, where they are known; another server when they lead elsewhere. */
export function serverAddress(
  { adminUrl }: Readonly<Record<string, unknown>>,
  environment = process.env,
): string | undefined {
  const url = unlessEmpty(adminUrl) ?? unlessEmpty(environment[environmentName("adminUrl")]);
  return typeof url === "string" && URL.canParse(url) ? addressOf(url) : undefined;
}

function isSameUrl(left: string, right: string): boolean {
  return [left, right].every((url) => URL.canParse(url)) && addressOf(left) === addressOf(right);
}

function unusedCredentials(names: readonly string[], author: Author): Explanation {
  const fact = `${names.join(", ")} ${names.length === 1 ? "is" : "are"} set in the environment, and not sent to this server: `;
  const [why, advice] =
    author === "program"
      ? ["a Provider that names its own adminUrl uses only the credentials of the same Provider", "set them there"]
      : [
          "hydra:adminUrl and PULUMI_HYDRA_ADMIN_URL are different servers",
          "unset the variable, or set the stack's own credentials",
        ];
  return { code: "credentials-unused", message: fact + why, advice };
}

function settingsOf(value: (key: string) => unknown, name: unknown): ServerSettings {
  const top = Object.fromEntries(Object.keys(serverSchema.shape).map((key) => [key, value(key)]));
  if (name === undefined) {
    if (top.adminUrl === undefined) throw missing();
    return consistent(validated(serverSchema, top, []), []);
  }
  const all = validated(connectionsSchema, value("connections") ?? {}, ["connections"]);
  const found = typeof name === "string" && Object.hasOwn(all, name) ? all[name] : undefined;
  if (!found) throw unknownConnection(name);
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
  const failures = conflicts(found);
  if (failures.length > 0) throw failed(failures, place);
  return found;
}

function failed(failures: readonly Failure[], place: readonly string[]): ConfigurationError {
  const message = failures.map(({ path, reason }) => `${keyIn([...place, ...path])} ${reason}`).join("; ");
  return new ConfigurationError({ code: "setting-invalid", message });
}

/** Whether a connection sets a key itself, and does not take it over from the top. */
function isInConnection(connections: unknown, name: unknown, key: string): boolean {
  const all = connectionsSchema.safeParse(connections).data ?? {};
  return Object.hasOwn({ ...all[String(name)] }, key);
}

function missing(): ConfigurationError {
  const advice = "run `pulumi config set hydra:adminUrl <url of Hydra's admin API>` or set PULUMI_HYDRA_ADMIN_URL";
  return new ConfigurationError({ code: "setting-missing", message: "hydra:adminUrl is not set", advice });
}

function unknownConnection(name: unknown): ConfigurationError {
  const message = `hydra:connections has no connection ${JSON.stringify(name)}`;
  return new ConfigurationError({ code: "connection-unknown", message, advice: "add it there, or correct the name" });
}

/** A key as `pulumi config` takes it. */
function keyIn(path: readonly (string | number)[]): string {
  return `hydra:${path.join(".")}`;
}
