// Ties the documents to the source: their tables, their links and their programs.

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as registry from "../../provider/registry.ts";
import * as field from "../../provider/resources/field.ts";
import * as setting from "../../provider/setting.ts";
import { describe as descriptionsOf, fieldDocs } from "../../tools/field-docs.mts";
import { firstDifference, withTables } from "../../tools/generate-docs.mts";

const root = process.cwd();
const documents = globSync("{*.md,examples/**/*.md}", { cwd: root, exclude: (name) => name.includes("node_modules") });
const read = (name: string) => readFileSync(join(root, name), "utf8");

// The compiler takes seconds where two cores do other things too.
const compiling = 120_000;

describe("the doc comments", () => {
  it(
    "describe every field of every resource, function and the configuration",
    () => {
      const docs = fieldDocs({ registry, field, setting });
      const client = docs.resources.find(({ type }) => type === "OAuth2Client");
      expect(client?.inputs.find(({ name }) => name === "secretRotation")?.fields?.map(({ name }) => name)).toEqual([
        "trigger",
        "previousSecrets",
        "revokeTokens",
      ]);
      expect(client?.inputs.find(({ name }) => name === "deviceAuthorizationGrantIdTokenLifespan")).toEqual({
        name: "deviceAuthorizationGrantIdTokenLifespan",
        doc: "How long an ID token from the device authorization grant (RFC 8628) is valid. Needs Hydra v25.4.0. Unset: the server's `ttl.id_token`.",
        type: "duration",
        required: false,
        secret: false,
        replaces: false,
        since: "v25.4.0",
      });
      expect(docs.configuration.find(({ name }) => name === "accessToken")).toEqual({
        name: "accessToken",
        doc: "A token sent as `Authorization: Bearer`, such as an Ory Network API key.",
        type: "text",
        required: false,
        secret: true,
        environment: "PULUMI_HYDRA_ACCESS_TOKEN",
      });
      const description = descriptionsOf(docs);
      expect(description("OAuth2ClientSecretRotation", "trigger")).toBe(
        "Any text; when it changes, a new secret is generated.",
      );
      expect(() => description("OAuth2Client", "no")).toThrow("OAuth2Client.no has no doc comment");
    },
    compiling,
  );

  it(
    "are what the tables of README.md say",
    () => {
      const readme = read("README.md");
      expect(firstDifference("README.md", readme, withTables(readme, fieldDocs({ registry, field, setting })))).toBe(
        undefined,
      );
    },
    compiling,
  );
});

describe("a table", () => {
  const docs = { resources: [], functions: [], configuration: [] };

  it("is refused for a resource that does not exist", () => {
    expect(() => withTables("<!-- fields:Nothing -->\n<!-- /fields -->", docs)).toThrow("there is no resource Nothing");
  });

  it("is refused without the end of its marker", () => {
    expect(() => withTables("<!-- configuration -->\n", docs)).toThrow("of 1 markers, only 0 have an end");
  });

  it("replaces what stood between its markers", () => {
    expect(withTables("a\n<!-- configuration -->\nold\n<!-- /configuration -->\nb\n", docs)).toBe(
      "a\n<!-- configuration -->\n\n| Key | Environment | Meaning |\n| --- | --- | --- |\n\n<!-- /configuration -->\nb\n",
    );
  });
});

describe("the first difference", () => {
  it("names the line and shows both sides", () => {
    expect(firstDifference("A.md", "one\ntwo\n", "one\n2\n")).toBe("A.md:2 is not what the source says\n- two\n+ 2");
  });

  it("is found where one text goes on", () => {
    expect(firstDifference("A.md", "one\ntwo", "one")).toBe("A.md:2 is not what the source says\n- two\n+ (nothing)");
  });

  it("is none between equal texts", () => {
    expect(firstDifference("A.md", "one", "one")).toBe(undefined);
  });
});

describe("the documents", () => {
  it("link to files and headings that exist", () => {
    expect(documents).toContain("README.md");
    expect(documents.flatMap(brokenLinks)).toEqual([]);
  });

  it(
    "show programs that compile",
    () => {
      const programs = programsIn("README.md");
      expect(programs.length).toBeGreaterThan(3);
      expect(errorsIn(programs)).toEqual([]);
    },
    compiling,
  );
});

/** Relative links of a document that lead nowhere. */
function brokenLinks(document: string): string[] {
  const links = [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links
    .filter((target) => !/^[a-z]+:/i.test(target))
    .filter((target) => {
      const [path = "", heading] = target.split("#");
      const file = path === "" ? document : join(dirname(document), path);
      return !existsSync(join(root, file)) || (heading !== undefined && !headingsIn(file).includes(heading));
    })
    .map((target) => `${document}: ${target}`);
}

/** The headings of a document as links name them. */
function headingsIn(document: string): string[] {
  return [...withoutCode(read(document)).matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, "");
}

interface Program {
  /** Where it begins: `README.md:12`. */
  readonly place: string;
  readonly text: string;
}

function programsIn(document: string): Program[] {
  const markdown = read(document);
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ index, 1: text = "" }) => ({
    place: `${document}:${markdown.slice(0, index).split("\n").length}`,
    text,
  }));
}

/** What the compiler says of programs, each in a file of its own that only it sees, on the types of the source. */
function errorsIn(programs: readonly Program[]): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    types: ["node"],
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    paths: { "pulumi-hydra": [join(root, "sdk/index.ts")], "pulumi-hydra/plugin": [join(root, "sdk/plugin.ts")] },
  };
  const files = new Map(programs.map((program, index) => [join(root, `program-${index}.ts`), program]));
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, language, ...rest) => {
    const program = files.get(name);
    return program ? ts.createSourceFile(name, program.text, language) : getSourceFile(name, language, ...rest);
  };
  const compiled = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([name, { place }]) => {
    const file = compiled.getSourceFile(name);
    const found = [...compiled.getSyntacticDiagnostics(file), ...compiled.getSemanticDiagnostics(file)];
    return found.map(({ messageText }) => `${place}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  });
}
