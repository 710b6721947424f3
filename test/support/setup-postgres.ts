// Knows how the Hydra of the tests that run on PostgreSQL starts and ends.
import type { TestProject } from "vitest/node";
import { startHydra } from "../../tools/hydra.mts";
import { startPostgres } from "../../tools/postgres.mts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const { adminUrl, publicUrl, version, stop } = await startHydra({ dsn: postgres.dsn });
  project.provide("hydra", { adminUrl, publicUrl, version });
  return async () => {
    await stop();
    await postgres.stop();
  };
}
