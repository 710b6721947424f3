// Knows how the servers of a test run start and end: before the first test that needs one, after the last.
import type { TestProject } from "vitest/node";
import { type HydraOptions, startHydra } from "../../tools/hydra.mts";
import { startSectorDocuments } from "./sector-document.ts";

interface TestHydra {
  adminUrl: string;
  publicUrl: string;
  version: string;
  /** Where `sectorIdentifierUri` may lead; absent when the server was running before and trusts nobody of ours. */
  sectorDocuments: string | undefined;
}

declare module "vitest" {
  export interface ProvidedContext {
    /** For the test files that run at once, each on a server of its own while there are enough. */
    hydras: TestHydra[];
  }
}

export default async function setup({
  vitest,
  config: { maxWorkers },
}: TestProject): Promise<(() => Promise<void>) | undefined> {
  // Each project calls this; the first one starts them for all.
  if (vitest.getProvidedContext().hydras) return undefined;
  // SQLite loses transactions when files write to one server at once; a server that was running before is the only one.
  const { hydras, stop } = await startHydras(process.env.HYDRA_ADMIN_URL ? 1 : maxWorkers, startTestHydra);
  vitest.provide("hydras", hydras);
  return stop;
}

/** Starts so many, at the same time. */
export async function startHydras(length: number, start: () => Promise<Started>) {
  const started = await Promise.all(Array.from({ length }, () => start()));
  return {
    hydras: started.map(({ provided }) => provided),
    stop: async (): Promise<void> => void (await Promise.all(started.map(({ stop }) => stop()))),
  };
}

type Started = Awaited<ReturnType<typeof startTestHydra>>;

/** Starts a Hydra, and beside it the documents that it may have to fetch. */
export async function startTestHydra(options: HydraOptions = {}) {
  const documents = process.env.HYDRA_ADMIN_URL ? undefined : await startSectorDocuments();
  const trust = documents ? { caCertificateFile: documents.certificateFile } : {};
  const { adminUrl, publicUrl, version, stop } = await startHydra({ ...options, ...trust });
  return {
    provided: { adminUrl, publicUrl, version, sectorDocuments: documents?.url },
    stop: async (): Promise<void> => {
      await stop();
      await documents?.stop();
    },
  };
}
