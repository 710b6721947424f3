// Knows how a machine gets other versions of npm packages than the project's own: once, into the cache.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, madeOnce } from "./cache.mts";
import { succeed } from "./child.mts";

const timeoutMs = 300_000;

/**
 * The `node_modules` that holds these packages and what they need.
 *
 * @example
 * const modules = await fromNpm("@pulumi/pulumi@3.216.0", "typescript@5.9.3");
 */
export async function fromNpm(...packages: readonly string[]): Promise<string> {
  const folder = await madeOnce(cached(nameOf(packages)), (attempt) => {
    const options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", attempt];
    return succeed("npm", ["install", ...options, ...packages], { timeoutMs });
  });
  return join(folder, "node_modules");
}

/**
 * A `node_modules` with these packages alone, without what they need: that is found further up, beside the package itself.
 *
 * @example
 * const modules = await unpackedFromNpm("@pulumi/vault@7.8.0");
 */
export async function unpackedFromNpm(...packages: readonly string[]): Promise<string> {
  const folder = await madeOnce(cached(`unpacked-${nameOf(packages)}`), async (attempt) => {
    for (const name of packages) await unpack(name, join(attempt, "node_modules", name.replace(/(?<=.)@.*/, "")));
  });
  return join(folder, "node_modules");
}

/** Puts what a package holds into a new folder. `npm install` refuses packages of other systems; this does not. */
export async function unpack(name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pack = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder, name];
  const tarball = join(folder, (await succeed("npm", pack, { timeoutMs })).trim());
  await succeed("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  await rm(tarball);
}

function nameOf(packages: readonly string[]): string {
  return packages.join("+").replaceAll(/[@/]+/g, "-").replace(/^-/, "");
}
