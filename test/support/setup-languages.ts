// Knows that programs in other languages need SDKs, language hosts and packages, and gets them once.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Languages, languages } from "../../tools/language.mts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Only in the project that runs them. */
    languages?: Languages;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-languages-"));
  project.provide("languages", await languages(folder));
  return () => rm(folder, { recursive: true, force: true });
}
