// Knows how the one Hydra of a test run starts and ends: before the first test that needs it, after the last.
import type { TestProject } from "vitest/node";
import { startHydra } from "../../tools/hydra.mts";

declare module "vitest" {
  export interface ProvidedContext {
    hydra: { adminUrl: string; publicUrl: string; version: string };
  }
}

export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // Each project calls this; the first one starts it for all.
  if (vitest.getProvidedContext().hydra) return undefined;
  const { adminUrl, publicUrl, version, stop } = await startHydra();
  vitest.provide("hydra", { adminUrl, publicUrl, version });
  return stop;
}
