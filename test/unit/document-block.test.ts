// Ties the blocks in documents to what they are about: programs compile, data is valid, commands exist.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { snakeCase } from "../../provider/hydra/naming.ts";
import type { PackageSchema } from "../../tools/document/reference-page.mts";
import { errorsIn } from "../support/compile.ts";
import { blocks, blocksIn, documents } from "../support/markdown.ts";
import { commandsIn } from "../support/shell.ts";
import { readYaml } from "../support/yaml.ts";
import { strangersIn } from "../support/yaml-program.ts";

/** Languages of which this test knows how to tell right from wrong; the last two are what programs print. */
const languages = ["ts", "yaml", "json", "sh", "python", "go", "java", "csharp", "text", "console"];

const schema = JSON.parse(readFileSync("dist/schema.json", "utf8")) as PackageSchema;
const { scripts, bin } = JSON.parse(readFileSync("package.json", "utf8")) as Record<"scripts" | "bin", object>;

/** What a program makes of a text; nothing when it has nothing against it. */
function complaints(command: string, args: readonly string[], input: string): readonly string[] {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: "utf8" });
  return status === 0 ? [] : [`${stdout}${stderr}`];
}

/** What `check` finds, or why it could not read. */
function unlessUnreadable(check: () => readonly string[]): readonly string[] {
  try {
    return check();
  } catch (error) {
    return [String(error)];
  }
}

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const has = (command: string) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;

/** What is wrong with blocks, each with its place. */
const wrong = (languages: readonly string[], check: (text: string, place: string) => readonly string[]) =>
  blocks(...languages).flatMap(({ place, text }) => check(text, place).map((reason) => `${place}: ${reason}`));

describe("the blocks in documents", () => {
  it("say which language they are in", () => {
    const strange = documents.flatMap(blocksIn).filter(({ language }) => !languages.includes(language));
    expect(strange.map(({ place, language }) => `${place}: ${language || "no language"}`)).toEqual([]);
  });

  it("in TypeScript compile", () => {
    const programs = blocks("ts");
    expect(programs.length).toBeGreaterThan(15);
    expect(errorsIn(programs)).toEqual([]);
  }, 120_000);

  it("in YAML and JSON can be read, and name types, functions and properties that exist", () => {
    expect(blocks("yaml", "json").length).toBeGreaterThan(2);
    // Of other documents in YAML, such as those of CI systems, nothing has to be known.
    const strangers = (text: string) => readYaml(text).flatMap((document) => strangersIn(document, schema));
    expect(wrong(["yaml"], (text) => unlessUnreadable(() => strangers(text)))).toEqual([]);
    const parsed = (text: string) => {
      JSON.parse(text);
      return [];
    };
    expect(wrong(["json"], (text) => unlessUnreadable(() => parsed(text)))).toEqual([]);
  });

  it("for the shell can be read by one", () => {
    expect(blocks("sh").length).toBeGreaterThan(15);
    // One shell reads them all. Only if it cannot does one read each, to say which is wrong.
    const all = blocks("sh").map(({ text }) => `(\n:\n${text}\n)\n`);
    const check = (text: string) => complaints("sh", ["-n"], text);
    expect(check(all.join("")).length === 0 ? [] : wrong(["sh"], check)).toEqual([]);
  }, 60_000);

  it("for the shell publish no port of a container on every interface", () => {
    const published = blocks("sh").flatMap(({ place, text }) =>
      commandsIn(text)
        .filter(([name, first]) => name === "docker" && first === "run")
        .flatMap((words) => words.filter((_, index) => words[index - 1] === "-p"))
        .map((port) => ({ place, port })),
    );
    expect(published.length).toBeGreaterThan(0);
    expect(published.filter(({ port }) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });

  it("for the shell name scripts, tests and programs that this package has", () => {
    const commands = blocks("sh").flatMap(({ place, text }) => commandsIn(text).map((command) => ({ place, command })));
    const strange = commands.flatMap(({ place, command: [name, first = "", second = "", ...rest] }) => {
      if (name === "npm" && first === "run" && !(second in scripts)) return [`${place}: npm has no script ${second}`];
      if (name === "npx" && /^pulumi-/.test(first) && !(first in bin))
        return [`${place}: the package has no program ${first}`];
      const paths =
        name === "npm" && first === "test" ? [second, ...rest].filter((word) => word.startsWith("test/")) : [];
      return paths.filter((path) => !existsSync(path)).map((path) => `${place}: there is no ${path}`);
    });
    expect(commands.map(({ command: [name] }) => name)).toEqual(expect.arrayContaining(["npm", "pulumi"]));
    expect(strange).toEqual([]);
  });

  it("in Python, Go, C# and Java name resources and properties that exist", () => {
    const shapes = Object.entries(schema.resources).map(([token, { inputProperties }]) => {
      return [token.split(":").at(-1) ?? "", Object.keys(inputProperties)] as const;
    });
    const inPython = new Map(shapes.map(([type, names]) => [type, names.map(snakeCase)]));
    const inGo = new Map(shapes.map(([type, names]) => [`${type}Args`, names.map(capitalised)]));
    const unknown = (known: ReadonlyMap<string, readonly string[]>, use: RegExp, property: RegExp) => (text: string) =>
      [...text.matchAll(use)].flatMap(([, type = "", body = ""]) =>
        [...body.matchAll(property)]
          .map(([, name = ""]) => name)
          .filter((name) => !known.get(type)?.includes(name))
          .map((name) => `${type} has no ${name}`),
      );
    expect(wrong(["python"], unknown(inPython, /\bhydra\.([A-Z]\w+)\(\n([\s\S]*?)^\)/gm, /^ {4}(\w+)=/gm))).toEqual([]);
    expect(wrong(["go"], unknown(inGo, /\bhydra\.(\w+Args)\{\n([\s\S]*?)^\t*\}\)/gm, /^\t+(\w+):/gm))).toEqual([]);
    const inJava = new Map(shapes.map(([type, names]) => [`${type}Args`, [...names]]));
    const csharp = unknown(inGo, /new (\w+Args)\s*\{\n([\s\S]*?)^ *\}\);/gm, /^ +(\w+) =/gm);
    const java = unknown(inJava, /(\w+Args)\.builder\(\)\n([\s\S]*?)\.build\(\)/g, /^ +\.(\w+)\(/gm);
    expect([...wrong(["csharp"], csharp), ...wrong(["java"], java)]).toEqual([]);
    const nowhere = "new OAuth2ClientArgs\n{\n    Nothing = 1,\n});";
    expect([csharp(nowhere), java("OAuth2ClientArgs.builder()\n    .nothing(1)\n    .build()")]).toEqual([
      ["OAuth2ClientArgs has no Nothing"],
      ["OAuth2ClientArgs has no nothing"],
    ]);
    for (const language of ["python", "go", "csharp", "java"]) expect(blocks(language).length).toBeGreaterThan(0);
  });

  it("in Python compile", (context) => {
    if (!has("python3")) context.skip("there is no python3");
    const compile = "import ast, json, sys; [ast.parse(text, place) for place, text in json.load(sys.stdin)]";
    const programs = blocks("python").map(({ place, text }) => [place, text]);
    expect(complaints("python3", ["-c", compile], JSON.stringify(programs))).toEqual([]);
  });

  it("in Go can be read", (context) => {
    if (!has("gofmt")) context.skip("there is no gofmt");
    expect(wrong(["go"], (text) => complaints("gofmt", ["-e"], text))).toEqual([]);
  });
});
