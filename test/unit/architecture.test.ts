// Reads the imports of the source and fails where they run the wrong way.

import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { functions, resources } from "../../provider/registry.ts";

const root = process.cwd();

/** What each part may import: other parts by path, packages by name. The first pattern that fits a file counts. */
const allowed: readonly [file: RegExp, imports: RegExp][] = [
  [/^provider\/(code|explained)\.ts$/, /^provider\/code\.ts$/],
  // Policy packs load this, and nothing that comes with a server.
  [/^provider\/audit\//, /^provider\/(audit\/|lifecycle\/(failure|value)\.ts$|hydra\/duration\.ts$|hydra\/jwk\.ts$)/],
  [/^provider\/hydra\/exchange\.ts$/, /^(provider\/hydra\/|undici$|node:)/],
  [/^provider\/hydra\//, /^(provider\/hydra\/|zod$|node:)/],
  [/^provider\/lifecycle\//, /^(provider\/lifecycle\/|zod$)/],
  [/^provider\/resources\//, /^(provider\/(resources|lifecycle|hydra)\/(?!request)|zod$|node:)/],
  [/^provider\/functions\//, /^(provider\/(resources|lifecycle|hydra)\/(?!request)|zod$)/],
  [/^provider\/registry\.ts$/, /^provider\/(resources|functions|lifecycle|hydra\/admin)/],
  [
    /^provider\/configuration\//,
    /^(provider\/(configuration\/|hydra\/|lifecycle\/failure\.ts$|resources\/(memory|entry)\.ts$)|zod$|node:crypto$)/,
  ],
  [
    /^provider\/cli\//,
    /^(provider\/(audit|cli|configuration|resources|lifecycle)\/|provider\/hydra\/(admin|conceal|error|json|jwk|key|list|rate-limit|trace|transport)\.ts$|node:)/,
  ],
  [
    /^provider\/describe\//,
    /^provider\/((describe|lifecycle|resources|configuration)\/|(registry|hydra\/naming)\.ts$)|^zod$/,
  ],
  [
    /^provider\/host\/[^/]+\.ts$/,
    /^(provider\/(host\/[^/]+\.ts$|lifecycle\/|configuration\/|(registry|resources\/memory|hydra\/error)\.ts$)|@pulumi\/pulumi|zod$|node:)/,
  ],
  [/^provider\/host\/dynamic\//, /^(provider\/(host\/(dynamic\/|[^/]+\.ts$)|lifecycle\/)|@pulumi\/pulumi)/],
  [
    /^provider\/host\/plugin\//,
    /^(provider\/(host\/(plugin\/|[^/]+\.ts$)|lifecycle\/|configuration\/|(registry|hydra\/conceal)\.ts$)|@pulumi\/pulumi|@grpc\/|google-protobuf|zod$|node:)/,
  ],
  [/^provider\/main\.ts$/, /^(provider\/host\/plugin\/|node:)/],
  [/^sdk\/policy\.ts$/, /^(provider\/(audit\/|lifecycle\/failure\.ts$)|@pulumi\/policy$)/],
  [/^sdk\//, /^(sdk\/|provider\/hydra\/jwk\.ts$|@pulumi\/pulumi$|node:module$)/],
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

  it("imports one way: host → registry → resources → lifecycle, hydra; sdk apart", () => {
    // How people are told what went wrong, every part knows.
    const everywhere = ["sdk/fields.json", "provider/explained.ts", "provider/code.ts"];
    const wrong = files.flatMap((file) => {
      const rule = allowed.find(([pattern]) => pattern.test(file))?.[1];
      return importsOf(file)
        .filter((name) => !everywhere.includes(name) && !rule?.test(name))
        .map((name) => `${file} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("imports nothing in a circle, types included", () => {
    const graph = new Map(files.map((file) => [file, importsOf(file).filter((name) => files.includes(name))]));
    // What imports nothing that is left is in no circle.
    for (let before = -1; before !== graph.size; ) {
      before = graph.size;
      for (const [file, names] of graph) if (!names.some((name) => graph.has(name))) graph.delete(file);
    }
    expect([...graph.keys()]).toEqual([]);
  });

  it("loads nothing of the provider in a program but what reads keys", () => {
    const loaded = files
      .filter((file) => file.startsWith("sdk/") && file !== "sdk/policy.ts")
      .flatMap((file) => [...source(file).matchAll(/^import (?!type)[^;]*? from "([^"]+)"/gm)].map(([, name]) => name));
    expect([...new Set(loaded.filter((name) => name?.startsWith("../")))]).toEqual(["../provider/hydra/jwk.ts"]);
  });

  it("names no field of a resource or a function where hosts and the lifecycle are", () => {
    const shapes = [
      ...resources.flatMap(({ inputs, outputs }) => [inputs.shape, outputs.shape]),
      ...functions.map(({ inputs }) => inputs.shape),
    ];
    const names = [...new Set(shapes.flatMap((shape) => Object.keys(shape)))];
    // Words such as `scope` and `id` have other meanings where they are no property names.
    const composed = names.filter((name) => /[A-Z]/.test(name)).map((name) => `\\b${name}\\b`);
    const quoted = names.map((name) => `"${name}"`);
    const named = new RegExp([...composed, ...quoted].join("|"));
    const rooms = files.filter((file) => /^provider\/(host|lifecycle)\//.test(file));
    expect(names.length).toBeGreaterThan(50);
    expect(rooms.flatMap((file) => named.exec(source(file).replace(/^ *(\*|\/\/|\/\*\*).*$/gm, "")) ?? [])).toEqual([]);
  });

  it("keeps no state in a module, but where nothing else outlives a call, and what is computed once", () => {
    const held = /^(?:export )?(?:let \w+|const \w+(?=[^=]*= new (?:Map|Set|WeakMap)\b[^()]*\(\)))/gm;
    expect(files.flatMap((file) => (source(file).match(held) ?? []).map((found) => `${file}: ${found}`))).toEqual([
      // Pulumi's server for dynamic providers asks a module again for each call.
      "provider/host/dynamic/dynamic.ts: let session",
      "provider/hydra/naming.ts: const snakeCased",
      "sdk/output.ts: const accessors",
    ]);
  });

  it("reads the environment in one file", () => {
    expect(files.filter((file) => /process\.env/.test(source(file)))).toEqual([
      "provider/configuration/configuration.ts",
    ]);
  });

  it("knows the engine's magic strings in one file", () => {
    expect(files.filter((file) => /04da6b54|1b47061264138c4|4dabf18193072939/.test(source(file)))).toEqual([
      "provider/host/values.ts",
    ]);
  });

  it("says in the first line of each file what it knows", () => {
    expect(files.filter((file) => !/^\/\/ [A-Z].+[.:,]/.test(source(file)))).toEqual([]);
  });

  it("has no file above 300 lines, but for the types that are written from the definitions", () => {
    const long = files
      .filter((file) => file !== "sdk/types.ts")
      .map((file) => [file, source(file).split("\n").length - 1] as const)
      .filter(([, lines]) => lines > 300);
    expect(long).toEqual([]);
  });
});
