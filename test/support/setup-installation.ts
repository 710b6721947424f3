// Knows that acceptance tests and examples run on the packed package, and packs it once; and what makes Pulumi start sooner there.
import { mkdir, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Installation, install, uninstall } from "../../tools/installation.mts";

declare module "vitest" {
  export interface ProvidedContext {
    installation: Installation;
  }
}

export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // Each project calls this; the first one packs it for all.
  if (vitest.getProvidedContext().installation) return undefined;
  const installed = await install();
  // Each command loads the same packages: what Node.js compiled of them is kept, which saves a fifth of all processor time.
  const installation = { ...installed, env: { NODE_COMPILE_CACHE: join(installed.folder, "tmp/compile-cache") } };
  await withLateArborist(join(installation.folder, "node_modules/@npmcli"));
  vitest.provide("installation", installation);
  return () => uninstall(installation);
}

/**
 * Pulumi's SDK loads npm's arborist at each start and uses it for nothing that is tested here; that is a sixth of the processor
 * time of an `up`. Here it is loaded when it is used. The demo and the tests of single versions of the SDK load all of it.
 */
async function withLateArborist(folder: string): Promise<void> {
  const [real, name] = [await realpath(folder), "arborist"];
  await rm(folder);
  await mkdir(join(folder, name), { recursive: true });
  for (const other of await readdir(real)) if (other !== name) await symlink(join(real, other), join(folder, other));
  const late = `{ enumerable: true, get: () => require(${JSON.stringify(join(real, name))}).Arborist }`;
  await writeFile(
    join(folder, name, "index.js"),
    `exports.__esModule = true;\nObject.defineProperty(exports, "Arborist", ${late});\n`,
  );
}
