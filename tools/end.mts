// Knows how a running program is ended, with all that it started.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const graceMs = 5_000;

/** Asks a program to end (SIGINT), and kills it after five seconds. What it started and left behind is killed. */
export async function end(pid: number, ended: Promise<unknown>): Promise<void> {
  // Pulumi gives plugins process groups of their own and may leave them behind, where they are nobody's descendants.
  const doomed = await descendants(pid);
  send("SIGINT", [pid]);
  const late = await Promise.race([ended.then(() => false), sleep(graceMs, true, { ref: false })]);
  send("SIGKILL", late ? [pid, ...doomed, ...(await descendants(pid))] : doomed);
}

/** Whether there is such a process. */
export function isRunning(pid: number): boolean {
  return send(0, [pid]);
}

/** Sends a signal to processes; false when one of them has ended. */
function send(signal: NodeJS.Signals | 0, pids: readonly number[]): boolean {
  let all = true;
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      all = false;
    }
  }
  return all;
}

async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  const table = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    table.flatMap(([child = 0, ppid]) => (ppid === parent ? [...below(child), child] : []));
  return below(pid);
}
