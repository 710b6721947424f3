// Knows how the Hydras of the tests that run on PostgreSQL start and end: one on a separate database for each file that runs at once.
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../tools/postgres.mts";
import { startHydras, startTestHydra } from "./setup-hydra.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { hydras, stop } = await startHydras(project.config.maxWorkers, startOnPostgres);
  project.provide("hydras", hydras);
  return stop;
}

async function startOnPostgres() {
  const postgres = await startPostgres();
  const { provided, stop } = await startTestHydra({ dsn: postgres.dsn });
  return { provided, stop: () => stop().finally(postgres.stop) };
}
