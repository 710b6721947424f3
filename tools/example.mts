// Knows the programs in examples/ as files, so that the demo and the tests run the very ones that people read.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const examples = resolve(dirname(fileURLToPath(import.meta.url)), "..", "examples");

/** What running an example by hand leaves beside its files: packages, keys, and a stack's own settings. */
const notOurs = /^(node_modules|package-lock\.json|.*\.pem|Pulumi\.[^.]+\.yaml)$/;

/** The one whose point is that the settings of its stacks are a part of it. */
const withSettings = "two-environments";

/**
 * The files of an example by their names, as `createWorkspace` takes them.
 *
 * @example
 * await using workspace = await createWorkspace(installation, { files: await example("quickstart"), config });
 */
export async function example(name: string): Promise<Record<string, string>> {
  const entries = await readdir(join(examples, name), { withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && (!notOurs.test(entry.name) || (name === withSettings && /^Pulumi\./.test(entry.name))),
  );
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.name, await readFile(join(examples, name, file.name), "utf8")])),
  );
}
