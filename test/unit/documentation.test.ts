// Ties the documents to the source: their tables, their links and their programs.

import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { packageSchema } from "../../provider/describe/schema.ts";
import { origins } from "../../provider/describe/terraform.ts";
import { grace } from "../../provider/host/cancellation.ts";
import { isWorthRepeating } from "../../provider/hydra/retry.ts";
import * as registry from "../../provider/registry.ts";
import {
  firstDifference,
  generatedDocuments,
  referenceFiles,
  withTables,
} from "../../tools/document/generate-docs.mts";
import { documentation, sdkDocs } from "../../tools/document/manual.mts";
import type { PackageSchema } from "../../tools/document/reference-page.mts";
import { type About, publicationOf } from "../../tools/release/publication.mts";
import { brokenLinks, documents, linksIn } from "../support/markdown.ts";

const about = JSON.parse(readFileSync("package.json", "utf8")) as About;
const read = (name: string) => (existsSync(name) ? readFileSync(name, "utf8") : "");

const manual = documentation();
const schema = packageSchema({ version: "1.0.0" }, manual) as unknown as PackageSchema;

describe("the doc comments", () => {
  it("describe fields of resources, of objects in these, and of the configuration", () => {
    expect(manual("OAuth2Client", "deviceAuthorizationGrantIdTokenLifespan")).toBe(
      "How long an ID token from the device authorization grant (RFC 8628) is valid, as a Go duration such as `90m`. Defaults to the server's `ttl.id_token`. Needs Hydra v25.4.0.",
    );
    expect(manual("OAuth2ClientSecretRotation", "trigger")).toBe(
      "Any string. When you change it, the provider generates a new secret.",
    );
    expect(manual("configuration", "accessToken")).toBe(
      "A bearer token for the admin API, such as an Ory Network API key.",
    );
    expect(() => manual("OAuth2Client", "no")).toThrow("OAuth2Client.no has no doc comment");
  });

  it("say of a function's field only what is true of a function", () => {
    expect(manual("getOAuth2ClientResult", "clientId")).toBe("The client id (RFC 7591, `client_id`).");
    const about = (part: "inputs" | "outputs", pattern: RegExp) =>
      Object.values(schema.functions).flatMap((spec) =>
        Object.values(spec[part].properties).filter(({ description }) => pattern.test(description)),
      );
    expect(about("outputs", /(^|\. )Default|replaces/)).toEqual([]);
    expect(about("inputs", /replaces/)).toEqual([]);
  });

  it("are what the tables, examples and reference pages say: `npm run docs` writes them", () => {
    const publication = publicationOf(about);
    const expected = generatedDocuments({ publication, documentation: manual, schema, sdk: sdkDocs(), origins });
    const differences = [...expected].map(([name, text]) => firstDifference(name, read(name), text));
    expect(differences.filter((difference) => difference !== undefined)).toEqual([]);
    const pages = [...expected.keys()].filter((name) => /^docs\/(resources|functions)\//.test(name));
    expect(referenceFiles()).toEqual(pages.sort());
    expect(pages.length).toBe(registry.resources.length + registry.functions.length);
  });
});

describe("a table", () => {
  const docs = { documentation: manual, schema: { resources: {}, functions: {}, types: {} }, origins: [] };

  it("is refused without the end of its marker", () => {
    expect(() => withTables("<!-- configuration -->\n", docs)).toThrow("of 1 markers, only 0 have an end");
  });

  it("replaces what stood between its markers", () => {
    expect(withTables("a\n<!-- reference -->\nold\n<!-- /reference -->\nb\n", docs)).toBe(
      "a\n<!-- reference -->\n\n| Resource or function | What it is |\n| --- | --- |\n\n<!-- /reference -->\nb\n",
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
    const targets = (page: string) =>
      linksIn(page).map((target) => normalize(join(dirname(page), target.replace(/#.*/, ""))));
    const reached = ["README.md", "docs/reference.md"].flatMap(targets);
    const lost = pages.filter((name) => !reached.includes(name));
    expect(lost.map((name) => `${name} has no place in README.md, "Where to read on"`)).toEqual([]);
  });

  it("are short where people begin", () => {
    const lines = (name: string) => read(name).split("\n").length - 1;
    expect(lines("README.md")).toBeLessThanOrEqual(170);
    expect(lines("DESIGN.md")).toBeLessThanOrEqual(80);
  });

  it("say of every folder and file that people look for first what it is", () => {
    const names = globSync("{*,provider/*}").map((name) => (statSync(name).isDirectory() ? `${name}/` : name));
    const parts = names.filter((name) => name.includes("/") && !/^(node_modules|dist|release|provider)\/$/.test(name));
    const guide = read("CONTRIBUTING.md");
    expect(parts.filter((name) => !guide.includes(name))).toEqual([]);
  });

  it("say how long a cancelled operation has", () => {
    expect(grace).toBe(3_000);
    for (const page of ["docs/hosts.md", "docs/installation-configuration.md"])
      expect(read(page)).toMatch(/requests have three seconds to complete.*operation ends within five/);
  });

  it("count the lifespans of a client right", () => {
    const { inputProperties = {} } = schema.resources["hydra:index:ClientLifespans"] ?? {};
    expect(Object.keys(inputProperties).filter((name) => name.endsWith("Lifespan")).length).toBe(13);
    const counted = documents.flatMap(
      (name) => read(name).match(/\b\w+(?= token lifespans\b)|(?<=manages all )\w+/g) ?? [],
    );
    expect(counted.filter((word) => /teen$/.test(word))).toContain("thirteen");
    expect(
      counted.filter((word) => /^(\d+|\w+teen|ten|eleven|twelve|twenty)$/.test(word) && word !== "thirteen"),
    ).toEqual([]);
  });

  it("name the archives of this version", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    const named = documents.flatMap((name) => read(name).match(/(?<=pulumi-resource-hydra-v)\d[\d.]*\d/g) ?? []);
    expect([...new Set(named)]).toEqual([version]);
  });

  it("are in plain words", () => {
    const hard = /\b(anew|so that|whoever|of its own|(is|are|be|was|were) told)\b/i;
    // This one says what not to write.
    const pages = documents.filter((name) => name !== "CONTRIBUTING.md");
    const found = pages.flatMap((name) => {
      const prose = read(name)
        .replace(/^ *```[\s\S]*?^ *```$/gm, "")
        .replace(/`[^`\n]*`/g, "");
      return [...prose.matchAll(new RegExp(hard, "gi"))].map(
        ([words]) => `${name}: "${words}", see "How we write" in CONTRIBUTING.md`,
      );
    });
    expect(found).toEqual([]);
  });

  it("name the statuses that the provider retries", () => {
    const [, sentence = ""] = /the statuses ([\s\S]+?)\. It/.exec(read("docs/concepts.md")) ?? [];
    const named = [...sentence.matchAll(/(\d+)(?: to (\d+))?/g)].flatMap(([, first, last = first]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index),
    );
    const statuses = Array.from({ length: 200 }, (_, index) => 400 + index);
    expect(named).toEqual(statuses.filter((status) => isWorthRepeating(status, undefined)));
  });

  it("that the Pulumi Registry takes over link to nothing in this repository", () => {
    const taken = ["docs/_index.md", "docs/installation-configuration.md"];
    expect(taken.flatMap((name) => linksIn(name).map((target) => `${name}: ${target}`))).toEqual([]);
  });
});
