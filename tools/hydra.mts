// Knows how to start an Ory Hydra of its own on free ports, or to use one that runs; knows nothing of Pulumi.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, run, startChild, tail } from "./child.mts";
import { configuration, type Settings } from "./hydra-configuration.mts";
import { part } from "./part.mts";
import { freePorts } from "./port.mts";

/** A running server. Disposing of it stops it. */
export interface Hydra extends AsyncDisposable {
  readonly adminUrl: string;
  readonly publicUrl: string;
  /** As the server says it, `v2.3.0` for instance. */
  readonly version: string;
  /** Ends the server; does nothing to one that was running before. */
  stop(): Promise<void>;
  /** What the server wrote so far. */
  log(): string;
}

export interface HydraOptions {
  /** The program to start; found or built when absent. */
  binary?: string;
  /** Where it keeps its data: `memory` when absent. A PostgreSQL database is migrated first. */
  dsn?: string;
  /** The login and consent application, `http://127.0.0.1:3000` for instance. It need not exist. */
  appUrl?: string;
  /** Settings that replace or join the ones used, under dotted names: `{ "ttl.access_token": "2h" }`. */
  settings?: Settings;
  /** The authorities, as a PEM file, that it trusts when it fetches documents; those of the machine when absent. */
  caCertificateFile?: string;
}

const attempts = 5;
const readyMs = 60_000;

/**
 * Starts a Hydra that ends with this process, however that ends. With `HYDRA_ADMIN_URL` and `HYDRA_PUBLIC_URL` in the
 * environment the server they name is used instead, and left running.
 *
 * @example
 * await using hydra = await startHydra();
 * await fetch(`${hydra.adminUrl}/admin/clients`);
 */
export async function startHydra(options: HydraOptions = {}): Promise<Hydra> {
  const { HYDRA_ADMIN_URL: adminUrl, HYDRA_PUBLIC_URL: publicUrl } = process.env;
  if (Boolean(adminUrl) !== Boolean(publicUrl)) {
    throw new Error("HYDRA_ADMIN_URL and HYDRA_PUBLIC_URL name a running Hydra together: set both or neither");
  }
  if (adminUrl && publicUrl) return running(adminUrl.replace(/\/+$/, ""), publicUrl.replace(/\/+$/, ""));

  const binary = options.binary ?? (await part("hydra"));
  if (options.dsn && options.dsn !== "memory") await migrate(binary, options.dsn);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const started = await tryToStart(binary, options);
    if (started) return started;
  }
  throw new Error(`Hydra found its ports taken ${attempts} times in a row`);
}

async function running(adminUrl: string, publicUrl: string): Promise<Hydra> {
  const stop = async (): Promise<void> => undefined;
  const version = await versionOf(adminUrl);
  return { adminUrl, publicUrl, version, stop, log: () => "", [Symbol.asyncDispose]: stop };
}

async function migrate(binary: string, dsn: string): Promise<void> {
  const { code, stdout, stderr } = await run(binary, ["migrate", "sql", "-e", "--yes"], {
    env: { ...process.env, DSN: dsn },
  });
  if (code !== 0) throw new Error(`Hydra could not migrate its database:\n${tail(stdout + stderr)}`);
}

/** Nothing when another program took one of the ports before Hydra did. */
async function tryToStart(binary: string, options: HydraOptions): Promise<Hydra | undefined> {
  const [adminPort, publicPort] = await freePorts();
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const publicUrl = `http://127.0.0.1:${publicPort}`;
  const scratch = await mkdtemp(join(tmpdir(), "hydra-"));
  const file = join(scratch, "hydra.json");
  await writeFile(file, JSON.stringify(configuration(adminPort, publicPort, options)), { mode: 0o600 });
  const child = startChild(binary, ["serve", "all", "--dev", "--sqa-opt-out", "-c", file], {
    env: {
      ...withoutOwnSettings(process.env),
      ...(options.caCertificateFile ? { SSL_CERT_FILE: options.caCertificateFile } : {}),
    },
    scratch,
  });
  const stop = async (): Promise<void> => void (await child.stop());
  try {
    await untilReady(child, [`${adminUrl}/health/ready`, `${publicUrl}/.well-known/openid-configuration`]);
    const version = await versionOf(adminUrl);
    return { adminUrl, publicUrl, version, stop, log: child.log, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await child.stop();
    if (child.log().includes("address already in use")) return undefined;
    throw error;
  }
}

/** Hydra reads settings from the environment too, and those would win over the file. */
function withoutOwnSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(DSN$|(URLS|SERVE|SECRETS|OAUTH2|OIDC|STRATEGIES|TTL|WEBFINGER|LOG|TRACING|HASHERS|CLIENTS)_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)));
}

async function untilReady(child: Child, urls: readonly string[]): Promise<void> {
  const deadline = Date.now() + readyMs;
  let over = false;
  void child.ended.finally(() => {
    over = true;
  });
  for (const url of urls) {
    while (!(await answers(url, deadline - Date.now()))) {
      if (over) throw new Error(`Hydra ended before it was ready:\n${tail(child.log())}`);
      if (Date.now() > deadline) throw new Error(`Hydra was not ready after ${readyMs} ms:\n${tail(child.log())}`);
      await sleep(50);
    }
  }
}

// Keys are made within the first request for them: one that is given up starts all over.
async function answers(url: string, limit: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(Math.max(1, limit)) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function versionOf(adminUrl: string): Promise<string> {
  const response = await fetch(`${adminUrl}/version`, { signal: AbortSignal.timeout(10_000) });
  if (response.status !== 200) throw new Error(`GET ${adminUrl}/version answered ${response.status}`);
  const body: unknown = await response.json();
  if (typeof body === "object" && body && "version" in body && typeof body.version === "string") return body.version;
  throw new Error(`GET ${adminUrl}/version did not answer a version`);
}
