// Knows how a machine gets the TypeScript compilers before the project's own.
import { createRequire } from "node:module";
import type ts from "typescript";
import { fromNpm } from "../../tools/from-npm.mts";

/**
 * The compiler of that version.
 *
 * @example
 * const ts = await compiler("4.9.5");
 */
export async function compiler(version: string): Promise<typeof ts> {
  const modules = await fromNpm(`typescript@${version}`);
  return createRequire(`${modules}/`)("typescript") as typeof ts;
}
