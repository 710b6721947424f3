// Knows how to keep one Hydra over restarts: the same data and the same secrets, behind the same address.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hydra, startHydra } from "../../tools/hydra.mts";
import { type FaultProxy, startFaultProxy } from "../support/fault.ts";

export interface RestartableHydra extends AsyncDisposable {
  /** The proxy before it: where the provider is sent to. */
  readonly proxy: FaultProxy;
  /** The server itself, as it runs now. */
  readonly now: () => Hydra;
  restart(): Promise<void>;
}

export async function startRestartableHydra(): Promise<RestartableHydra> {
  const folder = await mkdtemp(join(tmpdir(), "hydra-data-"));
  const secret = () => randomBytes(24).toString("hex");
  const settings = { "secrets.system": [secret()], "secrets.cookie": [secret()] };
  const start = () => startHydra({ dsn: `sqlite://${join(folder, "data.sqlite")}?_fk=true`, settings });
  let hydra = await start();
  const proxy = await startFaultProxy(hydra.adminUrl);
  return {
    proxy,
    now: () => hydra,
    restart: async () => {
      await hydra.stop();
      hydra = await start();
      proxy.retarget(hydra.adminUrl);
    },
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await hydra.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
