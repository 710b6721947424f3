// Knows how Pulumi starts sooner in an installation on which many commands run.
import { mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { cached } from "../../tools/cache.mts";
import { type Installation, install } from "../../tools/installation.mts";
import { part } from "../../tools/part.mts";

/**
 * The packed repository, installed. A command in it takes two thirds of the processor time, because nothing is done again at each
 * start that is the same every time. The demo and the tests of single versions of Pulumi's SDK do without this.
 */
export async function quickInstallation(): Promise<Installation> {
  const installation = await install();
  const { folder } = installation;
  await withLateModules(join(folder, "node_modules"));
  await withoutMaps(join(folder, "node_modules/@pulumi/pulumi"));
  return {
    folder,
    path: [await quickStarts(folder), installation.path].join(delimiter),
    secretsProvider: "hashivault://tests",
    env: {
      NODE_COMPILE_CACHE: join(folder, "tmp/compile-cache"),
      // Pulumi's own programs end before it matters what they leave in memory.
      GOGC: "400",
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
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Pulumi's SDK loads npm's arborist and TypeScript at each start. The first is used for nothing that is tested here, the second for
 * TypeScript and dynamic resources. Here each is loaded when it is used.
 */
async function withLateModules(modules: string): Promise<void> {
  const npm = join(modules, "@npmcli");
  const real = await realpath(npm);
  await rm(npm);
  await mkdir(npm);
  for (const name of await readdir(real)) if (name !== "arborist") await symlink(join(real, name), join(npm, name));
  await late(join(real, "arborist"), join(npm, "arborist"));
  const typescript = join(modules, "typescript");
  const compiler = await realpath(typescript);
  await rm(typescript);
  await late(compiler, typescript);
}

/** What is asked of every module at once must not load it. */
async function late(real: string, folder: string): Promise<void> {
  const { version } = JSON.parse(await readFile(join(real, "package.json"), "utf8"));
  await mkdir(folder);
  for (const name of await readdir(real))
    if (!["package.json", "index.js"].includes(name)) await symlink(join(real, name), join(folder, name));
  await writeFile(join(folder, "package.json"), JSON.stringify({ version }));
  const get = `(_, name) => name === "__esModule" || require(${JSON.stringify(real)})[name]`;
  await writeFile(join(folder, "index.js"), `module.exports = new Proxy({}, { get: ${get} });\n`);
}

/** Without its source maps, which are read for the stack of each promise that Pulumi makes. */
async function withoutMaps(sdk: string): Promise<void> {
  for (const file of await readdir(sdk, { recursive: true })) if (file.endsWith(".js.map")) await rm(join(sdk, file));
}
