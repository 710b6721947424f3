// Knows what runs in processes of its own, and joins each with all that it loads in few files. Part of the build.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { resources } from "../provider/registry.ts";
import { kebabCase } from "./kebab-case.mts";

const repository = resolve(import.meta.dirname, "..");
const dist = join(repository, "dist");

/**
 * The language host compiles what a plugin loads by the tsconfig.json of the user's program, except below a folder of this name;
 * with `allowJs` that would end the plugin.
 */
const untouched = "node_modules";

/** What is started or required from outside, by the name of its file in `dist`. */
const entries = {
  cli: "provider/cli/main.ts",
  [`${untouched}/plugin`]: "provider/main.ts",
  ...Object.fromEntries(resources.map(({ type }) => [`dynamic/${kebabCase(type)}`, `dynamic:${type}`])),
};

/** What the state's `__provider` requires for a resource, which differs in the type's name alone. */
const dynamicEntries: Plugin = {
  name: "dynamic-entries",
  resolveId: (id) => (id.startsWith("dynamic:") ? id : undefined),
  load(id) {
    if (!id.startsWith("dynamic:")) return undefined;
    const module = JSON.stringify(join(repository, "provider/host/dynamic/lazy.ts"));
    return `import { provider } from ${module}; export default provider(${JSON.stringify(id.slice("dynamic:".length))});`;
  },
};

/** Whether a module's place in the repository fits: what is above it may have any name. */
const below = (pattern: RegExp) => (id: string) => pattern.test(relative(repository, id));

/**
 * Files of their own: the protocol of plugins, and what the hosts have in common, which is loaded when it is first needed. How
 * errors are told is needed at once.
 */
const groups = [
  { name: "protocol", test: below(/\bnode_modules[\\/](@grpc|@pulumi|google-protobuf)[\\/]/) },
  { name: "explained", test: below(/^provider[\\/](code|explained)\.ts$/) },
  { name: "provider", test: below(/^provider[\\/](?!(cli|host)[\\/]|main\.ts$)/) },
];

// Chunks of an earlier build would be packed too.
for (const folder of ["dynamic", untouched]) rmSync(join(dist, folder), { recursive: true, force: true });
const bundle = await rolldown({
  cwd: repository,
  input: entries,
  plugins: [dynamicEntries],
  platform: "node",
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
