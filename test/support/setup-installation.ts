// Knows that acceptance tests and examples run on the packed package, and packs it once.
import type { TestProject } from "vitest/node";
import { type Installation, uninstall } from "../../tools/installation.mts";
import { quickInstallation } from "./quick-installation.ts";

declare module "vitest" {
  export interface ProvidedContext {
    installation: Installation;
  }
}

export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // Each project calls this; the first one packs it for all.
  if (vitest.getProvidedContext().installation) return undefined;
  const installation = await quickInstallation();
  vitest.provide("installation", installation);
  return () => uninstall(installation);
}
