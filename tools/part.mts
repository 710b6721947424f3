// Knows how a machine gets the real programs: from PATH, from the cache, or built once from the Go modules beside this file.
import { createHash, randomUUID } from "node:crypto";
import { accessSync, constants, statSync } from "node:fs";
import { mkdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild, tail } from "./child.mts";
import { type ProgressOutput, progress } from "./progress.mts";
import { type PartName, type Source, sources } from "./source.mts";

const tools = dirname(fileURLToPath(import.meta.url));

const hydraBinaryVariable = "HYDRA_BINARY";

/**
 * The absolute path of a program. What the machine already has is used; else it is built, once, into `.cache` of the
 * repository (or `PULUMI_HYDRA_CACHE`). For Hydra, `HYDRA_BINARY` goes before everything.
 *
 * @example
 * const hydra = await part("hydra");
 */
export async function part(name: PartName, output?: ProgressOutput): Promise<string> {
  const chosen = name === "hydra" ? process.env[hydraBinaryVariable] : undefined;
  if (chosen) {
    if (isProgram(chosen)) return resolve(chosen);
    throw new Error(`${hydraBinaryVariable} is ${chosen}, which is not an executable file`);
  }
  return onPath(name) ?? (await nextToPulumi(name)) ?? (await built(name, output));
}

/** The programs, and a PATH on which they are found by their names. */
export interface Parts {
  pulumi: string;
  languageHost: string;
  hydra: string;
  /** PATH with the running Node.js first, so that programs and providers run on it. */
  path: string;
}

/**
 * All programs, those that are missing built one after the other.
 *
 * @example
 * const { path } = await parts();
 * await run("pulumi", ["version"], { env: { ...process.env, PATH: path } });
 */
export async function parts(output?: ProgressOutput): Promise<Parts> {
  const pulumi = await part("pulumi", output);
  const languageHost = await part("pulumi-language-nodejs", output);
  const hydra = await part("hydra", output);
  const launcher = await dynamicProviderLauncher();
  const folders = [process.execPath, pulumi, languageHost, launcher].map((file) => dirname(file));
  return { pulumi, languageHost, hydra, path: [...new Set(folders), process.env.PATH ?? ""].join(delimiter) };
}

async function built(name: PartName, output?: ProgressOutput): Promise<string> {
  const source = sources[name];
  const module = join(tools, source.folder);
  const version = await versionOf(source.module, join(module, "go.mod"));
  const file = join(cache(), "bin", `${name}-${version}${await ownVersion(source)}`, name);
  if (isProgram(file)) return file;

  const go = onPath("go");
  const compiler = process.env.CC ?? ["cc", "gcc", "clang"].find((candidate) => onPath(candidate));
  if (!go || (source.cgo && !compiler)) throw new Error(noWay(name, version, source.cgo));

  await mkdir(dirname(file), { recursive: true });
  // A name of its own for each attempt, then a rename: runs in parallel and killed runs cannot break each other.
  const attempt = `${file}.${randomUUID()}`;
  const done = progress(
    `building ${name} ${version}, because it is not on PATH (once; about ${source.lasts} on two cores)`,
    output,
  );
  try {
    await using child = startChild(go, ["build", ...source.flags(version), "-o", attempt, source.main], {
      cwd: module,
      env: { ...process.env, CGO_ENABLED: source.cgo ? "1" : "0", ...(source.cgo ? { CC: compiler } : {}) },
    });
    const { code } = await child.ended;
    if (code !== 0) {
      done(`could not build ${name} ${version}`);
      throw new Error(`go build of ${name} ${version} failed in ${module}:\n${tail(child.log())}`);
    }
    await rename(attempt, file);
    done(`built ${name} ${version} into ${file}`);
    return file;
  } finally {
    await rm(attempt, { force: true });
  }
}

/**
 * The Python language host starts programs by a launcher that it expects beside itself. Every regular Pulumi
 * installation has one; the Go module has none, so that ours is put there.
 */
export async function pythonLanguageHost(output?: ProgressOutput): Promise<string> {
  const host = await part("pulumi-language-python", output);
  const name = "pulumi-language-python-exec";
  if (host.startsWith(cache())) {
    await writeProgram(join(dirname(host), name), await readFile(join(tools, "language-python", name), "utf8"));
  }
  return host;
}

/** Every regular Pulumi installation has this program; Go modules do not, and it is only a call of Node.js. */
async function dynamicProviderLauncher(): Promise<string> {
  const name = "pulumi-resource-pulumi-nodejs";
  const there = onPath(name) ?? (await nextToPulumi(name));
  if (there) return there;
  const file = join(cache(), "bin/launcher", name);
  const entry = "require.resolve('@pulumi/pulumi/cmd/dynamic-provider', { paths: [process.cwd()] })";
  await writeProgram(file, `#!/bin/sh\nexec node "$(node -p "${entry}")" "$@"\n`);
  return file;
}

async function writeProgram(file: string, script: string): Promise<void> {
  const attempt = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(attempt, script, { mode: 0o755 });
  await rename(attempt, file);
}

/** The folder for what is made once: `.cache` of the repository, or `PULUMI_HYDRA_CACHE`. */
export function cache(): string {
  return resolve(process.env.PULUMI_HYDRA_CACHE ?? join(tools, "..", ".cache"));
}

/** What a change of the program's own source makes of its version. */
async function ownVersion({ folder, own }: Source): Promise<string> {
  if (own === undefined) return "";
  const text = await readFile(join(tools, folder, own));
  return `-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}

/** The version that a go.mod requires of a module. */
export async function versionOf(module: string, goMod: string): Promise<string> {
  const line = (await readFile(goMod, "utf8")).split("\n").find((text) => text.trim().startsWith(`${module} v`));
  const version = line?.trim().split(" ")[1];
  if (!version) throw new Error(`${goMod} does not require ${module}`);
  return version;
}

/** The file of a program that is on PATH. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => resolve(folder, name)).find(isProgram);
}

async function nextToPulumi(name: string): Promise<string | undefined> {
  const pulumi = name.startsWith("pulumi-") ? onPath("pulumi") : undefined;
  const file = pulumi && join(dirname(await realpath(pulumi)), name);
  return file && isProgram(file) ? file : undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function noWay(name: PartName, version: string, cgo: boolean): string {
  const go = cgo ? "Go 1.26 or later and a C compiler (cc, gcc, clang, or $CC)" : "Go 1.26 or later";
  const install =
    name === "hydra"
      ? `install Ory Hydra (https://www.ory.com/docs/hydra/self-hosted/install) and put it on PATH or name it in ${hydraBinaryVariable}`
      : "install Pulumi (https://www.pulumi.com/docs/install/) and put it on PATH";
  return `${name} is not on PATH, and it cannot be built. Either ${install}; or install ${go}, and ${name} ${version} is built here.`;
}
