// Knows how to start a PostgreSQL of its own in a folder of its own; knows nothing of what is kept in it.
import { chmod, chown, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, succeed, untilReady } from "./child.mts";
import { onPath } from "./part.mts";
import { freePorts, onFreePorts } from "./port.mts";

/** A running database. Disposing of it stops it and deletes what it kept. */
export interface Postgres extends AsyncDisposable {
  /** Where Hydra finds it. */
  readonly dsn: string;
  stop(): Promise<void>;
}

/** What PostgreSQL runs as where this process is root, which it refuses to be. */
const nobody = 65534;

/** Whether this machine has PostgreSQL. */
export function hasPostgres(): boolean {
  return ["initdb", "postgres", ...(isRoot() ? ["setpriv"] : [])].every(onPath);
}

/**
 * Starts a PostgreSQL that ends with this process, however that ends.
 *
 * @example
 * await using postgres = await startPostgres();
 * await using hydra = await startHydra({ dsn: postgres.dsn });
 */
export function startPostgres(): Promise<Postgres> {
  return onFreePorts("PostgreSQL", tryToStart);
}

/** Nothing when another program took the port before PostgreSQL did. */
async function tryToStart(): Promise<Postgres | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "postgres-"));
  await chmod(folder, 0o700);
  if (isRoot()) await chown(folder, nobody, nobody);
  const [port] = await freePorts();
  const data = join(folder, "data");
  const make = unprivileged("initdb", "-D", data, "-U", "hydra", "-A", "trust", "--no-sync", "-E", "UTF8");
  await succeed(...make, { cwd: folder });
  const settings = ["fsync=off", `unix_socket_directories=${folder}`, "listen_addresses=127.0.0.1"];
  const serve = ["postgres", "-D", data, "-p", String(port), ...settings.flatMap((text) => ["-c", text])];
  const child = startChild(...unprivileged(...serve), { cwd: folder, scratch: folder });
  const stop = async (): Promise<void> => void (await child.stop());
  try {
    await untilReady(child, "PostgreSQL", () => child.log().includes("ready to accept connections"));
  } catch (error) {
    await stop();
    if (child.log().includes("Address already in use")) return undefined;
    throw error;
  }
  const dsn = `postgres://hydra@127.0.0.1:${port}/postgres?sslmode=disable&max_conns=20`;
  return { dsn, stop, [Symbol.asyncDispose]: stop };
}

function unprivileged(name = "", ...args: string[]): [string, string[]] {
  if (!isRoot()) return [name, args];
  return ["setpriv", [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", name, ...args]];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
