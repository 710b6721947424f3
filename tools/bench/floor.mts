// Knows where programs and Pulumi look for the providers that do nothing, and puts them there.
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Installation } from "../installation.mts";

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The executable of the plugin that does nothing, as it is in an installation. */
export function echoPlugin(installation: Installation): string {
  return join(installation.folder, "echo", "pulumi-resource-echo");
}

/** Adds both providers that do nothing to an installation. */
export async function addFloor(installation: Installation): Promise<void> {
  const modules = join(installation.folder, "node_modules");
  for (const folder of [
    join(installation.folder, "echo"),
    join(modules, "echo-provider"),
    join(modules, "pulumi-hydra-fields"),
  ]) {
    await mkdir(folder, { recursive: true });
  }
  const executable = echoPlugin(installation);
  await writeFile(executable, `#!/usr/bin/env node\n${await readFile(source("echo-plugin.cjs"), "utf8")}`);
  await chmod(executable, 0o755);
  await copyFile(source("echo-dynamic.cjs"), join(modules, "echo-provider", "index.js"));
  await copyFile(
    join(modules, "pulumi-hydra/dist/sdk/fields.json"),
    join(modules, "pulumi-hydra-fields", "index.json"),
  );
  await writeFile(join(modules, "pulumi-hydra-fields", "package.json"), '{ "main": "index.json" }');
}
