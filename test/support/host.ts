// Knows the two hosts of our resources as the engine meets them, what of their protocols differs, and hides only that.
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached, madeOnce } from "../../tools/cache.mts";
import { succeed } from "../../tools/child.mts";
import { kebabCase } from "../../tools/kebab-case.mts";
import { type Properties, secret, startEngine } from "./engine.ts";
import { hydra } from "./hydra.ts";

/** What differs between the hosts: the table of docs/hosts.md, and what the tests then expect of each. */
export const differences = {
  secrets: {
    what: "a secret in the state",
    dynamic: "the class marks it",
    plugin: "the provider marks it",
    marked: { dynamic: [], plugin: ["clientSecret"] },
  },
  places: {
    what: "the preview of an edit",
    dynamic: "shows which properties change",
    plugin: "shows what changes inside each property",
    named: { dynamic: {}, plugin: { "metadata.team": "UPDATE", "contacts[1]": "ADD" } },
  },
  failures: {
    what: "a check failure",
    dynamic: "Pulumi shows the reason, which names the property",
    plugin: "Pulumi shows the property and the reason. If the property may be secret, Pulumi shows only the reason",
    on: { dynamic: ["", "", "redirectUris[0]"], plugin: ["", "clientUri", "redirectUris[0]"] },
  },
  refresh: {
    what: "the inputs in the state after a refresh",
    dynamic: "the fields that differ from their defaults. A secret is only in the outputs",
    plugin: "the same fields, and every field that the program sets",
    recorded: { dynamic: [], plugin: ["clientSecret"] },
  },
  warnings: {
    what: "a warning",
    dynamic: "is a line among the messages of the operation",
    plugin: "is shown at its resource",
    shown: { dynamic: "written", plugin: "logged" },
  },
  import: {
    what: "`pulumi import` and the `import` option",
    dynamic: "no",
    plugin: "yes",
    reads: { dynamic: false, plugin: true },
  },
  questions: {
    what: "functions and `pulumi do`",
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

/** Starts a host, configured for a server. */
export async function startHost(
  name: "dynamic" | "plugin",
  adminUrl = hydra.adminUrl,
  settings: Readonly<Record<string, string>> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-host-"));
  const engine =
    name === "plugin"
      ? await startEngine({ config: { adminUrl, ...settings } })
      : await startStock(folder, { adminUrl, ...settings });
  const token = (type: string) => (name === "plugin" ? `hydra:index:${type}` : `pulumi-nodejs:dynamic/hydra:${type}`);
  // The stock server is sent no marks, but the text that says which provider to load.
  const sent = (type: string, values: Properties): Properties =>
    name === "plugin"
      ? values
      : {
          ...(bare(values) as Properties),
          __provider: `exports.handler = () => require("pulumi-hydra/dynamic/${kebabCase(type)}")`,
        };
  const got = ({ __provider: _, ...values }: Properties): Properties => values;

  return {
    name,
    engine,
    /** What every later call of the engine needs beside the values. */
    sent,
    token,
    check: async (type: string, news: Properties, olds: Properties = {}, name?: string) => {
      // A resource of which nothing is recorded has not even a provider.
      const before = Object.keys(olds).length > 0 ? sent(type, olds) : {};
      const { inputs, failures } = await engine.check(token(type), sent(type, news), before, undefined, name);
      return { inputs: got(inputs), failures };
    },
    diff: (type: string, { id, state }: Held, inputs: Properties, name?: string) =>
      engine.diff(token(type), id, sent(type, state), sent(type, inputs), named(name)),
    create: async (type: string, inputs: Properties, name?: string): Promise<Held> => {
      const { id, properties } = await engine.create(token(type), sent(type, inputs), named(name));
      return { id, state: got(properties) };
    },
    /** Nothing when the host says that it is gone. */
    read: async (type: string, { id, state }: Held, inputs: Properties) => {
      const found = await engine.read(token(type), id, sent(type, state), sent(type, inputs));
      if (found.id === "") return undefined;
      return { id: found.id, state: got(found.properties ?? {}), inputs: got(found.inputs ?? {}) };
    },
    update: async (type: string, { id, state }: Held, inputs: Properties, name?: string): Promise<Held> => ({
      id,
      state: got(await engine.update(token(type), id, sent(type, state), sent(type, inputs), named(name))),
    }),
    delete: (type: string, { id, state }: Held, name?: string) =>
      engine.delete(token(type), id, sent(type, state), name),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const named = (name: string | undefined) => (name === undefined ? {} : { name });

/** The server of @pulumi/pulumi for dynamic providers, in a program's folder. */
async function startStock(folder: string, settings: Readonly<Record<string, string>>) {
  await mkdir(join(folder, "node_modules"));
  await symlink(process.cwd(), join(folder, "node_modules/pulumi-hydra"));
  const server = join(process.cwd(), "node_modules/@pulumi/pulumi/cmd/dynamic-provider");
  const env = { NODE_COMPILE_CACHE: await compiledSdk() };
  const late = ["--require", join(process.cwd(), "test/support/late-module.cjs")];
  const engine = await startEngine({ command: [process.execPath, ...late, server], folder, config: null, env });
  await engine.configure(Object.fromEntries(Object.entries(settings).map(([key, value]) => [`hydra:${key}`, value])));
  return engine;
}

/** What Node.js compiled of Pulumi's SDK: the server is killed at the end, and would keep nothing of it for the next one. */
async function compiledSdk(): Promise<string> {
  const { version } = JSON.parse(await readFile("node_modules/@pulumi/pulumi/package.json", "utf8"));
  return madeOnce(cached("compiled", `pulumi-sdk-${version}-node-${process.version}`), (NODE_COMPILE_CACHE) =>
    succeed(process.execPath, ["-e", 'require("@pulumi/pulumi")'], { env: { ...process.env, NODE_COMPILE_CACHE } }),
  );
}

const marker = Object.keys(secret(null)).find((member) => member !== "value") as string;

/** A value without the marks of secrets. */
export function bare(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(bare);
  if (marker in value && "value" in value) return bare(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, bare(member)]));
}
