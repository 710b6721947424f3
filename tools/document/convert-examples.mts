// Knows how programs in YAML are converted to the other languages: the examples of the package schema to all, those that people copy
// to C#. Run by hand, where Go is.
import { globSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Example } from "../../provider/describe/doc-example.ts";
import { withoutReferences } from "../../provider/describe/doc-reference.ts";
import { packageSchema } from "../../provider/describe/schema.ts";
import { succeed } from "../child.mts";
import { part } from "../part.mts";
import { converted, nameOf, programs } from "./example.mts";
import { documentation } from "./manual.mts";

const repository = resolve(import.meta.dirname, "../..");

/** The files that are converted, as they should be, by their paths. */
export async function convertedFiles(): Promise<ReadonlyMap<string, string>> {
  const whole = globSync("examples/*/csharp", { cwd: repository }).map((folder) => join(repository, folder));
  const sources = whole.map((folder) => join(dirname(folder), "yaml/Pulumi.yaml"));
  const made = await convert([...programs, ...sources]);
  const examples = Object.fromEntries(programs.map((file) => [nameOf(file), made[file]]));
  const csharp = whole.map((folder, index): [string, string] => {
    const program = made[sources[index] ?? ""]?.csharp ?? "";
    return [
      join(folder, "Program.cs"),
      `// Converted from ../yaml/Pulumi.yaml, which says why.\n${program.trimEnd()}\n`,
    ];
  });
  return new Map([[converted, `${JSON.stringify(examples, null, 2)}\n`], ...csharp]);
}

async function convert(files: readonly string[]): Promise<Readonly<Record<string, Omit<Example, "yaml">>>> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-examples-"));
  try {
    const schema = join(folder, "schema.json");
    // Without examples, which are made of it; the code generators know no references in descriptions.
    const text = JSON.stringify(packageSchema({ version: "0.0.0" }, documentation()));
    await writeFile(schema, withoutReferences(text));
    return JSON.parse(await succeed(await part("generate-example"), [schema, ...files]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) for (const [file, text] of await convertedFiles()) await writeFile(file, text);
