// Knows what programs in YAML, Python and Go need beside Pulumi: language hosts, SDKs of our schema, Python's packages.
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChildOptions, run, tail } from "./child.mts";
import { cache, onPath, part, pythonLanguageHost, versionOf } from "./part.mts";
import { type ProgressOutput, progress } from "./progress.mts";

/** What a language has here, or the reason why programs in it cannot run. Plain data: tests hand it around. */
export type Ready<Have> = Have | { lacks: string };

export interface Languages {
  /** The folder of the SDKs: `nodejs`, `python`, `go`. */
  sdks: string;
  /** The program that makes SDKs of a schema; absent where it cannot be built. */
  generator?: string;
  /** Folders of the language hosts, for PATH. */
  path: string[];
  /** The virtual environment that has the `pulumi` package, and the folder that has our SDK. */
  python: Ready<{ environment: string; packages: string }>;
  /** The module of our SDK, compiled. */
  go: Ready<{ sdk: string }>;
}

const tools = dirname(fileURLToPath(import.meta.url));
const schema = resolve(tools, "../dist/schema.json");
const pulumiSdk = "github.com/pulumi/pulumi/sdk/v3";
const goMod = join(tools, "pulumi/go.mod");
const noGo = "go (1.26 or later), which the SDK for the tests is made with, is not on PATH";

/** Go programs are built without C, as everything else of Pulumi is here, so that they share what is compiled. */
export const goEnvironment = { GOFLAGS: "-mod=mod", GOWORK: "off", CGO_ENABLED: "0" };

/** The language hosts and what makes SDKs, those that are missing built one after the other. */
export async function languageParts(output?: ProgressOutput): Promise<{ path: string[]; generator?: string }> {
  const yaml = await part("pulumi-language-yaml", output);
  const python = await pythonLanguageHost(output);
  const go = await part("pulumi-language-go", output);
  const path = [...new Set([yaml, python, go].map((file) => dirname(file)))];
  // A regular Pulumi installation has all the others, and nobody needs Go for that.
  return onPath("go") ? { path, generator: await part("generate-sdk", output) } : { path };
}

/**
 * All that the three languages need, the SDKs in the folder. The repository must have been built: the SDKs are made of its
 * schema, and nothing of them is kept.
 *
 * @example
 * const { path, python } = await languages(await mkdtemp(join(tmpdir(), "languages-")));
 */
export async function languages(folder: string, output?: ProgressOutput): Promise<Languages> {
  const { path, generator } = await languageParts(output);
  if (!generator) return { sdks: folder, path, python: { lacks: noGo }, go: { lacks: noGo } };
  await succeed(generator, [schema, folder, "nodejs", "python", "go"]);
  return {
    sdks: folder,
    generator,
    path,
    python: await python(folder, output),
    go: await go(join(folder, "go"), output),
  };
}

async function python(folder: string, output?: ProgressOutput): Promise<Languages["python"]> {
  const program = onPath("python3");
  const lacks = "python3 (3.10 or later, with venv) is not on PATH";
  if (!program) return { lacks };
  const { code, stdout: version } = await run(program, [
    "-c",
    "import sys, venv, ensurepip; print(sys.version_info[:2])",
  ]);
  if (code !== 0) return { lacks };
  const environment = await virtualEnvironment(program, version, output);
  const packages = join(folder, "packages");
  const how = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--target", packages];
  await succeed(join(environment, "bin/python"), ["-m", "pip", "install", ...how, join(folder, "python")]);
  return { environment, packages };
}

async function virtualEnvironment(program: string, version: string, output?: ProgressOutput): Promise<string> {
  const requirements = join(tools, "language-python/requirements.txt");
  const content = createHash("sha256")
    .update(version)
    .update(await readFile(requirements))
    .digest("hex");
  const environment = join(cache(), "python", content.slice(0, 8));
  if (existsSync(environment)) return environment;
  // Only its `python` is used, which does not mind that the folder is renamed.
  const attempt = `${environment}-${randomUUID().slice(0, 8)}`;
  const done = progress("installing Python packages of tools/language-python (once; about half a minute)", output);
  try {
    await mkdir(dirname(environment), { recursive: true });
    await succeed(program, ["-m", "venv", attempt]);
    const how = ["--quiet", "--disable-pip-version-check", "-r", requirements];
    await succeed(join(attempt, "bin/python"), ["-m", "pip", "install", ...how], { timeoutMs: 600_000 });
    await rename(attempt, environment);
    done(`installed Python packages into ${environment}`);
    return environment;
  } catch (error) {
    done("could not install Python packages");
    throw error;
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
}

async function go(sdk: string, output?: ProgressOutput): Promise<Languages["go"]> {
  const program = onPath("go");
  if (!program) return { lacks: noGo };
  const done = progress("compiling the Go SDK (once; about a minute)", output);
  const env = { ...process.env, ...goEnvironment };
  // Of the version that programs ask for: another one would have to be compiled again for them.
  await succeed(program, ["mod", "edit", `-require=${pulumiSdk}@${await versionOf(pulumiSdk, goMod)}`], { cwd: sdk });
  await succeed(program, ["build", "./..."], { cwd: sdk, env, timeoutMs: 600_000 });
  done("compiled the Go SDK");
  return { sdk };
}

async function succeed(
  command: string,
  args: readonly string[],
  options: ChildOptions & { timeoutMs?: number } = {},
): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} failed:\n${tail(stdout + stderr)}`);
}
