// Knows how to make a release of this repository as its owner would, under a made-up name, and to serve it on this machine.
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { cached } from "../../tools/cache.mts";
import { run, tail } from "../../tools/child.mts";
import { languageParts } from "../../tools/language.mts";
import { listen } from "../../tools/port.mts";

/** A release that was made for the tests. */
export interface ReleaseUnderTest {
  /** Where its files are. */
  folder: string;
  /** The copy of the repository that it was made of. */
  repository: string;
  /** Where its files are served. */
  url: string;
  version: string;
  /** Folders of language hosts, for PATH. */
  path: string[];
}

declare module "vitest" {
  export interface ProvidedContext {
    /** Only in the project that tests it. */
    release?: ReleaseUnderTest;
  }
}

/** Nobody's. */
export const madeUp = "https://github.com/example/pulumi-hydra";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "pulumi-hydra-release-"));
  const repository = join(root, "repository");
  const { path } = await languageParts();
  await copyRepository(repository);
  const about = JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as { version: string };
  await writeFile(join(repository, "package.json"), JSON.stringify({ ...about, repository: madeUp }, null, 2));
  await release(repository);
  const folder = join(repository, "release");
  // One test makes the release again while others fetch from it.
  const served = join(root, "served");
  await cp(folder, served, { recursive: true });
  const server = createServer((request, response) => {
    readFile(join(served, basename(request.url ?? ""))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  project.provide("release", { folder, repository, url, version: about.version, path });
  return async () => {
    server.close();
    await rm(root, { recursive: true, force: true });
  };
}

/** Runs the command. */
export async function release(repository: string): Promise<void> {
  const env = { ...process.env, PULUMI_HYDRA_CACHE: cached() };
  const { code, stdout, stderr } = await run("npm", ["run", "release"], { cwd: repository, env, timeoutMs: 600_000 });
  if (code !== 0) throw new Error(`npm run release failed:\n${tail(stdout + stderr)}`);
}

/** What git knows of here or would add; packages are shared. */
async function copyRepository(place: string): Promise<void> {
  const { code, stdout, stderr } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  if (code !== 0) throw new Error(`git ls-files failed:\n${stderr}`);
  for (const name of stdout.split("\0").filter((name) => name !== "")) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    // What git lists may be deleted.
    await cp(name, join(place, name)).catch(() => undefined);
  }
  await symlink(resolve("node_modules"), join(place, "node_modules"));
}
