// Ties docs/commands.md to the program `pulumi-hydra`: each help stands there, and fits a screen.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commands, usage } from "../../provider/cli/commands.ts";
import { blocksIn } from "../support/markdown.ts";

const page = blocksIn("docs/commands.md").filter(({ language }) => language === "text");
const helps = [
  { heading: "Commands", text: usage },
  ...commands.map(({ name, help }) => ({ heading: name, text: help })),
];

describe("the commands", () => {
  it("are in the documents with all that their help says", () => {
    expect(page.map(({ heading, text }) => ({ heading, text }))).toEqual(helps);
  });

  it("fit a screen: all of them, and the options of each", () => {
    const size = (text: string) => [text.split("\n").length, Math.max(...text.split("\n").map(({ length }) => length))];
    const [lines = 0, columns = 0] = size(usage);
    expect([lines <= 24, columns <= 80]).toEqual([true, true]);
    const large = commands.filter(({ help }) => {
      const [lines = 0, columns = 0] = size(help);
      return lines > 50 || columns > 120;
    });
    expect(large.map(({ name }) => name)).toEqual([]);
  });

  it("each have a help with exactly the options that they take: name, letter, value, repetition", () => {
    for (const { name, help, options } of commands) {
      const lines = help.matchAll(/^ {2}(?:-(\w), )?--([\w-]+)( <\w+>)?( .*(?:\n {10,}.*)*)/gm);
      const shown = [...lines].map(([, short, option = "", value, text = ""]) => {
        const multiple = text.includes("repeat");
        return [option, { type: value ? "string" : "boolean", ...(short && { short }), ...(multiple && { multiple }) }];
      });
      expect([name, Object.fromEntries(shown)]).toEqual([name, { ...options, help: { type: "boolean", short: "h" } }]);
    }
  });

  it("are in README's list, and each has a test on a real Hydra", () => {
    const [row = ""] = /^\| Which commands are there\? .*$/m.exec(readFileSync("README.md", "utf8")) ?? [];
    expect([...row.matchAll(/\[`([\w-]+)`\]/g)].map(([, name]) => name)).toEqual(commands.map(({ name }) => name));
    const tests = commands.map(({ name }) => `test/acceptance/${name}.test.ts`);
    expect(tests.filter((file) => !existsSync(file))).toEqual([]);
  });
});
