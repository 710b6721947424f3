// Knows that programs that were converted from YAML are what the converter makes today, and that what nothing here compiles can be read.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { run } from "../../tools/child.mts";
import { convertedFiles } from "../../tools/document/convert-examples.mts";
import { examples } from "../../tools/document/example.mts";
import { blocksIn, documents } from "../support/markdown.ts";

const languages = inject("languages");
if (!languages) throw new Error("the project of this test makes no SDKs");
const { generator, python } = languages;

describe("the programs that are converted from YAML", () => {
  it("are what the converter makes of it: `npm run examples` writes them", async ({ skip }) => {
    skip(generator === undefined, "go is not on PATH");
    const made = await convertedFiles();
    expect(made.size).toBeGreaterThan(3);
    for (const [file, text] of made) expect([file, await readFile(file, "utf8")]).toEqual([file, text]);
  }, 300_000);
});

describe("the programs in C#", () => {
  it("can be read", async ({ skip }) => {
    skip("lacks" in python, "lacks" in python ? python.lacks : undefined);
    const ofPages = documents.flatMap(blocksIn).filter(({ language }) => language === "csharp");
    const whole = ["single-page-app", "web-app", "machine-to-machine"].map(
      (name) => `examples/${name}/csharp/Program.cs`,
    );
    const programs: Record<string, string> = {
      ...Object.fromEntries(Object.entries(examples()).map(([name, { csharp }]) => [name, csharp])),
      ...Object.fromEntries(ofPages.map(({ place, text }) => [place, text])),
      ...Object.fromEntries(await Promise.all(whole.map(async (file) => [file, await readFile(file, "utf8")]))),
    };
    expect(Object.keys(programs).length).toBeGreaterThan(15);
    expect(await unreadable({ ...programs, broken: "return await Deployment.RunAsync(() => {" })).toEqual(["broken"]);
  });
});

/** The names of the texts that a parser of C# stumbles over. */
async function unreadable(texts: Readonly<Record<string, string>>): Promise<unknown> {
  if ("lacks" in python) return [];
  const program = `import json, sys, tree_sitter_c_sharp
from tree_sitter import Language, Parser
parser = Parser(Language(tree_sitter_c_sharp.language()))
texts = json.loads(sys.argv[1])
print(json.dumps([name for name, text in texts.items() if parser.parse(text.encode()).root_node.has_error]))`;
  const environment = join(python.environment, "bin/python");
  const { code, stdout, stderr } = await run(environment, ["-c", program, JSON.stringify(texts)]);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}
