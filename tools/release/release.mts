// Knows what a release consists of: the npm tarball, the plugin for each system, the package schema, and their checksums.
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../child.mts";
import { archive } from "./archive.mts";
import { pluginFiles } from "./plugin-files.mts";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Systems as Pulumi names them. The plugin is the same for all: JavaScript, which Node.js runs. */
const systems = ["linux", "darwin", "windows"].flatMap((os) => ["amd64", "arm64"].map((cpu) => `${os}-${cpu}`));

/**
 * Makes a release of the built repository in a folder, which is emptied first, and returns the names of its files. From the same
 * sources and packages comes the same, byte for byte.
 *
 * @example
 * await makeRelease("release");
 */
export async function makeRelease(folder: string): Promise<string[]> {
  const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as { version: string };
  const changelog = await readFile(join(repository, "CHANGELOG.md"), "utf8");
  if (!changelog.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md says nothing of ${version}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  const pack = ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", resolve(folder)];
  const { code, stdout, stderr } = await run("npm", pack, { cwd: repository });
  if (code !== 0) throw new Error(`npm ${pack.join(" ")} failed:\n${stdout}${stderr}`);
  const plugin = archive(pluginFiles());
  for (const system of systems)
    await writeFile(join(folder, `pulumi-resource-hydra-v${version}-${system}.tar.gz`), plugin);
  await cp(join(repository, "dist/schema.json"), join(folder, "schema.json"));

  const names = (await readdir(folder)).sort();
  const sums = await Promise.all(
    names.map(async (name) => `${checksum(await readFile(join(folder, name)))}  ${name}\n`),
  );
  await writeFile(join(folder, "SHA256SUMS"), sums.join(""));
  return [...names, "SHA256SUMS"];
}

function checksum(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

if (import.meta.main) {
  const folder = join(repository, "release");
  const names = await makeRelease(folder);
  process.stdout.write(`${folder}\n${names.map((name) => `  ${name}\n`).join("")}`);
}
