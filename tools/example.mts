// Knows the programs in examples/ as files, so that the demo and the tests run the very ones that people read.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const examples = join(import.meta.dirname, "../examples");

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
  const folder = join(examples, name);
  const entries = await readdir(folder, { withFileTypes: true });
  const own = entries.filter(
    (entry) => entry.isFile() && (!notOurs.test(entry.name) || (name === withSettings && /^Pulumi\./.test(entry.name))),
  );
  // Maven's programs lie in folders.
  const below = entries.some((entry) => entry.name === "src")
    ? await readdir(join(folder, "src"), { recursive: true })
    : [];
  const sources = below.filter((file) => file.endsWith(".java")).map((file) => join("src", file));
  const files = [...own.map((entry) => entry.name), ...sources];
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), "utf8")])),
  );
}
