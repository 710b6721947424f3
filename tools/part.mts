// Knows how a machine gets the real programs: from PATH, from the cache, or built once from the Go modules beside this file.
import { createHash } from "node:crypto";
import { accessSync, constants, statSync } from "node:fs";
import { cp, readFile, realpath, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { cached, madeOnce } from "./cache.mts";
import { succeed } from "./child.mts";
import { during } from "./progress.mts";
import { type PartName, type Source, sources } from "./source.mts";

const tools = import.meta.dirname;
const hydraBinaryVariable = "HYDRA_BINARY";

/**
 * The absolute path of a program. What the machine already has is used; else it is built, once, into `.cache` of the
 * repository (or `PULUMI_HYDRA_CACHE`). For Hydra, `HYDRA_BINARY` goes before everything.
 *
 * @example
 * const hydra = await part("hydra");
 */
export async function part(name: PartName): Promise<string> {
  const chosen = name === "hydra" ? process.env[hydraBinaryVariable] : undefined;
  if (chosen) {
    if (isProgram(chosen)) return resolve(chosen);
    throw new Error(`${hydraBinaryVariable} is ${chosen}, which is not an executable file`);
  }
  return onPath(name) ?? (await nextToPulumi(name)) ?? (await built(name));
}

/**
 * Builds what is missing: Hydra at the same time as the others, because a C compiler uses one core. PATH then has Pulumi and its
 * hosts by their names, and the running Node.js first, so that programs and providers run on it.
 *
 * @example
 * const { path } = await parts();
 * await run("pulumi", ["version"], { env: { ...process.env, PATH: path } });
 */
export async function parts(): Promise<{ path: string }> {
  const ofPulumi = async () => [await part("pulumi"), await part("pulumi-language-nodejs")];
  const [files] = await Promise.all([ofPulumi(), part("hydra")]);
  const folders = [process.execPath, ...files, await dynamicProviderLauncher()].map((file) => dirname(file));
  return { path: [...new Set(folders), process.env.PATH ?? ""].join(delimiter) };
}

async function built(name: PartName): Promise<string> {
  const source = sources[name];
  const { module, main, tags = "", versionIn, cgo, lasts } = source;
  const cwd = join(tools, source.folder);
  const version = await versionOf(module, join(cwd, "go.mod"));
  return madeOnce(cached("bin", `${name}-${version}${await ownVersion(source)}`, name), async (attempt) => {
    const go = onPath("go");
    const compiler = process.env.CC ?? ["cc", "gcc", "clang"].find((candidate) => onPath(candidate));
    if (!go || (cgo && !compiler)) throw new Error(noWay(name, version, source));
    const env = { ...process.env, CGO_ENABLED: cgo ? "1" : "0", ...(cgo ? { CC: compiler } : {}) };
    const doing = `building ${name} ${version}, because it is not on PATH (once; about ${lasts} on two cores)`;
    const said = versionIn ? ` -X ${versionIn.variable}=${version.replace(/^v/, versionIn.prefix)}` : "";
    // Without what only debuggers read: a third smaller, and started sooner.
    const build = ["build", `-tags=${tags}`, `-ldflags=-s -w${said}`, "-o", attempt, main];
    await during(doing, () => succeed(go, build, { cwd, env, timeoutMs: 3_600_000 }));
  });
}

/**
 * The Python language host starts programs by a launcher that it expects beside itself. Every regular Pulumi
 * installation has one; the Go module has none, so that ours is put there.
 */
export async function pythonLanguageHost(): Promise<string> {
  const host = await part("pulumi-language-python");
  const name = "pulumi-language-python-exec";
  if (host.startsWith(cached()))
    await madeOnce(join(dirname(host), name), (attempt) => cp(join(tools, "language-python", name), attempt));
  return host;
}

/** Every regular Pulumi installation has this program; Go modules do not, and it is only a call of Node.js. */
async function dynamicProviderLauncher(): Promise<string> {
  const name = "pulumi-resource-pulumi-nodejs";
  const there = onPath(name) ?? (await nextToPulumi(name));
  const entry = "require.resolve('@pulumi/pulumi/cmd/dynamic-provider', { paths: [process.cwd()] })";
  const script = `#!/bin/sh\nexec node "$(node -p "${entry}")" "$@"\n`;
  return there ?? madeOnce(cached("bin/launcher", name), (attempt) => writeFile(attempt, script, { mode: 0o755 }));
}

/** What a change of the program's own source makes of its version. */
async function ownVersion({ folder, own }: Source): Promise<string> {
  if (own === undefined) return "";
  const texts = await Promise.all(own.map((file) => readFile(join(tools, folder, file), "utf8")));
  return `-${createHash("sha256").update(texts.join("")).digest("hex").slice(0, 8)}`;
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

function noWay(name: PartName, version: string, { cgo }: Source): string {
  const go = cgo ? "Go 1.26 or later and a C compiler (cc, gcc, clang, or $CC)" : "Go 1.26 or later";
  const install =
    name === "hydra"
      ? `install Ory Hydra (https://www.ory.com/docs/hydra/self-hosted/install) and put it on PATH or name it in ${hydraBinaryVariable}`
      : "install Pulumi (https://www.pulumi.com/docs/install/) and put it on PATH";
  return `${name} is not on PATH, and it cannot be built. Either ${install}; or install ${go}, and ${name} ${version} is built here.`;
}
