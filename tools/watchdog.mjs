// @ts-check
// Knows one child process and ends it, with all it started and its scratch folder, as soon as its own standard input
// closes. Run by child.mts. JavaScript, because one is started for each command, and to take types away triples that.
import { execFileSync, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { constants } from "node:os";

const graceMs = 5_000;

const [scratch = "", command = "", ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
/** @type {number[]} */
let doomed = [];

child.on("error", (error) => {
  process.stderr.write(`could not start ${command}: ${error.message}\n`);
  process.exit(127);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
process.on("exit", () => {
  kill(doomed);
  if (scratch !== "") rmSync(scratch, { recursive: true, force: true });
});

// A terminal's Ctrl-C is the parent's business: it ends, our input closes, and the child is ended below.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);

process.stdin.resume();
process.stdin.on("error", () => undefined);
process.stdin.on("close", () => {
  // Pulumi gives plugins process groups of their own and may leave them behind, where they are nobody's descendants.
  doomed = descendants(process.pid);
  child.kill("SIGINT");
  setTimeout(() => kill([...new Set([...doomed, ...descendants(process.pid)])]), graceMs);
});

/** @param {readonly number[]} pids */
function kill(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it has ended by itself
    }
  }
}

/**
 * @param {number} pid
 * @returns {number[]}
 */
function descendants(pid) {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  /** @type {(parent: number) => number[]} */
  const below = (parent) => table.flatMap(([child = 0, ppid]) => (ppid === parent ? [...below(child), child] : []));
  return below(pid);
}
