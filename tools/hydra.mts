// Knows how to start an Ory Hydra of its own on free ports, or to use one that runs; knows nothing of Pulumi.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startChild, succeed, untilReady } from "./child.mts";
import { configuration, type Settings } from "./hydra-configuration.mts";
import { part } from "./part.mts";
import { freePorts, onFreePorts } from "./port.mts";

/** A running server. Disposing of it stops it. */
export interface Hydra extends AsyncDisposable {
  readonly adminUrl: string;
  readonly publicUrl: string;
  /** As the server says it, `v2.3.0` for instance. */
  readonly version: string;
  /** Ends the server; does nothing to one that was running before. */
  stop(): Promise<void>;
}

export interface HydraOptions {
  /** Where it keeps its data: `memory` when absent. A PostgreSQL database is migrated first. */
  dsn?: string;
  /** Settings that replace or join the ones used, under dotted names: `{ "ttl.access_token": "2h" }`. */
  settings?: Settings;
  /** Never the running server that the environment names. */
  alone?: boolean;
  /** The authorities, as a PEM file, that it trusts when it fetches documents; those of the machine when absent. */
  caCertificateFile?: string;
}

/**
 * Starts a Hydra that ends with this process, however that ends. With `HYDRA_ADMIN_URL` and `HYDRA_PUBLIC_URL` in the
 * environment the server they name is used instead, and left running.
 *
 * @example
 * await using hydra = await startHydra();
 * await fetch(`${hydra.adminUrl}/admin/clients`);
 */
export async function startHydra(options: HydraOptions = {}): Promise<Hydra> {
  const { HYDRA_ADMIN_URL: adminUrl, HYDRA_PUBLIC_URL: publicUrl } = options.alone ? {} : process.env;
  if (Boolean(adminUrl) !== Boolean(publicUrl))
    throw new Error("HYDRA_ADMIN_URL and HYDRA_PUBLIC_URL name a running Hydra together: set both or neither");
  if (adminUrl && publicUrl)
    return serverAt(adminUrl.replace(/\/+$/, ""), publicUrl.replace(/\/+$/, ""), async () => undefined);

  const binary = await part("hydra");
  if (options.dsn && options.dsn !== "memory")
    await succeed(binary, ["migrate", "sql", "-e", "--yes"], { env: { ...process.env, DSN: options.dsn } });
  return onFreePorts("Hydra", () => tryToStart(binary, options));
}

async function serverAt(adminUrl: string, publicUrl: string, stop: () => Promise<void>): Promise<Hydra> {
  const response = await fetch(`${adminUrl}/version`, { signal: AbortSignal.timeout(10_000) });
  const { version } = z.object({ version: z.string() }).parse(await response.json());
  return { adminUrl, publicUrl, version, stop, [Symbol.asyncDispose]: stop };
}

/** Nothing when another program took one of the ports before Hydra did. */
async function tryToStart(binary: string, options: HydraOptions): Promise<Hydra | undefined> {
  const [adminPort, publicPort] = await freePorts();
  const [adminUrl, publicUrl] = [`http://127.0.0.1:${adminPort}`, `http://127.0.0.1:${publicPort}`];
  const scratch = await mkdtemp(join(tmpdir(), "hydra-"));
  const file = join(scratch, "hydra.json");
  await writeFile(file, JSON.stringify(configuration(adminPort, publicPort, options)), { mode: 0o600 });
  const { caCertificateFile } = options;
  const env = { ...withoutOwnSettings(process.env), ...(caCertificateFile && { SSL_CERT_FILE: caCertificateFile }) };
  const child = startChild(binary, ["serve", "all", "--dev", "--sqa-opt-out", "-c", file], { env, scratch });
  try {
    for (const url of [`${adminUrl}/health/ready`, `${publicUrl}/.well-known/openid-configuration`])
      await untilReady(child, "Hydra", (leftMs) => answers(url, leftMs));
    return await serverAt(adminUrl, publicUrl, async () => void (await child.stop()));
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

// Keys are made within the first request for them: one that is given up starts all over.
async function answers(url: string, limitMs: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(Math.max(1, limitMs)) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
