// Knows how the ports of an example run: on the plugin's executable, each with its language host and an SDK made for the tests.
import { join } from "node:path";
import { inject } from "vitest";
import { goEnvironment, javaEnvironment, type Languages } from "../../tools/language.mts";
import type { Example } from "./example.ts";

type Files = Record<string, string>;

export type PortLanguage = "yaml" | "python" | "go" | "java";

/** Programs in these are compiled at each command, which takes long: one example is edited in them, the others are made and left alone. */
const compiled: readonly PortLanguage[] = ["go", "java"];
const editedInAll = "web-app";

/** An example in another language, or why it cannot run here. */
export type Port = { folder: string } & (Example | { lacks: string });

/** The ports of an example: the programs in `yaml/`, `python/`, `go/` and `java/` of its folder, or those that it names. */
export function portsOf(example: Example, { path, python, go, java }: Languages): Port[] {
  const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");
  const { ports = { yaml: {}, python: {}, go: {}, java: {} }, edit, ...own } = example;
  const port = (language: PortLanguage, env: Record<string, string>, prepare: (files: Files) => Files): Example => ({
    ...own,
    ...(edit && (example.folder === editedInAll || !compiled.includes(language)) ? { edit } : {}),
    ...ports[language],
    folder: `${example.folder}/${language}`,
    // Language hosts of these versions take the `python` of PATH, later ones that of the virtual environment.
    options: { path: [plugin, ...path, ...("lacks" in python ? [] : [join(python.environment, "bin")])], env },
    prepare,
  });
  const lacking = (language: PortLanguage, { lacks }: { lacks: string }) => ({
    folder: `${example.folder}/${language}`,
    lacks,
  });
  const all: Record<PortLanguage, () => Port> = {
    yaml: () => port("yaml", {}, (files) => files),
    python: () =>
      "lacks" in python
        ? lacking("python", python)
        : port("python", { PYTHONPATH: python.packages }, replacing("Pulumi.yaml", " venv", ` ${python.environment}`)),
    go: () =>
      "lacks" in go ? lacking("go", go) : port("go", goEnvironment, replacing("go.mod", "./sdks/hydra", go.sdk)),
    java: () =>
      "lacks" in java
        ? lacking("java", java)
        : port("java", javaEnvironment, replacing("pom.xml", "sdks/hydra", java.sdk)),
  };
  return (["yaml", "python", "go", "java"] as const)
    .filter((language) => ports[language])
    .map((language) => all[language]());
}

/** The virtual environment and the SDK are outside of the program's folder here: all ports share them. */
function replacing(name: string, written: string, instead: string): (files: Files) => Files {
  return (files) => {
    const text = files[name] ?? "";
    if (!text.includes(written)) throw new Error(`${name} does not name ${written}`);
    return { ...files, [name]: text.replaceAll(written, instead) };
  };
}
