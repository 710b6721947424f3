// Knows who is measured: a provider that does nothing behind two kinds of programs, ours, an earlier build, a bridged provider, Terraform.
import { cp, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Hydra } from "../hydra.mts";
import type { Installation } from "../installation.mts";
import { createWorkspace } from "../workspace.mts";
import { clientsOf } from "./client.mts";
import { type Life, timed } from "./life.mts";
import { terraform } from "./terraform.mts";

/** What runs the resources. */
export type Host = "plugin" | "dynamic";

/** How one side makes so many clients, changes nothing, refreshes and destroys. */
export type Side = (hydra: Hydra, clients: number) => Promise<Life>;

/** The executable of the plugin that does nothing, as it is in an installation. */
export const echoPlugin = ({ folder }: Installation) => join(folder, "echo/pulumi-resource-echo");

/** The sides by name, those that there are. `before` is an installation of an earlier build. */
export async function sidesOf(installation: Installation, before: Installation | undefined, host: Host) {
  const { BRIDGE, BRIDGE_PATH = "", TERRAFORM, TERRAFORM_PROVIDER_HYDRA } = process.env;
  const packageOf = ({ folder }: Installation) => join(folder, "node_modules/pulumi-hydra");
  const own = `const hydra = require("pulumi-hydra${host === "plugin" ? "/plugin" : ""}");`;
  const ours = (its: Installation) => pulumi(its, [packageOf(its)], (clients) => program(own, clients));
  const echo = (declared: string) =>
    pulumi(installation, [join(installation.folder, "echo")], (clients) => program(echoes(host, declared), clients));
  const fields = `require(${JSON.stringify(join(packageOf(installation), "dist/sdk/fields.json"))})`;
  await cp(new URL("echo-plugin.cjs", import.meta.url), echoPlugin(installation));
  await cp(
    new URL("echo-dynamic.cjs", import.meta.url),
    join(installation.folder, "node_modules/echo-provider/index.js"),
  );
  const sides: Record<string, Side> = {
    bare: echo("{}"),
    generated: echo(`Object.fromEntries(${fields}[type].properties.map((name) => [name, undefined]))`),
    ours: ours(installation),
  };
  if (before) sides.before = ours(before);
  if (host === "dynamic") return sides;
  const bridge = BRIDGE && (await readFile(BRIDGE, "utf8"));
  if (bridge) sides.bridge = pulumi(installation, BRIDGE_PATH.split(delimiter), () => bridge);
  if (TERRAFORM && TERRAFORM_PROVIDER_HYDRA)
    sides.Terraform = ({ adminUrl }, clients) => terraform(TERRAFORM, TERRAFORM_PROVIDER_HYDRA, adminUrl, clients);
  return sides;
}

function pulumi(installation: Installation, path: readonly string[], program: (clients: number) => string): Side {
  return async ({ adminUrl }, clients) => {
    await using stack = await createWorkspace(installation, {
      files: { "index.js": program(clients) },
      config: { "hydra:adminUrl": adminUrl },
      env: { CLIENTS: String(clients), HYDRA_ADMIN_URL: adminUrl },
      path,
      timeoutMs: 1_200_000,
    });
    const life: Life = {};
    await timed(life, "up", () => stack.up());
    const state = await stack.exportStack();
    const { deployment } = JSON.parse(state) as { deployment: { resources: { custom: boolean; type: string }[] } };
    const made = deployment.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:")).length;
    if (made < clients) throw new Error(`only ${made} of ${clients} clients were made`);
    life.bytes = Buffer.byteLength(state) / made;
    await timed(life, "no-change up", () => stack.up());
    await timed(life, "refresh", () => stack.refresh());
    await timed(life, "destroy", () => stack.destroy());
    return life;
  };
}

/** Classes of a provider that does nothing: they register what the program names, and what is `declared` besides. */
function echoes(host: Host, declared: string): string {
  const prefix = host === "plugin" ? "echo:index:" : "pulumi-nodejs:dynamic/echo:";
  const text = host === "plugin" ? "{}" : '{ __provider: `exports.handler = () => require("echo-provider")` }';
  return `const echo = (type) => class extends pulumi.CustomResource {
  constructor(name, args) { super("${prefix}" + type, name, { ...${declared}, clientId: undefined, ...args, ...${text} }); }
};
const hydra = { OAuth2Client: echo("OAuth2Client"), ClientLifespans: echo("ClientLifespans") };`;
}

/** The clients, and lifespans of every third. */
function program(head: string, count: number): string {
  return `const pulumi = require("@pulumi/pulumi");
${head}
for (const [index, args] of ${JSON.stringify(clientsOf(count))}.entries()) {
  const { clientId } = new hydra.OAuth2Client("client-" + index, args);
  const lifespans = { authorizationCodeGrantAccessTokenLifespan: "15m0s", implicitGrantIdTokenLifespan: "1h0m0s" };
  if (index % 3 === 2) new hydra.ClientLifespans("lifespans-" + index, { clientId, ...lifespans });
}
`;
}
