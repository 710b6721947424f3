// Knows how Pulumi starts sooner in an installation on which many commands run.
import { mkdir, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { delimiter, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { rolldown } from "rolldown";
import { cached } from "../../tools/cache.mts";
import { type Installation, install } from "../../tools/installation.mts";
import { part } from "../../tools/part.mts";
import { listen } from "../../tools/port.mts";

/**
 * The packed repository, installed. A command in it takes two thirds of the processor time, because nothing is done again at each
 * start that is the same every time. The demo and the tests of single versions of Pulumi's SDK do without this.
 */
export async function quickInstallation(): Promise<Installation> {
  const installation = await install();
  const { folder } = installation;
  await withLateModules(join(folder, "node_modules"));
  return {
    folder,
    path: [await quickStarts(folder), installation.path].join(delimiter),
    secretsProvider: "hashivault://tests",
    env: {
      NODE_COMPILE_CACHE: join(folder, "tmp/compile-cache"),
      // Pulumi's own programs end before it matters what they leave in memory.
      GOGC: "off",
      GOMEMLIMIT: "1GiB",
      VAULT_SERVER_URL: await startVault(),
      VAULT_SERVER_TOKEN: "none",
    },
  };
}

/** A folder with programs that go before others of the same name. */
async function quickStarts(folder: string): Promise<string> {
  const starts = join(folder, "start");
  const write = (name: string, ...lines: string[]) =>
    writeFile(join(starts, name), ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
  await mkdir(starts);
  const host = await part("pulumi-language-nodejs");
  // The host that can be built here does not know a project's option `typescript`, and loads the compiler for every program.
  const plain = '[ -e index.ts ] || set -- -typescript=false "$@"';
  if (host.startsWith(cached())) await write("pulumi-language-nodejs", plain, `exec "${host}" "$@"`);
  const dynamic = join(folder, "node_modules/@pulumi/pulumi/cmd/dynamic-provider");
  await write("pulumi-resource-pulumi-nodejs", `exec node "${dynamic}" "$@"`);
  return starts;
}

/**
 * Vault, as far as Pulumi asks it for the key of a stack. A passphrase costs each command a million rounds of a hash, which is a
 * tenth of an `up`. Stacks with secrets in their settings, and those of the demo, have a passphrase as before.
 */
async function startVault(): Promise<string> {
  const server = createServer(async (request, response) => {
    const { plaintext, ciphertext } = JSON.parse(await text(request));
    response.end(JSON.stringify({ data: plaintext ? { ciphertext: plaintext } : { plaintext: ciphertext } }));
  });
  const port = await listen(server);
  server.unref();
  return `http://127.0.0.1:${port}`;
}

/**
 * Pulumi's SDK loads all of this at each start, though it is used for nothing that is tested here: npm's arborist, what reads
 * manifests, OpenTelemetry, and its Automation API; and TypeScript, which only programs in it and dynamic resources use. Here each
 * is loaded when it is used. And it reads its own source maps for the stack of each promise that it makes.
 */
async function withLateModules(modules: string): Promise<void> {
  for (const scope of ["@grpc", "@npmcli", "@opentelemetry"]) await unlinked(join(modules, scope));
  for (const name of ["@npmcli/arborist", "normalize-package-data", "typescript"])
    await replaced(join(modules, name), lately);
  for (const name of ["@grpc/grpc-js", "@opentelemetry/api", "semver"]) await replaced(join(modules, name), joined);
  const tracing = "exporter-zipkin instrumentation instrumentation-grpc resources sdk-trace-base sdk-trace-node";
  for (const name of tracing.split(" ")) await replaced(join(modules, "@opentelemetry", name), membersLately);
  const sdk = join(modules, "@pulumi/pulumi");
  await withLateFile(join(sdk, "automation/index.js"), lately);
  // It prepares a debugger for functions that are to be sent elsewhere: ours are not.
  const prepared = '{ get: (late, name) => (name === "isInitializedAsync" ? async () => undefined : late[name]) }';
  await withLateFile(
    join(sdk, "runtime/closure/v8Hooks.js"),
    (whole) => `module.exports = new Proxy(${late(whole)}, ${prepared});\n`,
  );
  for (const file of await readdir(sdk, { recursive: true })) if (file.endsWith(".js.map")) await rm(join(sdk, file));
}

/** Puts another `index.js` in the place of a package's own; its other files are links. */
async function replaced(
  module: string,
  index: (real: string, main: string) => string | Promise<string>,
): Promise<void> {
  const real = await unlinked(module, ["package.json", "index.js"]);
  const { version, main, types } = JSON.parse(await readFile(join(real, "package.json"), "utf8"));
  await writeFile(join(module, "package.json"), JSON.stringify({ version, types }));
  await writeFile(join(module, "index.js"), await index(real, main));
}

/** A package of many files as one file. */
async function joined(real: string, main: string): Promise<string> {
  const bundle = await rolldown({ input: join(real, main), platform: "node", logLevel: "warn" });
  const { output } = await bundle.generate({ format: "cjs", codeSplitting: false });
  await bundle.close();
  return output[0].code;
}

async function withLateFile(file: string, text: (whole: string) => string): Promise<void> {
  const whole = file.replace(/js$/, "whole.js");
  await rename(file, whole);
  await writeFile(file, text(whole));
}

const lately = (real: string) => `module.exports = ${late(real)};\n`;

/** For a package that is taken apart where it is required. */
const membersLately = (real: string) =>
  `module.exports = new Proxy({}, { get: (_, name) => ${late(real, "[name]")} });\n`;

const late = (real: string, member = "") =>
  `require(${JSON.stringify(resolve("test/support/lately.cjs"))})(() => require(${JSON.stringify(real)})${member})`;

/** Puts a folder of links in the place of a link to a folder, without some; returns where that folder is. */
async function unlinked(link: string, without: readonly string[] = []): Promise<string> {
  const real = await realpath(link);
  await rm(link);
  await mkdir(link);
  for (const name of await readdir(real))
    if (!without.includes(name)) await symlink(join(real, name), join(link, name));
  return real;
}
