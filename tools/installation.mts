// Knows how to install the packed package beside programs, as a user's `npm install` would, without a network.
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChildOptions, run } from "./child.mts";
import { parts } from "./part.mts";

/** A folder in whose subfolders programs find `pulumi-hydra` and all it needs. Plain data: tests hand it around. */
export interface Installation {
  folder: string;
  /** PATH with Node.js, Pulumi, its language host and its dynamic provider. */
  path: string;
}

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Packs the built repository and installs the tarball. Build it first: `npm run build`.
 *
 * @example
 * const installation = await install();
 * await using workspace = await createWorkspace(installation, { files: { "index.js": "…" } });
 * await uninstall(installation);
 */
export async function install(): Promise<Installation> {
  const { path } = await parts();
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-"));
  const modules = join(folder, "node_modules");
  const packed = await succeed(
    "npm",
    ["pack", "--ignore-scripts", "--json", "--loglevel=error", "--pack-destination", folder],
    { cwd: repository, env: { ...process.env, PATH: path } },
  );
  await mkdir(join(folder, "tmp"));
  await mkdir(join(modules, "pulumi-hydra"), { recursive: true });
  const tarball = join(folder, fileName(JSON.parse(packed)));
  await succeed("tar", ["-xzf", tarball, "-C", join(modules, "pulumi-hydra"), "--strip-components=1"]);

  // Pulumi looks the package up from its own real path, so it must be here itself; all others may be links.
  await cp(join(repository, "node_modules/@pulumi"), join(modules, "@pulumi"), { recursive: true });
  for (const name of await readdir(join(repository, "node_modules"))) {
    if (name.startsWith(".") || name === "@pulumi" || name === "pulumi-hydra") continue;
    await symlink(join(repository, "node_modules", name), join(modules, name));
  }
  return { folder, path };
}

/** Deletes an installation and every workspace in it. */
export async function uninstall(installation: Installation): Promise<void> {
  await rm(installation.folder, { recursive: true, force: true });
}

async function succeed(command: string, args: string[], options: ChildOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

function fileName(packed: unknown): string {
  const [first]: unknown[] = Array.isArray(packed) ? packed : Object.values(packed ?? {});
  if (typeof first === "object" && first && "filename" in first) return String(first.filename);
  throw new Error("npm pack did not say which file it made");
}
