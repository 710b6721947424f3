// Knows the installation of this test run; see tools/workspace.mts for what a workspace can do.
import { join } from "node:path";
import { inject } from "vitest";
import { createWorkspace, type Workspace, type WorkspaceOptions } from "../../tools/workspace.mts";

/**
 * A program on the packed package, with an empty stack.
 *
 * @example
 * await using stack = await workspace({ files: { "index.ts": program }, config: { "hydra:adminUrl": hydra.adminUrl } });
 */
export function workspace(options: WorkspaceOptions): Promise<Workspace> {
  const installation = inject("installation");
  // Each command loads the same packages: what Node.js compiled of them is kept, which saves a fifth of all processor time.
  const env = { NODE_COMPILE_CACHE: join(installation.folder, "tmp/compile-cache"), ...options.env };
  return createWorkspace(installation, { ...options, env });
}
