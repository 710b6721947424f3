// Knows that acceptance tests and examples run on the packed package, and packs it once.
import type { TestProject } from "vitest/node";
import { type Installation, install, uninstall } from "../../tools/installation.mts";

declare module "vitest" {
  export interface ProvidedContext {
    installation: Installation;
  }
}

export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // Each project calls this; the first one packs it for all.
  if (vitest.getProvidedContext().installation) return undefined;
  const installation = await install();
  vitest.provide("installation", installation);
  return () => uninstall(installation);
}
