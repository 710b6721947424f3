// Ties the documents to the source: their tables, their links and their programs.

import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packageSchema } from "../../provider/host/schema.ts";
import * as registry from "../../provider/registry.ts";
import * as field from "../../provider/resources/field.ts";
import * as setting from "../../provider/setting.ts";
import { origins } from "../../provider/terraform.ts";
import { describe as descriptionsOf, fieldDocs } from "../../tools/document/field-docs.mts";
import {
  firstDifference,
  generatedDocuments,
  referenceFiles,
  withTables,
} from "../../tools/document/generate-docs.mts";
import type { PackageSchema } from "../../tools/document/reference-page.mts";
import { sdkDocs } from "../../tools/document/sdk-docs.mts";
import { brokenLinks, documents, linksIn } from "../support/markdown.ts";

const read = (name: string) => (existsSync(name) ? readFileSync(name, "utf8") : "");

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
    "are what the tables, examples and reference pages say: `npm run docs` writes them",
    () => {
      const fields = fieldDocs({ registry, field, setting });
      const schema = packageSchema("1.0.0", descriptionsOf(fields)) as unknown as PackageSchema;
      const expected = generatedDocuments({ fields, schema, sdk: sdkDocs(), origins });
      const differences = [...expected].map(([name, text]) => firstDifference(name, read(name), text));
      expect(differences.filter((difference) => difference !== undefined)).toEqual([]);
      const pages = [...expected.keys()].filter((name) => /^docs\/(resources|functions)\//.test(name));
      expect(referenceFiles()).toEqual(pages.sort());
      expect(pages.length).toBe(registry.resources.length + registry.functions.length);
    },
    compiling,
  );
});

describe("a table", () => {
  const docs = { fields: { resources: [], functions: [], configuration: [] }, sdk: new Map(), origins: [] };

  it("is refused for a resource that does not exist", () => {
    expect(() => withTables("<!-- fields:Nothing -->\n<!-- /fields -->", docs)).toThrow("there is no resource Nothing");
  });

  it("gives way to an example, which is refused where there is none", () => {
    const sdk = new Map([["X", { example: "new X();" }]]);
    expect(withTables("<!-- example:X -->\n<!-- /example -->", { ...docs, sdk })).toBe(
      "<!-- example:X -->\n\n```ts\nnew X();\n```\n\n<!-- /example -->",
    );
    expect(() => withTables("<!-- example:Y -->\n<!-- /example -->", docs)).toThrow("there is no example of Y");
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

  it("are each reached from README.md", () => {
    const pages = documents.filter((name) => /^(docs|examples)\//.test(name) && name !== "docs/_index.md");
    const reached = linksIn("README.md").map((target) => target.replace(/#.*/, ""));
    const lost = pages.filter((name) => !reached.includes(name));
    expect(lost.map((name) => `${name} has no place in README.md, "Where to read on"`)).toEqual([]);
  });

  it("say of every folder and file that people look for first what it is", () => {
    const names = globSync("{*,provider/*}").map((name) => (statSync(name).isDirectory() ? `${name}/` : name));
    const parts = names.filter((name) => name.includes("/") && !/^(node_modules|dist|release|provider)\/$/.test(name));
    const guide = read("CONTRIBUTING.md");
    expect(parts.filter((name) => !guide.includes(name))).toEqual([]);
  });

  it("name the archives of this version", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    const named = documents.flatMap((name) => read(name).match(/(?<=pulumi-resource-hydra-v)\d[\d.]*\d/g) ?? []);
    expect([...new Set(named)]).toEqual([version]);
  });

  it("that the Pulumi Registry takes over link to nothing in this repository", () => {
    const taken = ["docs/_index.md", "docs/installation-configuration.md"];
    expect(taken.flatMap((name) => linksIn(name).map((target) => `${name}: ${target}`))).toEqual([]);
  });
});
