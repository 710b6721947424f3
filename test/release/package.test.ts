// Knows that the packages of a release are what people install: into empty projects, with no network but registries and this machine.
import { createHash } from "node:crypto";
import { cp, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { run, tail } from "../../tools/child.mts";
import { javaEnvironment, lackingForJava, mavenRepository } from "../../tools/language.mts";
import { onPath } from "../../tools/part.mts";
import type { Workspace, WorkspaceOptions } from "../../tools/workspace.mts";
import { firstProgram, pom, pythonProject } from "../support/first-program.ts";
import { admin, hydra } from "../support/hydra.ts";
import { blocksIn, documents } from "../support/markdown.ts";
import { goExamples, javaExamples, nodejsExamples, pythonExamples } from "../support/schema-example.ts";
import { release as makeAgain } from "../support/setup-release.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const release = inject("release");
if (!release) throw new Error("the project of this test makes no release");
const { folder, repository, url, version, path } = release;

const file = (name: string) => join(folder, name);
const read = (name: string) => readFile(file(name));
const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

describe("a release", () => {
  it("has packages for every language, the plugin, the schema and what is in them, all in SHA256SUMS", async () => {
    const plugins = ["linux", "darwin", "windows"].flatMap((os) =>
      ["amd64", "arm64"].map((cpu) => `pulumi-resource-hydra-v${version}-${os}-${cpu}.tar.gz`),
    );
    const java = ["-sources.jar", ".jar", ".pom"].map((end) => `pulumi-hydra-java-${version}${end}`);
    const expected = [
      ...plugins,
      ...(lackingForJava() ? [] : java),
      "bom.cdx.json",
      `pulumi-hydra-${version}.tgz`,
      `pulumi-hydra-sdk-${version}.tgz`,
      `pulumi-hydra-sdk-dotnet-${version}.tar.gz`,
      `pulumi-hydra-sdk-go-v${version}.tar.gz`,
      `pulumi_hydra-${version}-py3-none-any.whl`,
      `pulumi_hydra-${version}.tar.gz`,
      "schema.json",
    ].sort();
    const sums = String(await read("SHA256SUMS"))
      .trimEnd()
      .split("\n");
    const named = await Promise.all(
      sums.map(async (line) => {
        const [sum, name = ""] = line.split("  ");
        return sum === sha256(await read(name)) ? name : `${name} has another checksum`;
      }),
    );
    expect(named.sort()).toEqual(expected);
    expect((await readdir(folder)).sort()).toEqual([...expected, "SHA256SUMS"].sort());
  });

  it("comes out the same twice, byte for byte", async () => {
    const before = String(await read("SHA256SUMS"));
    const first = join(folder, "../first");
    await rename(folder, first);
    try {
      await makeAgain(repository);
      expect(String(await read("SHA256SUMS"))).toBe(before);
    } finally {
      await cp(first, folder, { recursive: true });
    }
  });

  it("derives every place from the repository that package.json names", async () => {
    const schema = JSON.parse(String(await read("schema.json"))) as { pluginDownloadURL: string };
    expect(schema.pluginDownloadURL).toBe("github://api.github.com/example/pulumi-hydra");
    const go = await run("tar", ["-xzOf", file(`pulumi-hydra-sdk-go-v${version}.tar.gz`), "sdk/go/go.mod"]);
    expect(go.stdout).toMatch(/^module github\.com\/example\/pulumi-hydra\/sdk\/go$/m);
  });

  it("lists what the plugin holds of others", async () => {
    const bill = JSON.parse(String(await read("bom.cdx.json"))) as { components: { purl: string }[] };
    const urls = bill.components.map(({ purl }) => purl);
    const { stdout } = await run("tar", [
      "-xzOf",
      file(`pulumi-resource-hydra-v${version}-linux-amd64.tar.gz`),
      "dist/LICENSES",
    ]);
    expect(urls).toHaveLength(stdout.split(`\n${"-".repeat(80)}\n`).length);
    expect(urls).toContainEqual(expect.stringMatching(/^pkg:npm\/%40grpc\/grpc-js@\d/));
    expect(urls).toContainEqual(expect.stringMatching(/^pkg:npm\/node@\d/));
  });

  it("holds a project for .NET that finds its plugin", async () => {
    const archive = file(`pulumi-hydra-sdk-dotnet-${version}.tar.gz`);
    const { stdout } = await run("tar", ["-xzOf", archive, "pulumi-hydra-sdk-dotnet/pulumi-plugin.json"]);
    expect(JSON.parse(stdout)).toMatchObject({ server: "github://api.github.com/example/pulumi-hydra", version });
  });
});

/** An empty project, and how somebody installs a package of the release into it. */
interface Project {
  files: Readonly<Record<string, string>>;
  /** Commands, in the project's folder. */
  install: string;
  env?: Record<string, string>;
  path?: string[];
  lacks?: string | undefined;
}

const venv = join(repository, "../venv");
const lacking = (name: string) => (onPath(name) ? undefined : `${name} is not on PATH`);

/** The programs in Java on the pages, each in the package that it names. */
function documented(language: string): Record<string, string> {
  const blocks = documents.flatMap(blocksIn).filter((block) => block.language === language);
  expect(blocks.length).toBeGreaterThan(1);
  const placed = blocks.map(({ text }) => [`src/main/java/${/^package (\w+);/.exec(text)?.[1]}/App.java`, text]);
  return Object.fromEntries(placed);
}

const projects: Readonly<Record<string, Project>> = {
  "Node.js": {
    files: { ...firstProgram.nodejs, ...nodejsExamples.files },
    install: `npm install --silent --no-audit --no-fund @pulumi/pulumi@3.270.0 ${file(`pulumi-hydra-sdk-${version}.tgz`)}
${nodejsExamples.command}`,
  },
  Python: {
    files: { ...firstProgram.python, ...pythonExamples.files, "Pulumi.yaml": pythonProject(venv) },
    // Wheel and sources in an environment each.
    install: `python3 -m venv ${venv} && ${venv}/bin/pip install --quiet ${file(`pulumi_hydra-${version}-py3-none-any.whl`)}
python3 -m venv other && other/bin/pip install --quiet --no-deps ${file(`pulumi_hydra-${version}.tar.gz`)}
${venv}/bin/python ${pythonExamples.command}`,
    // Language hosts of this version take the one of PATH.
    path: [join(venv, "bin")],
    lacks: lacking("python3"),
  },
  Go: {
    files: { ...firstProgram.go, ...goExamples.files },
    // The module is where a tag of the repository would have it.
    install: `mkdir tree && tar -xzf ${file(`pulumi-hydra-sdk-go-v${version}.tar.gz`)} -C tree
go mod edit -require=github.com/example/pulumi-hydra/sdk/go@v${version} -replace=github.com/example/pulumi-hydra/sdk/go=./tree/sdk/go
go mod tidy
${goExamples.command}`,
    env: { GOWORK: "off", CGO_ENABLED: "0" },
    lacks: lacking("go"),
  },
  Java: {
    // The programs of the pages and of the schema are compiled along.
    files: {
      ...firstProgram.java,
      ...documented("java"),
      ...javaExamples,
      "pom.xml": pom(`io.github.example:pulumi-hydra-java:${version}`),
    },
    install: `mvn --batch-mode --quiet ${mavenRepository} org.apache.maven.plugins:maven-install-plugin:3.1.3:install-file \\
  -Dfile=${file(`pulumi-hydra-java-${version}.jar`)} -DpomFile=${file(`pulumi-hydra-java-${version}.pom`)}`,
    env: javaEnvironment,
    lacks: lackingForJava(),
  },
};

describe.each(Object.entries(projects))("the package for %s", (_, { install, lacks, ...rest }) => {
  it("is installed into an empty project, compiles the examples of the schema, brings the plugin, and deploys a client", async ({
    skip,
  }) => {
    skip(lacks !== undefined, lacks);
    await using stack = await project(rest);
    const { code, stdout, stderr } = await stack.shell(install);
    expect([code, code === 0 ? "" : tail(stdout + stderr)]).toEqual([0, ""]);
    const made = await stack.up();
    expect([errorsOf(made), made.operations]).toEqual([[], { "OAuth2Client one": "create" }]);
    const { id } = await stack.outputs();
    expect((await admin.get(`/admin/clients/${id}`)).body.client_name).toBe("One");
    expect((await stack.preview()).operations).toEqual({ "OAuth2Client one": "same" });
    expect((await stack.destroy()).operations).toEqual({ "OAuth2Client one": "delete" });
  });
});

/** A project that finds nothing of this repository: the plugin comes from where the release is published. */
function project({ files, env, path: own = [] }: Pick<WorkspaceOptions, "files" | "env" | "path">): Promise<Workspace> {
  return workspace({
    files,
    path: [...own, ...path],
    config: { "hydra:adminUrl": hydra.adminUrl },
    env: {
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: undefined,
      PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: `^github://api\\.github\\.com/example/pulumi-hydra=${url}`,
      ...env,
    },
    timeoutMs: 500_000,
  });
}
