// Knows the programs that another process runs, and ends them as soon as that process is gone: its standard input closes then.
// Run by child.mts, which writes a line for each program that starts (its process id and scratch folder) or ends (its id).
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { end, isRunning } from "./end.mts";

const running = new Map<number, string>();

// A terminal's Ctrl-C is for the process that we watch.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [, pid, scratch] = /^(\d+)(?: (.*))?$/.exec(line) ?? [];
    if (scratch === undefined) running.delete(Number(pid));
    else running.set(Number(pid), scratch);
  })
  .on("close", () => {
    for (const [pid, scratch] of running) void endOrphan(pid, scratch);
  });

async function endOrphan(pid: number, scratch: string): Promise<void> {
  let left = isRunning(pid);
  const ended = async () => {
    while (left) {
      await sleep(50);
      left = isRunning(pid);
    }
  };
  await end(pid, ended());
  left = false;
  if (scratch !== "") await rm(scratch, { recursive: true, force: true });
}
