// Knows what runs in processes of its own, and joins each with all that it loads in few files. Part of the build.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(repository, "dist");

/**
 * The language host compiles what a plugin loads by the tsconfig.json of the user's program, except below a folder of this name;
 * with `allowJs` that would end the plugin.
 */
const untouched = "node_modules";

/** What is started or required from outside, by the name of its file in `dist`. */
const entries = {
  cli: "provider/cli/main.ts",
  "dynamic/client-lifespans": "provider/host/dynamic/client-lifespans.ts",
  "dynamic/oauth2-client": "provider/host/dynamic/oauth2-client.ts",
  "dynamic/trusted-jwt-issuer": "provider/host/dynamic/trusted-jwt-issuer.ts",
  [`${untouched}/plugin`]: "provider/main.ts",
};

/** Whether a module's place in the repository fits: what is above it may have any name. */
const below = (pattern: RegExp) => (id: string) => pattern.test(relative(repository, id));

/** Files of their own: the protocol of plugins, and what the hosts have in common, which is loaded when it is first needed. */
const groups = [
  { name: "protocol", test: below(/\bnode_modules[\\/](@grpc|@pulumi|google-protobuf)[\\/]/) },
  { name: "provider", test: below(/^provider[\\/](?!(cli|host)[\\/]|main\.ts$)/) },
];

/** Of undici its dispatchers alone. All that its index loads beside them, from fetch to mocks, would take each operation 15 ms. */
const dispatchers = {
  name: "dispatchers",
  resolveId: (id: string) => (id === "undici" ? "undici-dispatchers" : undefined),
  load: (id: string) =>
    id === "undici-dispatchers"
      ? `import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
         import request from "undici/lib/api/api-request.js";
         export { default as EnvHttpProxyAgent } from "undici/lib/dispatcher/env-http-proxy-agent.js";
         export { default as Pool } from "undici/lib/dispatcher/pool.js";
         Dispatcher.prototype.request = request;`
      : undefined,
};

// Chunks of an earlier build would be packed too.
for (const folder of ["dynamic", untouched]) rmSync(join(dist, folder), { recursive: true, force: true });
const bundle = await rolldown({
  cwd: repository,
  input: entries,
  platform: "node",
  plugins: [dispatchers],
  logLevel: "warn",
});
const { output } = await bundle.write({
  dir: dist,
  format: "cjs",
  strict: true,
  exports: "auto",
  entryFileNames: "[name].js",
  chunkFileNames: `${untouched}/chunk/[name].js`,
  codeSplitting: { groups },
});
await bundle.close();

const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
const packages = [...new Set(modules.flatMap((id) => packageFolder(id) ?? []))].sort();
writeFileSync(join(dist, "LICENSES"), packages.map(notice).join(`\n${"-".repeat(80)}\n\n`));

/** The folder of the package that a module belongs to, unless it is ours. */
function packageFolder(id: string): string | undefined {
  const [found] = /^(.*[\\/])?node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(relative(repository, id)) ?? [];
  return found && join(repository, found);
}

/** The terms under which a package may be passed on, as it states them. */
function notice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((candidate) => /^(licen[cs]e|notice|copying)/i.test(candidate));
  if (files.length === 0) throw new Error(`${folder} has no file of its license`);
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  return `${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
}
