// Knows the three ways in which the packed package reaches a Hydra, and uses each as it is started by its users.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { inject } from "vitest";
import { run } from "../../tools/child.mts";
import { type EngineOptions, startEngine } from "../support/engine.ts";
import { admin } from "../support/hydra.ts";

const installation = inject("installation");
const root = join(installation.folder, "node_modules/pulumi-hydra");

/** The plugin, as it is packed. */
export function startPacked(options: EngineOptions) {
  return startEngine({ ...options, command: [join(root, "pulumi-resource-hydra")], folder: installation.folder });
}

/** How a server is reached: keys of the configuration, and the environment of the process. */
export interface Way {
  readonly config: Readonly<Record<string, string>>;
  readonly env?: Record<string, string>;
}

/** What came of it: nothing when it worked, else what a person reads. */
export type Outcome = string | undefined;

async function byPlugin({ config, env = {} }: Way): Promise<Outcome> {
  await using engine = await startPacked({ config: { ...config }, env });
  const __clientId = randomUUID();
  try {
    const { id, properties } = await engine.create("OAuth2Client", { __clientId });
    await engine.delete("OAuth2Client", id, properties);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const program = `
const provider = require("pulumi-hydra/dynamic/oauth2-client");
const config = JSON.parse(process.env.CONFIG);
(async () => {
  await provider.configure({ config: { get: (key) => config[key.replace("hydra:", "")] } });
  const { id, outs } = await provider.create({ __clientId: process.env.CLIENT });
  await provider.delete(id, outs);
})().catch((error) => {
  console.log(error.message);
  process.exitCode = 1;
});
`;

async function byDynamic({ config, env = {} }: Way): Promise<Outcome> {
  const { code, stdout, stderr } = await run("node", ["-e", program], {
    cwd: installation.folder,
    env: { PATH: installation.path, CONFIG: JSON.stringify(config), CLIENT: randomUUID(), ...env },
    timeoutMs: 60_000,
  });
  return code === 0 ? undefined : (stdout + stderr).trim();
}

async function byAdopt({ config, env = {} }: Way): Promise<Outcome> {
  const owner = randomUUID();
  const { body } = await admin.post("/admin/clients", { owner });
  const names = Object.entries(config).map(([key, value]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    return [`PULUMI_HYDRA_${name}`, value];
  });
  const { code, stderr } = await run(join(root, "pulumi-hydra"), ["adopt", "--owner", owner], {
    cwd: installation.folder,
    env: { PATH: installation.path, ...Object.fromEntries(names), ...env },
    timeoutMs: 60_000,
  });
  await admin.delete(`/admin/clients/${body.client_id}`);
  return code === 0 ? undefined : stderr.trim();
}

export const ways = { plugin: byPlugin, dynamic: byDynamic, adopt: byAdopt } as const;

export const wayNames = ["plugin", "dynamic", "adopt"] as const;
