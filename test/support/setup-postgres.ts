// Knows how the Hydra of the tests that run on PostgreSQL starts and ends.
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../tools/postgres.mts";
import { startTestHydra } from "./setup-hydra.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const { provided, stop } = await startTestHydra({ dsn: postgres.dsn });
  project.provide("hydras", [provided]);
  return async () => {
    await stop();
    await postgres.stop();
  };
}
