// Knows how the plugin's archive for a system runs without Node.js there: the runtime is in it, and the plugin in one file.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";
import { succeed } from "../child.mts";
import { archive, type Entry } from "./archive.mts";
import { filesBelow, pluginFiles } from "./plugin-files.mts";
import { runtime, runtimeLicense } from "./runtime.mts";

const repository = resolve(import.meta.dirname, "../..");

/** Where V8 can compile the plugin for its users: what it makes is for one system and version of Node.js. */
const compiledFor = "linux-amd64";

/** What makes the archives of a release. */
export interface Standalone {
  /** The archive for a system; absent where it cannot have the runtime. */
  archive(system: string): Promise<Buffer | undefined>;
  /** The notices of all that is in it. */
  readonly notices: string;
  /** What it would have elsewhere, and why it has not. */
  readonly lacks: readonly string[];
}

/**
 * Joins the plugin into one file and compiles it, given the notices of the build and the version of Node.js.
 *
 * @example
 * const { archive } = await standalone(notices, "24.21.0");
 * await writeFile("linux-amd64.tar.gz", await archive("linux-amd64"));
 */
export async function standalone(notices: string, node: string): Promise<Standalone> {
  const code = await joined();
  const isHere = process.version === `v${node}` && process.platform === "linux" && process.arch === "x64";
  const cache = isHere ? await codeCache(code) : undefined;
  const license = `node ${node} (MIT)\n\n${(await runtimeLicense(node)).trim()}\n`;
  const all = `${notices}\n${"-".repeat(80)}\n\n${license}`;
  return {
    lacks: isHere ? [] : [`the code cache for ${compiledFor}: that is made there, by Node.js ${node}`],
    notices: all,
    async archive(system) {
      const member = await runtime(system, node);
      if (!member) return undefined;
      const place = "dist/node_modules";
      const own = [
        file("dist/LICENSES", all),
        file(`${place}/plugin.js`, code),
        ...(cache && system === compiledFor ? [file(`${place}/plugin.cache`, cache)] : []),
        ...ours(place, "start.cjs"),
        ...ours(".", system.startsWith("windows") ? "pulumi-resource-hydra.cmd" : "pulumi-resource-hydra"),
      ];
      const replaced = (path: string) => path.startsWith("pulumi-resource-hydra") || path.startsWith(place);
      const shared = pluginFiles().filter(({ path }) => !replaced(path) && path !== "dist/LICENSES");
      return archive([...shared, ...own], member);
    },
  };
}

function file(path: string, content: string | Buffer): Entry {
  return { path, content: Buffer.from(content), executable: false };
}

function ours(place: string, name: string): Entry[] {
  return filesBelow(join(repository, "tools/release/standalone"), [name], place);
}

/** The plugin as an expression: a function of what a module of Node.js finds. */
async function joined(): Promise<string> {
  const input = join(repository, "provider/main.ts");
  const bundle = await rolldown({ cwd: repository, input, platform: "node", logLevel: "warn" });
  const { output } = await bundle.generate({ format: "cjs", strict: true, codeSplitting: false });
  await bundle.close();
  // In ASCII, V8 reads it as it lies on disk.
  const ascii = output[0].code.replace(/[^\0-\x7f]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `(function (require, __dirname) {${ascii}\n})`;
}

/** What V8 compiles of it. With this seed it is the same each time, and V8 accepts it without. */
async function codeCache(code: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-code-"));
  try {
    const [source, cache] = [join(folder, "plugin.js"), join(folder, "plugin.cache")];
    await writeFile(source, code);
    const program = `const [{ readFileSync, writeFileSync }, { Script }] = [require("node:fs"), require("node:vm")];
const script = new Script(readFileSync(${JSON.stringify(source)}, "latin1"), { filename: "plugin.js" });
writeFileSync(${JSON.stringify(cache)}, script.createCachedData());`;
    await succeed(process.execPath, ["--random-seed=1", "-e", program]);
    return await readFile(cache);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
