// Ties our files to what Pulumi's registry demands of a community package, read the way its check reads them at a release.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packageSchema } from "../../provider/describe/schema.ts";
import { documentation } from "../../tools/document/manual.mts";
import { packageTable } from "../../tools/document/package-table.mts";
import { publicationOf } from "../../tools/release/publication.mts";
import { readYaml } from "../support/yaml.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const schema = JSON.parse(readFileSync("schema.json", "utf8")) as Record<string, unknown>;
const pages = ["docs/_index.md", "docs/installation-configuration.md"];
const read = (name: string) => readFileSync(name, "utf8");

/** What breaks where the registry shows a page, as its check looks for it, and links to a file, which lead nowhere there. */
const faults: readonly [what: string, pattern: RegExp][] = [
  ["a relative image", /<img[^>]+src=["'](?!https?:)|!\[[^\]]*\]\((?!https?:)/],
  ["a raw relative link", /<a[^>]+href=["'][./]/],
  ["a link to a .md file", /\]\((?!https?:\/\/)[^)]*\.md[)#]/],
];

function faultsIn(text: string): string[] {
  return text
    .split("\n")
    .flatMap((line) => faults.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${what}: ${line}`));
}

describe("the committed schema", () => {
  it("has the version of the tag, who publishes it, and what kind of package it is", () => {
    expect(schema).toMatchObject({ name: "hydra", displayName: "Ory Hydra", publisher: "pulumi-hydra", version });
    expect(schema.keywords).toEqual(expect.arrayContaining(["category/infrastructure", "kind/native"]));
    for (const language of ["nodejs", "python", "go", "csharp", "java"])
      expect(schema.language).toHaveProperty(language);
  });

  it("says where the plugin and its logo are, once there is a repository", () => {
    const repository = "https://github.com/example/pulumi-hydra";
    const publication = publicationOf({ version, repository });
    const released = packageSchema({ version, publication }, documentation());
    // What the check passes to `pulumi plugin install --server`, and to `go get`.
    expect(released).toMatchObject({
      repository,
      pluginDownloadURL: "github://api.github.com/example/pulumi-hydra",
      language: { go: { importBasePath: "github.com/example/pulumi-hydra/sdk/go/hydra" } },
    });
    const logo = `https://raw.githubusercontent.com/example/pulumi-hydra/v${version}/`;
    expect(String(released.logoUrl).startsWith(logo)).toBe(true);
    expect(read(String(released.logoUrl).slice(logo.length))).toMatch(/^<svg /);
  });
});

describe.each(pages)("%s", (name) => {
  it("has front matter, and neither relative images nor links to files", () => {
    const [, front = "", text = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(read(name)) ?? [];
    expect(readYaml(front)[0]).toEqual({
      title: expect.stringContaining("Ory Hydra"),
      meta_desc: expect.any(String),
      layout: "package",
    });
    expect(faultsIn(text)).toEqual([]);
  });
});

describe("docs/_index.md", () => {
  it("has an example in every language, and one tab for each", () => {
    const text = read("docs/_index.md");
    const tabs = /chooser language "([^"]*)"/.exec(text)?.[1]?.split(",");
    const examples = [...text.matchAll(/choosable language (\w+) %\}\}\n\n```(\w+)\n/g)].map(([, tab, block]) => [
      tab,
      block,
    ]);
    const languages = [
      ["typescript", "ts"],
      ["python", "python"],
      ["go", "go"],
      ["csharp", "csharp"],
      ["java", "java"],
      ["yaml", "yaml"],
    ];
    expect(examples).toEqual(languages);
    expect(tabs).toEqual(languages.map(([tab]) => tab));
  });
});

describe("docs/installation-configuration.md", () => {
  it("names the SDK of each language", () => {
    const table = packageTable(publicationOf({ version, repository: "https://github.com/example/pulumi-hydra" }));
    expect([...table.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual([
      "pulumi-hydra-sdk",
      "pulumi_hydra",
      "github.com/example/pulumi-hydra/sdk/go/hydra",
      "Pulumi.Hydra",
      "io.github.example:pulumi-hydra-java",
    ]);
    expect(read("docs/installation-configuration.md")).toContain("<!-- packages -->\n\n| Language | Package |");
  });
});

describe("a page with a fault", () => {
  it.each([
    ["a relative image", "![a picture](demo.svg)"],
    ["a relative image", '<img src="./demo.svg">'],
    ["a raw relative link", '<a href="/packages">'],
    ["a link to a .md file", "see [hosts](hosts.md#two)"],
  ])("is told: %s", (what, line) => {
    expect(faultsIn(`# Title\n${line}\n`)).toEqual([`${what}: ${line}`]);
  });
});
