// Knows how resources of an adopted estate are named.
import { compileFunction } from "node:vm";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type Nameable, resourceNames } from "../../provider/cli/resource-name.ts";
import { errorsIn } from "../support/compile.ts";

const client = (key: string, ...words: (string | undefined)[]): Nameable => ({ kind: "client", key, words });

const long = "x".repeat(80);

describe("names of resources", () => {
  it("are what people call the things, as identifiers allow it", () => {
    const words = ["Web", "Café Zoë (EU)", "  a::b  ", "1password", "Hydra", "null", "🦀", "日本語", "ﬁne", long];
    expect(resourceNames(words.map((word) => client(word, word)))).toEqual([
      ...["web", "cafe-zoe-eu", "a-b", "client-1password", "client-hydra", "client-null"],
      // What has no letter that identifiers allow is told apart by its key.
      ...["client-7224c588fa988754", "client-77710aedc74ecfa3", "fine", "x".repeat(50)],
    ]);
  });

  it("say more while others have the same name", () => {
    const names = resourceNames([
      client("1", "Web", "shop", "a1"),
      client("2", "web", "team", "b2"),
      client("3", "WEB", "team", "c3"),
      client("4", "Web", undefined, "d4"),
      client("5", "Batch", "shop", "e5"),
    ]);
    expect(names).toEqual(["web-shop", "web-team-b2", "web-team-c3", "web-d4", "batch"]);
  });

  it("differ in more than dashes", () => {
    expect(resourceNames([client("1", "web-1", "a"), client("2", "web1", "b")])).toEqual(["web-1-a", "web1-b"]);
  });

  it("are no words of the languages that Pulumi writes programs in", () => {
    const words = ["Let", "Static", "exports", "Arguments", "null", "Yield", "Lambda", "Func", "Lock", "Event", "Ctx"];
    expect(resourceNames(words.map((word) => client(word, word)))).toEqual(
      words.map((word) => `client-${word.toLowerCase()}`),
    );
  });

  it("compile in a program, even if clients are called like every word of the language and every global", () => {
    const keywords = Array.from({ length: ts.SyntaxKind.LastKeyword - ts.SyntaxKind.FirstKeyword + 1 }, (_, index) =>
      ts.tokenToString(ts.SyntaxKind.FirstKeyword + index),
    );
    const words = [...keywords, ...Object.getOwnPropertyNames(globalThis), "arguments", "exports", "module", "require"];
    const names = resourceNames([...new Set(words)].map((word) => client(String(word), word)));
    const identifiers = names.map((name) => name.replace(/-(.)/g, (_, next: string) => next.toUpperCase()));
    const program = (names: readonly string[]) => names.map((name) => `const ${name} = 1;\n`).join("");
    // As Node.js compiles a module.
    const compile = (names: readonly string[]) =>
      compileFunction(`"use strict";\n${program(names)}`, ["exports", "require", "module", "__filename", "__dirname"]);
    const errors = (names: readonly string[]) =>
      errorsIn([{ place: "all", text: `${program(names)}export {};\n` }], { alone: true });
    expect(errors(identifiers)).toEqual([]);
    expect(() => compile(identifiers)).not.toThrow();
    for (const name of ["let", "static", "exports", "arguments", "null", "require", "eval"]) {
      expect(() => compile([name])).toThrow(SyntaxError);
    }
    for (const name of ["let", "arguments", "eval", "await"]) expect([name, errors([name])]).not.toEqual([name, []]);
  });

  it("of one that is taken say more", () => {
    const all = [client("1", "Web", "shop"), client("2", "Nightly report")];
    expect(resourceNames(all, ["web", "nightlyReport", "other"])).toEqual([
      "web-shop",
      expect.stringMatching(/^nightly-report-[0-9a-f]{16}$/),
    ]);
  });

  it("of twenty thousand clients with one name are found in a moment", () => {
    const all = Array.from({ length: 20_000 }, (_, index) =>
      client(`client ${index}`, "Web", undefined, `id-${index}`),
    );
    const begun = process.cpuUsage();
    const names = resourceNames(all);
    // Each group of equal names was copied for each of its members: 2.4 s of processor time.
    expect(process.cpuUsage(begun).user).toBeLessThan(1_200_000);
    expect(new Set(names).size).toBe(20_000);
  });

  it("are one for each, and the same in whatever order an estate is read", () => {
    const word = fc.option(fc.constantFrom("Web", "web", "a", "a b", "b", "", "1", "é", "client", "hydra"), {
      nil: undefined,
    });
    const estate = fc.uniqueArray(fc.tuple(fc.string(), word, word, word), { selector: ([key]) => key, maxLength: 40 });
    fc.assert(
      fc.property(estate, (items) => {
        const all = items.map(([key, ...words]) => client(key, ...words));
        const names = resourceNames(all);
        expect(new Set(names.map((name) => name.replaceAll("-", ""))).size).toBe(all.length);
        expect(names.filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([]);
        expect(resourceNames(all.toReversed())).toEqual(names.toReversed());
      }),
    );
  });
});
