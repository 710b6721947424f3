// Knows how to install the packed package beside programs, as a user's `npm install` would, without a network.
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { succeed } from "./child.mts";
import { parts } from "./part.mts";
import { pulumiSdk } from "./pulumi-sdk.mts";

/** A folder in whose subfolders programs find `pulumi-hydra` and all it needs. Plain data: tests hand it around. */
export interface Installation {
  folder: string;
  /** PATH with Node.js, Pulumi, its language host and its dynamic provider. */
  path: string;
  /** What every command in it finds in its environment, too. */
  env?: Readonly<Record<string, string>>;
  /** How new stacks keep their secrets: by a passphrase when absent. */
  secretsProvider?: string;
}

const repository = resolve(import.meta.dirname, "..");

export interface InstallOptions {
  /** A tarball; the built repository is packed when absent. */
  packed?: string;
  /** The version of @pulumi/pulumi: that of `PULUMI_SDK` in the environment when absent, else the repository's. */
  sdk?: string | undefined;
}

/**
 * Packs the built repository and installs the tarball, or another one. Build it first: `npm run build`.
 *
 * @example
 * const installation = await install();
 * await using workspace = await createWorkspace(installation, { files: { "index.js": "…" } });
 * await uninstall(installation);
 */
export async function install({ packed, sdk = process.env.PULUMI_SDK }: InstallOptions = {}): Promise<Installation> {
  const { path } = await parts();
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-"));
  const modules = join(folder, "node_modules");
  const tarball = packed ?? (await pack(folder, path));
  await mkdir(join(folder, "tmp"));
  await mkdir(join(modules, "pulumi-hydra"), { recursive: true });
  await succeed("tar", ["-xzf", tarball, "-C", join(modules, "pulumi-hydra"), "--strip-components=1"]);

  await mkdir(join(modules, "@pulumi"));
  // What comes first stays.
  for (const place of [...(sdk ? [await pulumiSdk(sdk)] : []), join(repository, "node_modules")]) {
    const present = new Set([...(await readdir(modules)), ...(await readdir(join(modules, "@pulumi")))]);
    const absent = async (folder: string) => (await readdir(folder)).filter((name) => !present.has(name));
    // Pulumi looks its package up from its own real path, so that must be here itself; all others may be links.
    for (const name of await absent(join(place, "@pulumi"))) {
      await cp(join(place, "@pulumi", name), join(modules, "@pulumi", name), { recursive: true });
    }
    for (const name of await absent(place)) {
      if (!name.startsWith(".")) await symlink(join(place, name), join(modules, name));
    }
  }
  return { folder, path };
}

/** Deletes an installation and every workspace in it. */
export async function uninstall(installation: Installation): Promise<void> {
  await rm(installation.folder, { recursive: true, force: true });
}

async function pack(folder: string, path: string): Promise<string> {
  const args = ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
  const file = await succeed("npm", args, { cwd: repository, env: { ...process.env, PATH: path } });
  return join(folder, file.trim());
}
