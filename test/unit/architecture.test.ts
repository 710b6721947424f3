// Reads the imports of the source and fails where they run the wrong way.

import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const root = process.cwd();

/** What each part may import: other parts by path, packages by name. The first pattern that fits a file counts. */
const allowed: readonly [file: RegExp, imports: RegExp][] = [
  [/^provider\/hydra\/request\.ts$/, /^(provider\/hydra\/|undici$|node:)/],
  [/^provider\/hydra\//, /^(provider\/hydra\/|zod$|node:)/],
  [/^provider\/lifecycle\//, /^(provider\/lifecycle\/|zod$)/],
  [/^provider\/resources\//, /^(provider\/(resources|lifecycle|hydra)\/(?!request)|zod$|node:)/],
  [/^provider\/functions\//, /^(provider\/(resources|lifecycle|hydra)\/(?!request)|zod$)/],
  [/^provider\/registry\.ts$/, /^provider\/(resources|functions|lifecycle|hydra\/admin)/],
  [/^provider\/terraform\.ts$/, /^provider\/(resources\/|hydra\/naming\.ts$)/],
  [
    /^provider\/cli\//,
    /^(provider\/(cli|resources|lifecycle)\/|provider\/(config|setting|hydra\/(admin|error))\.ts$|node:)/,
  ],
  [/^provider\/setting\.ts$/, /^(provider\/hydra\/naming|zod$)/],
  [/^provider\/connect\.ts$/, /^provider\/(hydra\/|setting\.ts$)/],
  [/^provider\/config\.ts$/, /^(provider\/(connect|setting|hydra\/admin)|zod$)/],
  [
    /^provider\/host\//,
    /^(provider\/(host|lifecycle)\/|provider\/(registry|config|setting|terraform|hydra\/(admin|conceal|naming))\.ts$|@pulumi\/pulumi|@grpc\/|google-protobuf|zod$|node:)/,
  ],
  [/^provider\/main\.ts$/, /^(provider\/host\/|node:)/],
  [/^sdk\//, /^(sdk\/|provider\/(resources|functions)\/|provider\/setting\.ts$|@pulumi\/pulumi$)/],
];

const files = globSync("{provider,sdk}/**/*.ts", { cwd: root }).sort();
const source = (file: string) => readFileSync(join(root, file), "utf8");

function importsOf(file: string): string[] {
  // Doc comments show programs, which import the package itself.
  const code = source(file).replace(/^ *\*.*$/gm, "");
  const found = code.matchAll(/(?:from |import\(|require\()"([^"$]+)"/g);
  return [...found].map(([, name = ""]) => (name.startsWith(".") ? normalize(join(dirname(file), name)) : name));
}

describe("the source", () => {
  it("is found", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it("imports one way: sdk → resources, host → registry → resources → lifecycle, hydra", () => {
    const wrong = files.flatMap((file) => {
      const rule = allowed.find(([pattern]) => pattern.test(file))?.[1];
      return importsOf(file)
        .filter((name) => name !== "sdk/fields.json" && !rule?.test(name))
        .map((name) => `${file} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("loads nothing of the provider in a program but what reads keys", () => {
    const loaded = files
      .filter((file) => file.startsWith("sdk/"))
      .flatMap((file) => [...source(file).matchAll(/^import (?!type)[^;]*? from "([^"]+)"/gm)].map(([, name]) => name));
    expect([...new Set(loaded.filter((name) => name?.startsWith("../")))]).toEqual(["../provider/resources/jwk.ts"]);
  });

  it("reads the environment in one file", () => {
    expect(files.filter((file) => /process\.env/.test(source(file)))).toEqual(["provider/config.ts"]);
  });

  it("knows the engine's magic strings in one file", () => {
    expect(files.filter((file) => /04da6b54|1b47061264138c4|4dabf18193072939/.test(source(file)))).toEqual([
      "provider/host/values.ts",
    ]);
  });

  it("says in the first line of each file what it knows", () => {
    expect(files.filter((file) => !/^\/\/ [A-Z].+[.:,]/.test(source(file)))).toEqual([]);
  });

  it("has no file above 300 lines", () => {
    const long = files
      .map((file) => [file, source(file).split("\n").length - 1] as const)
      .filter(([, lines]) => lines > 300);
    expect(long).toEqual([]);
  });
});
