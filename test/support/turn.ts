// Knows how the turns of a user begin, on either host, and when one has come to a good end: deployed as written, with nothing left to do.
import { join } from "node:path";
import { expect, inject } from "vitest";
import type { Workspace } from "../../tools/workspace.mts";
import { hydra } from "./hydra.ts";
import { errorsOf, recorded } from "./state.ts";
import { workspace } from "./workspace.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");

/** A stack with this program, whose plugin is that of the packed package. */
export const start = (
  files: Record<string, string>,
  config: Record<string, string> = { "hydra:adminUrl": hydra.adminUrl },
  env: Record<string, string> = {},
) => workspace({ files, config, env, path: [folder] });

/** The next preview shows nothing. */
async function expectQuiet(stack: Workspace): Promise<void> {
  expect(errorsOf(await stack.preview("--expect-no-changes"))).toEqual([]);
}

/** The program is deployed: no error, nothing left to do, and only these resources in the state. */
export async function expectDeployed(stack: Workspace, names: readonly string[], ...args: string[]) {
  const done = await stack.up(...args);
  expect(errorsOf(done)).toEqual([]);
  expect(done.code).toBe(0);
  await expectQuiet(stack);
  expect(Object.keys(await recorded(stack)).sort()).toEqual([...names].sort());
  return done.operations;
}
