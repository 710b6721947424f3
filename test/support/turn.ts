// Knows when a turn of a user has come to a good end: deployed as written, with nothing left to do.
import { expect } from "vitest";
import type { Workspace } from "../../tools/workspace.mts";
import { errorsOf, recorded } from "./state.ts";

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
