// Knows the examples of the package schema: programs in YAML, and what Pulumi's converter made of each.
import { globSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Example } from "../../provider/describe/doc-example.ts";

const folder = resolve(import.meta.dirname, "../../provider/describe/example");

/** The files of the programs in YAML, each named after its resource or function. */
export const programs = globSync("*.yaml", { cwd: folder })
  .sort()
  .map((name) => join(folder, name));

/** The name of what a program shows. */
export const nameOf = (file: string) => basename(file, ".yaml");

/** Where the converted programs are kept: to make them takes Go. */
export const converted = join(folder, "converted.json");

/** The module of the Go SDK in a schema that names no repository. */
const nowhere = "example.com/pulumi-hydra/sdk/go";

/** The examples by the names of what they show. Those in Go import the module. */
export function examples(goModule = nowhere): Readonly<Record<string, Example>> {
  const made = JSON.parse(readFileSync(converted, "utf8")) as Readonly<Record<string, Omit<Example, "yaml">>>;
  return Object.fromEntries(
    programs.map((file) => {
      const name = nameOf(file);
      const others = made[name];
      if (!others) throw new Error(`${file} is not converted: run npm run examples`);
      const yaml = readFileSync(file, "utf8");
      return [name, { ...others, go: others.go.replaceAll(nowhere, goModule), yaml }];
    }),
  );
}
