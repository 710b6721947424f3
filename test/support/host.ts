// Knows the two hosts of our resources as the engine meets them, what of their protocols differs, and hides only that.
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Properties, secret, startEngine } from "./engine.ts";
import { hydra } from "./hydra.ts";

/** What differs between the hosts: the table of docs/hosts.md, and what the tests then expect of each. */
export const differences = {
  secrets: {
    what: "a secret in the state",
    dynamic: "marked by the class that registers the resource",
    plugin: "marked by the provider",
    marked: { dynamic: [], plugin: ["clientSecret"] },
  },
  places: {
    what: "the preview of an edit",
    dynamic: "names the properties that change",
    plugin: "names the places inside them that change",
    named: { dynamic: {}, plugin: { "metadata.team": "UPDATE", "contacts[1]": "ADD" } },
  },
  failures: {
    what: "a check failure",
    dynamic: "names a top-level property in its message only",
    plugin: "names the property, unless Pulumi would print a secret with it",
    on: { dynamic: ["", "", "redirectUris[0]"], plugin: ["", "clientUri", "redirectUris[0]"] },
  },
  refresh: {
    what: "the inputs that a refresh records",
    dynamic: "all that differ from a default, but no secret",
    plugin: "all that differ from a default, and those that the program names",
    recorded: { dynamic: [], plugin: ["clientSecret"] },
  },
  warnings: {
    what: "a warning",
    dynamic: "is a line among the messages of the operation",
    plugin: "stands with the resource that it is about",
    shown: { dynamic: "written", plugin: "logged" },
  },
  import: {
    what: "`pulumi import` and the `import` option",
    dynamic: "no",
    plugin: "yes",
    reads: { dynamic: false, plugin: true },
  },
  questions: {
    what: "functions, lists and `pulumi do`",
    dynamic: "no",
    plugin: "yes",
    answer: { dynamic: false, plugin: true },
  },
} as const;

export interface Held {
  readonly id: string;
  readonly state: Properties;
}

export type Host = Awaited<ReturnType<typeof startHost>>;

const modules: Readonly<Record<string, string>> = {
  OAuth2Client: "oauth2-client",
  ClientLifespans: "client-lifespans",
  TrustedJwtIssuer: "trusted-jwt-issuer",
};

/** Starts a host, configured for a server. */
export async function startHost(name: "dynamic" | "plugin", adminUrl = hydra.adminUrl) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-host-"));
  const engine = name === "plugin" ? await startEngine({ config: { adminUrl } }) : await startStock(folder, adminUrl);
  const token = (type: string) => (name === "plugin" ? `hydra:index:${type}` : `pulumi-nodejs:dynamic/hydra:${type}`);
  // The stock server is sent no marks, but the text that says which provider to load.
  const sent = (type: string, values: Properties): Properties =>
    name === "plugin"
      ? values
      : {
          ...(bare(values) as Properties),
          __provider: `exports.handler = () => require("pulumi-hydra/dynamic/${modules[type]}")`,
        };
  const got = ({ __provider: _, ...values }: Properties): Properties => values;

  return {
    name,
    engine,
    /** What every later call of the engine needs beside the values. */
    sent,
    token,
    check: async (type: string, news: Properties, olds: Properties = {}) => {
      const { inputs, failures } = await engine.check(token(type), sent(type, news), sent(type, olds));
      return { inputs: got(inputs), failures };
    },
    diff: (type: string, { id, state }: Held, inputs: Properties) =>
      engine.diff(token(type), id, sent(type, state), sent(type, inputs)),
    create: async (type: string, inputs: Properties): Promise<Held> => {
      const { id, properties } = await engine.create(token(type), sent(type, inputs));
      return { id, state: got(properties) };
    },
    /** Nothing when the host says that it is gone. */
    read: async (type: string, { id, state }: Held, inputs: Properties) => {
      const found = await engine.read(token(type), id, sent(type, state), sent(type, inputs));
      if (found.id === "") return undefined;
      return { id: found.id, state: got(found.properties ?? {}), inputs: got(found.inputs ?? {}) };
    },
    update: async (type: string, { id, state }: Held, inputs: Properties): Promise<Held> => ({
      id,
      state: got(await engine.update(token(type), id, sent(type, state), sent(type, inputs))),
    }),
    delete: (type: string, { id, state }: Held) => engine.delete(token(type), id, sent(type, state)),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The server of @pulumi/pulumi for dynamic providers, in a program's folder. */
async function startStock(folder: string, adminUrl: string) {
  await mkdir(join(folder, "node_modules"));
  await symlink(process.cwd(), join(folder, "node_modules/pulumi-hydra"));
  const server = join(process.cwd(), "node_modules/@pulumi/pulumi/cmd/dynamic-provider");
  const engine = await startEngine({ command: [process.execPath, server], folder, config: null });
  await engine.configure({ "hydra:adminUrl": adminUrl });
  return engine;
}

const marker = Object.keys(secret(null)).find((member) => member !== "value") as string;

/** A value without the marks of secrets. */
export function bare(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(bare);
  if (marker in value && "value" in value) return bare(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, bare(member)]));
}
