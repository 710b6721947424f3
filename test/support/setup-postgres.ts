// Knows how the Hydras of the tests that run on PostgreSQL start and end: for each file that runs at once, one on a database of its own.
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../tools/postgres.mts";
import { startTestHydra } from "./setup-hydra.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.all(Array.from({ length: project.config.maxWorkers }, startOne));
  project.provide(
    "hydras",
    started.map(({ provided }) => provided),
  );
  return async () => void (await Promise.all(started.map(({ stop }) => stop())));
}

async function startOne() {
  const postgres = await startPostgres();
  const { provided, stop } = await startTestHydra({ dsn: postgres.dsn });
  return { provided, stop: () => stop().finally(postgres.stop) };
}
