// Knows how to run another program so that it never outlives this process, however this process ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { constants } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { end } from "./end.mts";

/** A running program. Disposing of it ends it. */
export interface Child extends AsyncDisposable {
  /** Settles when the program and everything that writes to its output has ended. */
  readonly ended: Promise<ChildResult>;
  /** Everything it wrote so far, standard output and error in the order they came (the last megabyte of it). */
  log(): string;
  /** Asks it to end (SIGINT), kills it and all it started if it has not after five seconds, and waits for that. */
  stop(): Promise<ChildResult>;
}

export interface ChildResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ChildOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** A folder to delete when the program has ended. */
  scratch?: string;
}

const kept = 1_000_000;

/**
 * Starts a program. If this process ends before it, even by SIGKILL, a watchdog ends it.
 *
 * @example
 * await using child = startChild("hydra", ["serve", "all"]);
 */
export function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  const { scratch = "", ...rest } = options;
  // In another session: a terminal's Ctrl-C is for us, and we end the program in order.
  const process_ = spawn(command, args, { ...rest, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const { pid } = process_;
  let log = "";
  const read = (stream: NodeJS.ReadableStream): (() => string) => {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-kept);
      log = (log + chunk).slice(-kept);
    });
    return () => text;
  };
  const stdout = read(process_.stdout);
  const stderr = read(process_.stderr);
  const exited = new Promise<number>((resolve) => {
    process_.on("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    process_.on("error", (error) => {
      log += `could not start ${command}: ${error.message}\n`;
      resolve(127);
    });
  });
  if (pid) watch(`${pid} ${scratch}`);
  const ended = (async (): Promise<ChildResult> => {
    const [code] = await Promise.all([exited, once(process_, "close").catch(() => undefined)]);
    if (scratch !== "") await rm(scratch, { recursive: true, force: true });
    if (pid) watch(`${pid}`);
    return { code, stdout: stdout(), stderr: pid ? stderr() : log };
  })();
  let ending: Promise<void> | undefined;
  const stop = async (): Promise<ChildResult> => {
    if (pid && process_.exitCode === null && process_.signalCode === null) ending ??= end(pid, exited);
    await ending;
    return ended;
  };
  return { ended, log: () => log, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

let watchdog: Writable | undefined;

/** Tells the watchdog of this process what it runs. One is started for the first program. */
function watch(line: string): void {
  if (!watchdog) {
    const file = join(import.meta.dirname, "watchdog.mts");
    const args = ["--disable-warning=ExperimentalWarning", file];
    // It must outlive us, and we do not wait for it.
    const started = spawn(process.execPath, args, { stdio: ["pipe", "ignore", "inherit"], detached: true });
    started.unref();
    (started.stdin as Socket).unref();
    watchdog = started.stdin.on("error", () => undefined);
  }
  watchdog.write(`${line}\n`);
}

/**
 * Runs a program to its end. One that takes longer than `timeoutMs` is ended and reported by an error with its output.
 *
 * @example
 * const { code, stdout } = await run("npm", ["pack", "--json"], { timeoutMs: 60_000 });
 */
export async function run(
  command: string,
  args: readonly string[],
  options: ChildOptions & { timeoutMs?: number } = {},
): Promise<ChildResult> {
  const { timeoutMs = 120_000, ...rest } = options;
  const child = startChild(command, args, rest);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void child.stop();
  }, timeoutMs);
  const result = await child.ended.finally(() => clearTimeout(timer));
  if (late) throw new Error(`${[command, ...args].join(" ")} took longer than ${timeoutMs} ms\n${tail(child.log())}`);
  return result;
}

/**
 * What a program writes to standard output. One that fails is an error with the end of all it wrote.
 *
 * @example
 * await succeed("go", ["build", "./..."], { cwd: folder });
 */
export async function succeed(...[command, args, options]: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} failed:\n${tail(stdout + stderr)}`);
  return stdout;
}

/** Waits until a program is ready. One that ends before, or takes longer than a minute, is an error with the end of its output. */
export async function untilReady(
  child: Child,
  name: string,
  isReady: (leftMs: number) => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  const early = () => "ended before it was ready";
  const over = child.ended.then(early, early);
  while (!(await isReady(deadline - Date.now()))) {
    const late = Date.now() > deadline ? "was not ready after a minute" : "";
    const why = await Promise.race([over, sleep(50, late)]);
    if (why) throw new Error(`${name} ${why}:\n${tail(child.log())}`);
  }
}

/** The last lines of a text. */
export function tail(text: string, lines = 30): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
