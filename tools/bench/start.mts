// Knows how long a plugin's process takes until its port is known.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Installation } from "../installation.mts";
import { echoPlugin } from "./side.mts";
import { rowOf } from "./table.mts";

/** Ours and the smallest one, which take turns. */
export async function startRow(installation: Installation): Promise<string[]> {
  const ours = join(installation.folder, "node_modules/pulumi-hydra/pulumi-resource-hydra");
  const [bases, own]: [number[], number[]] = [[], []];
  for (let round = 0; round <= 10; round++) {
    bases[round] = await untilPort(echoPlugin(installation), installation.path);
    own[round] = await untilPort(ours, installation.path);
  }
  const what = "time until the plugin's process prints its port, against the smallest gRPC server";
  // The first ones read the files from disk.
  return rowOf(what, bases.slice(1), own.slice(1), "≤ 2.00");
}

async function untilPort(executable: string, path: string): Promise<number> {
  const start = performance.now();
  const child = spawn(executable, [], { env: { ...process.env, PATH: path }, stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  const time = performance.now() - start;
  child.kill();
  await ended;
  return time;
}
