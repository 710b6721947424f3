// Knows the processes of a Pulumi command: starts it, finds the CLI, the provider and the program among them, and kills.
import { execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Workspace } from "../../tools/workspace.mts";

export interface Command {
  readonly ended: Promise<{ readonly code: number; readonly output: string }>;
  /** Sends a signal to one of its processes; false when there is no such one. */
  kill(who: string, signal: NodeJS.Signals): boolean;
  /** The process id of one of them, if it runs. */
  find(who: string): number | undefined;
  /** Waits until none of them is left, and kills what has not gone by itself after `patience`. Says what that was. */
  settled(patience: number): Promise<string[]>;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** How each one shows in the list of processes. */
const marks: Readonly<Record<string, RegExp>> = {
  provider: /pulumi-resource-hydra \S+$|dynamic-provider/,
  program: /@pulumi\/pulumi\/cmd\/run(\/index\.js)? /,
};

/** Starts `pulumi …` in a workspace. It is killed after `limit` milliseconds. */
export function startPulumi(stack: Workspace, args: readonly string[], limit = 120_000): Command {
  const all = [...args, "--stack", "dev", "--non-interactive", "--color", "never"];
  const child = spawn("pulumi", all, { cwd: stack.folder, env: stack.env, stdio: ["ignore", "pipe", "pipe"] });
  const cli = child.pid ?? 0;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const known = new Map<number, string>();
  const look = (): Process[] => {
    const found = below(cli, [...known.keys()]);
    for (const { pid, command } of found) known.set(pid, command);
    return found;
  };
  const find = (who: string) => (who === "cli" ? cli : look().find(({ command }) => marks[who]?.test(command))?.pid);
  const timer = setTimeout(() => child.kill("SIGKILL"), limit);
  const ended = new Promise<{ code: number; output: string }>((resolve) =>
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      // What it wrote last may still be on its way, and a child of it may hold the other end.
      setTimeout(() => resolve({ code: code ?? (signal ? 128 : 1), output }), 50);
    }),
  );
  return {
    ended,
    kill: (who, signal) => {
      const pid = find(who);
      return pid !== undefined && send(pid, signal);
    },
    find,
    settled: async (patience) => {
      const deadline = Date.now() + patience;
      const left = () => look().filter(({ pid }) => pid !== cli);
      while (left().length > 0 && Date.now() < deadline) await sleep(100);
      const stayed = left();
      for (const { pid } of stayed) send(pid, "SIGKILL");
      return stayed.map(({ command }) => command);
    },
  };
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** What a process has started, and what was known to be: that has another parent when its own is gone. */
function below(root: number, known: readonly number[]): Process[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args=", "-ww"], { encoding: "utf8", maxBuffer: 2e7 })
    .split("\n")
    .flatMap((line): Process[] => {
      const [, pid, parent, state = "", command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined || state.startsWith("Z") ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
  const found = new Map<number, Process>();
  const add = (parent: number): void => {
    for (const entry of table) {
      if (entry.parent !== parent || found.has(entry.pid)) continue;
      found.set(entry.pid, entry);
      add(entry.pid);
    }
  };
  add(root);
  for (const pid of known) {
    const entry = table.find((one) => one.pid === pid);
    if (!entry || found.has(pid)) continue;
    found.set(pid, entry);
    add(pid);
  }
  return [...found.values()];
}
