// Knows how the one Hydra of a test run starts and ends: before the first test that needs it, after the last.
import type { TestProject } from "vitest/node";
import { type HydraOptions, startHydra } from "../../tools/hydra.mts";
import { startSectorDocuments } from "./sector-document.ts";

declare module "vitest" {
  export interface ProvidedContext {
    hydra: {
      adminUrl: string;
      publicUrl: string;
      version: string;
      /** Where `sectorIdentifierUri` may lead; absent when the server was running before and trusts nobody of ours. */
      sectorDocuments: string | undefined;
    };
  }
}

export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // Each project calls this; the first one starts it for all.
  if (vitest.getProvidedContext().hydra) return undefined;
  const { provided, stop } = await startTestHydra();
  vitest.provide("hydra", provided);
  return stop;
}

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
