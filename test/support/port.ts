// Knows how the ports of an example run: on the plugin's executable, each with its language host and an SDK made for the tests.
import { join } from "node:path";
import { inject } from "vitest";
import { goEnvironment, type Languages } from "../../tools/language.mts";
import type { Example } from "./example.ts";

type Files = Record<string, string>;

/** An example in another language, or why it cannot run here. */
export type Port = { folder: string } & (Example | { lacks: string });

/** The ports of an example: the programs in `yaml/`, `python/` and `go/` of its folder. */
export function portsOf(example: Example, { path, python, go }: Languages): Port[] {
  const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");
  const port = (language: string, env: Record<string, string>, prepare: (files: Files) => Files): Example => ({
    ...example,
    folder: `${example.folder}/${language}`,
    // Language hosts of these versions take the `python` of PATH, later ones that of the virtual environment.
    options: { path: [plugin, ...path, ...("lacks" in python ? [] : [join(python.environment, "bin")])], env },
    prepare,
  });
  const lacking = (language: string, { lacks }: { lacks: string }) => ({
    folder: `${example.folder}/${language}`,
    lacks,
  });
  return [
    port("yaml", {}, (files) => files),
    "lacks" in python
      ? lacking("python", python)
      : port("python", { PYTHONPATH: python.packages }, replacing("Pulumi.yaml", "venv", python.environment)),
    "lacks" in go ? lacking("go", go) : port("go", goEnvironment, replacing("go.mod", "./sdks/hydra", go.sdk)),
  ];
}

/** The virtual environment and the SDK are outside of the program's folder here, so that all ports share them. */
function replacing(name: string, written: string, instead: string): (files: Files) => Files {
  return (files) => {
    const [before, after, ...more] = (files[name] ?? "").split(` ${written}`);
    if (after === undefined || more.length > 0) throw new Error(`${name} names ${written} ${more.length + 1} times`);
    return { ...files, [name]: `${before} ${instead}${after}` };
  };
}
