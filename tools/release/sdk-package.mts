// Knows how the SDK of each language, made of the package schema, becomes what people install.
import { copyFile, mkdir, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Publication } from "../../provider/describe/schema.ts";
import { succeed } from "../child.mts";
import { javaSources, lackingForJava, mavenRepository, plainSchema, pythonEnvironment } from "../language.mts";
import { part } from "../part.mts";
import { archive } from "./archive.mts";
import { filesBelow } from "./plugin-files.mts";
import { pomOf } from "./pom.mts";

export interface SdkOptions {
  /** The file of the package schema. */
  readonly schema: string;
  /** An empty folder to work in. */
  readonly work: string;
  /** Where the packages go. */
  readonly folder: string;
  readonly version: string;
  readonly publication: Publication | undefined;
  /** The root of this repository. */
  readonly repository: string;
}

/** Before every file that is dated, and the same for all. The first year that a zip archive can hold. */
const date = new Date("1980-01-02T00:00:00Z");

/**
 * Makes the packages. Returns why a language has none, where this machine lacks what its package is made with.
 *
 * @example
 * const lacks = await sdkPackages({ schema: "dist/schema.json", work, folder: "release", version, publication, repository });
 */
export async function sdkPackages(options: SdkOptions): Promise<string[]> {
  const { schema, work } = options;
  await succeed(await part("generate-sdk"), [resolve(schema), work, "nodejs", "python", "go"]);
  await dotnet(options);
  const [ofPython, ofJava] = await Promise.all([python(options), java(options), nodejs(options), go(options)]);
  return [...ofPython, ...ofJava];
}

/** The npm package, compiled. Its code asks for package.json beside itself. */
async function nodejs({ work, folder, version, repository }: SdkOptions): Promise<void> {
  const place = join(work, "nodejs");
  await symlink(join(repository, "node_modules"), join(place, "node_modules"));
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  await succeed(process.execPath, [compiler, "--sourceMap", "false", "--declarationMap", "false"], { cwd: place });
  for (const name of ["package.json", "README.md"]) await copyFile(join(place, name), join(place, "bin", name));
  const files = filesBelow(join(place, "bin"), ["."], "package");
  await writeFile(join(folder, `pulumi-hydra-sdk-${version}.tgz`), archive(files));
}

/** The module as it stands in a repository, where its tag is `sdk/go/v<version>`. */
async function go({ work, folder, version, repository }: SdkOptions): Promise<void> {
  await copyFile(join(repository, "LICENSE"), join(work, "go/LICENSE"));
  const files = filesBelow(join(work, "go"), ["."], "sdk/go");
  await writeFile(join(folder, `pulumi-hydra-sdk-go-v${version}.tar.gz`), archive(files));
}

/** The project, which nothing here can build. */
async function dotnet({ schema, work, folder, version, repository }: SdkOptions): Promise<void> {
  const place = join(work, "dotnet");
  const logo = join(repository, "docs/logo.png");
  await succeed(await part("generate-dotnet-sdk"), [await plainSchema(schema, work), logo, place]);
  const name = "pulumi-hydra-sdk-dotnet";
  await writeFile(join(folder, `${name}-${version}.tar.gz`), archive(filesBelow(place, ["."], name)));
}

/** Wheel and source distribution. */
async function python({ work, folder, version }: SdkOptions): Promise<string[]> {
  const ready = await pythonEnvironment();
  if ("lacks" in ready) return [`Python: ${ready.lacks}`];
  const place = join(work, "python");
  await copyFile(join(place, "pulumi_hydra/README.md"), join(place, "README.md"));
  const made = join(work, "made");
  // setuptools puts its own arguments into sys.argv.
  const program =
    "import sys; from setuptools import build_meta as b; to = sys.argv[1]; b.build_sdist(to); b.build_wheel(to)";
  await succeed(join(ready.environment, "bin/python"), ["-W", "ignore", "-c", program, made], {
    cwd: place,
    env: { ...process.env, SOURCE_DATE_EPOCH: String(date.getTime() / 1000) },
  });
  for (const name of await readdir(made)) {
    if (name.endsWith(".whl")) await rename(join(made, name), join(folder, name));
    else {
      // setuptools writes the time into it.
      await succeed("tar", ["-xzf", join(made, name), "-C", work]);
      const root = `pulumi_hydra-${version}`;
      await writeFile(join(folder, name), archive(filesBelow(join(work, root), ["."], root)));
    }
  }
  return [];
}

/** The jar, its sources and its pom, by Maven's names. */
async function java({ schema, work, folder, version, publication }: SdkOptions): Promise<string[]> {
  const lacks = lackingForJava();
  if (lacks) return [`Java: ${lacks}`];
  const place = await javaSources(schema, work);
  const resources = join(place, "src/main/resources/com/pulumi/hydra");
  await mkdir(resources, { recursive: true });
  const server = publication && { server: publication.pluginDownloadURL };
  await writeFile(join(resources, "version.txt"), version);
  await writeFile(
    join(resources, "plugin.json"),
    `${JSON.stringify({ resource: true, name: "hydra", version, ...server }, null, 2)}\n`,
  );
  await writeFile(join(place, "pom.xml"), pomOf({ version, publication, date }));
  const goals = ["resources:resources", "compiler:compile", "jar:jar", "source:jar-no-fork"];
  await succeed("mvn", ["--batch-mode", "--quiet", mavenRepository, ...goals], { cwd: place, timeoutMs: 600_000 });
  for (const name of [`pulumi-hydra-java-${version}.jar`, `pulumi-hydra-java-${version}-sources.jar`])
    await copyFile(join(place, "target", name), join(folder, name));
  await copyFile(join(place, "pom.xml"), join(folder, `pulumi-hydra-java-${version}.pom`));
  return [];
}
