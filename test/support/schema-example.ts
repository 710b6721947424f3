// Knows the examples of the package schema as files of a project, and the command that compiles them there.
import { resolve } from "node:path";
import type { ExampleLanguage } from "../../provider/describe/doc-example.ts";
import { examples } from "../../tools/document/example.mts";

/** Where the Go SDK is in the release that tests make. */
const goModule = "github.com/example/pulumi-hydra/sdk/go";

function files(language: ExampleLanguage, path: (name: string) => string): Record<string, string> {
  const all = Object.entries(examples(goModule)).map(([name, example]) => [path(name), example[language]]);
  return Object.fromEntries(all);
}

/** Java wants each class in the package of its folder. The project compiles them along with its own. */
export const javaExamples: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(files("java", (name) => `src/main/java/example_${name}/App.java`)).map(([path, text]) => {
    const [, place = ""] = /(example_\w+)/.exec(path) ?? [];
    return [path, text.replace("package generated_program;", `package ${place};`)];
  }),
);

export const goExamples = {
  files: files("go", (name) => `example/${name}/main.go`),
  command: "go vet ./example/...",
};

const tsc = resolve("node_modules/typescript/bin/tsc");

export const nodejsExamples = {
  files: files("typescript", (name) => `example/${name}.ts`),
  command: `node ${tsc} --noEmit --strict --skipLibCheck --target es2022 --module nodenext example/*.ts`,
};

/** Python finds out what is wrong when it runs a program: here with mocks in place of the engine. */
export const pythonExamples = {
  files: {
    ...files("python", (name) => `example/${name}.py`),
    "mocked.py": `import glob, runpy, pulumi


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        return {}


pulumi.runtime.set_mocks(Mocks())
pulumi.runtime.set_all_config({"project:token": "a token"})
for file in sorted(glob.glob("example/*.py")):
    pulumi.runtime.test(lambda: runpy.run_path(file))()
`,
  },
  /** After the Python of the project's environment. */
  command: "mocked.py",
};
