// Knows how to start a PostgreSQL of its own in a folder of its own; knows nothing of what is kept in it.
import { existsSync } from "node:fs";
import { chmod, chown, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, run, startChild, tail } from "./child.mts";
import { freePorts } from "./port.mts";

/** A running database. Disposing of it stops it and deletes what it kept. */
export interface Postgres extends AsyncDisposable {
  /** Where Hydra finds it. */
  readonly dsn: string;
  stop(): Promise<void>;
}

/** What PostgreSQL runs as where this process is root, which it refuses to be. */
const nobody = 65534;
const readyMs = 60_000;

/** Whether this machine has PostgreSQL. */
export function hasPostgres(): boolean {
  return (
    ["initdb", "postgres"].every((name) => program(name) !== undefined) &&
    (!isRoot() || program("setpriv") !== undefined)
  );
}

/**
 * Starts a PostgreSQL that ends with this process, however that ends.
 *
 * @example
 * await using postgres = await startPostgres();
 * await using hydra = await startHydra({ dsn: postgres.dsn });
 */
export async function startPostgres(): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), "postgres-"));
  await chmod(folder, 0o700);
  if (isRoot()) await chown(folder, nobody, nobody);
  const [port] = await freePorts();
  const data = join(folder, "data");
  const made = await run(
    ...unprivileged("initdb", "-D", data, "-U", "hydra", "-A", "trust", "--no-sync", "-E", "UTF8"),
    { cwd: folder },
  );
  if (made.code !== 0) throw new Error(`initdb failed:\n${tail(made.stdout + made.stderr)}`);
  const settings = ["fsync=off", `unix_socket_directories=${folder}`, "listen_addresses=127.0.0.1"];
  const child = startChild(
    ...unprivileged("postgres", "-D", data, "-p", String(port), ...settings.flatMap((text) => ["-c", text])),
    {
      cwd: folder,
      scratch: folder,
    },
  );
  await untilReady(child);
  const stop = async (): Promise<void> => void (await child.stop());
  const dsn = `postgres://hydra@127.0.0.1:${port}/postgres?sslmode=disable&max_conns=20`;
  return { dsn, stop, [Symbol.asyncDispose]: stop };
}

async function untilReady(child: Child): Promise<void> {
  const deadline = Date.now() + readyMs;
  while (!child.log().includes("ready to accept connections")) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL was not ready after ${readyMs} ms:\n${tail(child.log())}`);
    await sleep(50);
  }
}

function unprivileged(name: string, ...args: string[]): [string, string[]] {
  if (!isRoot()) return [name, args];
  return ["setpriv", [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", name, ...args]];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function program(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}
