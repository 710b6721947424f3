// Knows what a release consists of: packages for every language, the plugin for each system, the package schema, a bill of
// materials, and their checksums.
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { succeed } from "../child.mts";
import { archive } from "./archive.mts";
import { pluginFiles } from "./plugin-files.mts";
import { type About, publicationOf } from "./publication.mts";
import { sbomOf } from "./sbom.mts";
import { sdkPackages } from "./sdk-package.mts";
import { standalone } from "./standalone.mts";

const repository = resolve(import.meta.dirname, "../..");

/** Systems as Pulumi names them. The plugin is the same for all: JavaScript, and where we can get it the Node.js to run it. */
const systems = ["linux", "darwin", "windows"].flatMap((os) => ["amd64", "arm64"].map((cpu) => `${os}-${cpu}`));

/** What was made. */
export interface Release {
  /** The names of its files. */
  readonly names: readonly string[];
  /** What it would have elsewhere, and why it has not. */
  readonly lacks: readonly string[];
}

/**
 * Makes a release of the built repository in a folder, which is emptied first. From the same sources and packages comes the
 * same, byte for byte. `sdks` says whether it has the SDKs, which take minutes.
 *
 * @example
 * const { names } = await makeRelease("release");
 */
export async function makeRelease(folder: string, { sdks = true } = {}): Promise<Release> {
  const about = JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as About & {
    devDependencies: { node: string };
  };
  const { version } = about;
  const publication = publicationOf(about);
  const changelog = await readFile(join(repository, "CHANGELOG.md"), "utf8");
  if (!changelog.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md says nothing of ${version}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  const pack = ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", resolve(folder)];
  await succeed("npm", pack, { cwd: repository });
  const built = await readFile(join(repository, "dist/LICENSES"), "utf8");
  const alone = await standalone(built, about.devDependencies.node);
  const onNode = archive(pluginFiles());
  const plugins = systems.map(async (system) => {
    const file = join(folder, `pulumi-resource-hydra-v${version}-${system}.tar.gz`);
    await writeFile(file, (await alone.archive(system)) ?? onNode);
  });
  await Promise.all(plugins);
  await cp(join(repository, "dist/schema.json"), join(folder, "schema.json"));
  await writeFile(join(folder, "bom.cdx.json"), sbomOf(alone.notices, version));
  const lacks = [...alone.lacks, ...(sdks ? await makeSdks() : [])];
  if (!publication) lacks.push(unpublished);

  const names = (await readdir(folder)).sort();
  const sums = await Promise.all(
    names.map(async (name) => `${checksum(await readFile(join(folder, name)))}  ${name}\n`),
  );
  await writeFile(join(folder, "SHA256SUMS"), sums.join(""));
  return { names: [...names, "SHA256SUMS"], lacks };

  async function makeSdks(): Promise<string[]> {
    const work = await mkdtemp(join(tmpdir(), "pulumi-hydra-sdks-"));
    const schema = join(repository, "dist/schema.json");
    try {
      return await sdkPackages({ schema, work, folder: resolve(folder), version, publication, repository });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
}

const unpublished =
  'places: package.json names no "repository", so the schema says nowhere to download the plugin from, the Go module is ' +
  "example.com/pulumi-hydra/sdk/go, and the Maven group is com.example";

function checksum(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

if (import.meta.main) {
  const folder = join(repository, "release");
  const { names, lacks } = await makeRelease(folder);
  for (const lack of lacks) process.stderr.write(`not in this release: ${lack}\n`);
  process.stdout.write(`${folder}\n${names.map((name) => `  ${name}\n`).join("")}`);
}
