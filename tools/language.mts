// Knows what programs in YAML, Python, Go and Java need beside Pulumi: language hosts, SDKs of our schema, Python's packages.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { withoutReferences } from "../provider/describe/doc-reference.ts";
import { cached, madeOnce } from "./cache.mts";
import { run, succeed } from "./child.mts";
import { onPath, part, pythonLanguageHost, versionOf } from "./part.mts";
import { during } from "./progress.mts";

/** What a language has here, or the reason why programs in it cannot run. Plain data: tests hand it around. */
export type Ready<Have> = Have | { lacks: string };

export interface Languages {
  /** The folder of the SDKs: `nodejs`, `python`, `go`, `java`. */
  sdks: string;
  /** The program that makes SDKs of a schema; absent where it cannot be built. */
  generator?: string;
  /** Folders of the language hosts, for PATH. */
  path: string[];
  /** The virtual environment that has the `pulumi` package, and the folder that has our SDK. */
  python: Ready<{ environment: string; packages: string }>;
  /** The module of our SDK, compiled. */
  go: Ready<{ sdk: string }>;
  /** The sources of our SDK, which a program compiles along. */
  java: Ready<{ sdk: string }>;
}

const tools = import.meta.dirname;
const schema = join(tools, "../dist/schema.json");
const pulumiSdk = "github.com/pulumi/pulumi/sdk/v3";
const noGo = "go (1.26 or later), which the SDK for the tests is made with, is not on PATH";
const quiet = ["--quiet", "--disable-pip-version-check"];

/** Go programs are built without C, as everything else of Pulumi is here, so that they share what is compiled. */
export const goEnvironment = { GOFLAGS: "-mod=mod", GOWORK: "off", CGO_ENABLED: "0" };

/** Maven keeps what it downloads in the cache. */
export const mavenRepository = `-Dmaven.repo.local=${cached("maven")}`;
/** A program runs in Maven's own process, for a second: it is not worth the second compiler. */
export const javaEnvironment = { MAVEN_OPTS: `${mavenRepository} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC` };

/** The language hosts and what makes SDKs, those that are missing built one after the other. */
export async function languageParts(): Promise<{ path: string[]; generator?: string }> {
  const hosts = [await part("pulumi-language-yaml"), await pythonLanguageHost(), await part("pulumi-language-go")];
  if (!lackingForJava()) hosts.push(await part("pulumi-language-java"));
  const path = [...new Set(hosts.map((file) => dirname(file)))];
  // A regular Pulumi installation has all the others, and nobody needs Go for that.
  if (!onPath("go")) return { path };
  await part("generate-dotnet-sdk");
  return { path, generator: await part("generate-sdk") };
}

/**
 * All that the languages need, the SDKs in the folder. The repository must have been built: the SDKs are made of its
 * schema, and nothing of them is kept.
 *
 * @example
 * const { path, python } = await languages(await mkdtemp(join(tmpdir(), "languages-")));
 */
export async function languages(sdks: string): Promise<Languages> {
  const { path, generator } = await languageParts();
  if (!generator) return { sdks, path, python: { lacks: noGo }, go: { lacks: noGo }, java: { lacks: noGo } };
  await succeed(generator, [schema, sdks, "nodejs", "python", "go"]);
  const [ofPython, ofGo, ofJava] = await Promise.all([python(sdks), go(join(sdks, "go")), java(sdks)]);
  return { sdks, generator, path, python: ofPython, go: ofGo, java: ofJava };
}

/** Why this machine can neither make nor run Java. */
export function lackingForJava(): string | undefined {
  const missing = ["javac", "mvn"].find((name) => !onPath(name));
  return missing && `${missing} is not on PATH`;
}

/**
 * Makes the sources of the SDK for Java out of a schema, in the folder `java` of another one. Returns that. Those for a program
 * of this machine (`local`) know their version.
 */
export async function javaSources(schema: string, folder: string, local = false): Promise<string> {
  const host = await part("pulumi-language-java");
  const path = [dirname(host), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, PULUMI_SKIP_UPDATE_CHECK: "1", PULUMI_HOME: join(folder, "home") };
  const generating = ["package", "gen-sdk", await plainSchema(schema, folder), "--language", "java", "--out", folder];
  await succeed(await part("pulumi"), [...generating, ...(local ? ["--local"] : [])], { env });
  return join(folder, "java");
}

/** The schema for code generators that know no references in descriptions, as a file in the folder. */
export async function plainSchema(schema: string, folder: string): Promise<string> {
  const file = join(folder, "schema.json");
  await writeFile(file, withoutReferences(await readFile(schema, "utf8")));
  return file;
}

async function java(folder: string): Promise<Languages["java"]> {
  const lacks = lackingForJava();
  return lacks ? { lacks } : { sdk: await javaSources(schema, folder, true) };
}

/** Python's packages, with those that make a package. */
export async function pythonEnvironment(): Promise<Ready<{ environment: string }>> {
  const program = onPath("python3");
  const needed = ["-c", "import sys, venv, ensurepip; print(sys.version_info[:2])"];
  const found = program ? await run(program, needed) : undefined;
  if (!program || found?.code !== 0) return { lacks: "python3 (3.10 or later, with venv) is not on PATH" };
  const requirements = join(tools, "language-python/requirements.txt");
  const content = createHash("sha256")
    .update(found.stdout)
    .update(await readFile(requirements))
    .digest("hex");
  const environment = await madeOnce(cached("python", content.slice(0, 8)), (attempt) =>
    during("installing Python packages of tools/language-python (once; about half a minute)", async () => {
      await succeed(program, ["-m", "venv", attempt]);
      // Only its `python` is used, which does not mind that the folder is renamed.
      const how = ["-m", "pip", "install", ...quiet, "-r", requirements];
      await succeed(join(attempt, "bin/python"), how, { timeoutMs: 600_000 });
    }),
  );
  return { environment };
}

async function python(sdks: string): Promise<Languages["python"]> {
  const ready = await pythonEnvironment();
  if ("lacks" in ready) return ready;
  const packages = join(sdks, "packages");
  const how = [...quiet, "--no-deps", "--no-build-isolation", "--target", packages];
  await succeed(join(ready.environment, "bin/python"), ["-m", "pip", "install", ...how, join(sdks, "python")]);
  return { environment: ready.environment, packages };
}

async function go(sdk: string): Promise<Languages["go"]> {
  // Of the version that programs ask for: another one would have to be compiled again for them.
  const version = await versionOf(pulumiSdk, join(tools, "pulumi/go.mod"));
  await succeed("go", ["mod", "edit", `-require=${pulumiSdk}@${version}`], { cwd: sdk });
  await during("compiling the Go SDK (once; about a minute)", () =>
    succeed("go", ["build", "./..."], { cwd: sdk, env: { ...process.env, ...goEnvironment }, timeoutMs: 600_000 }),
  );
  return { sdk };
}
