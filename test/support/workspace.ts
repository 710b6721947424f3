// Knows the installation of this test run; see tools/workspace.mts for what a workspace can do.
import { inject } from "vitest";
import { createWorkspace, type Workspace, type WorkspaceOptions } from "../../tools/workspace.mts";

/**
 * A program on the packed package, with an empty stack.
 *
 * @example
 * await using stack = await workspace({ files: { "index.ts": program }, config: { "hydra:adminUrl": hydra.adminUrl } });
 */
export function workspace(options: WorkspaceOptions): Promise<Workspace> {
  return createWorkspace(inject("installation"), options);
}
