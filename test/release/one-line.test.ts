// Knows that one command brings a program everything: the plugin, an SDK, and the lines of Pulumi.yaml that restore both elsewhere.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { cached } from "../../tools/cache.mts";
import { javaEnvironment, lackingForJava } from "../../tools/language.mts";
import { part } from "../../tools/part.mts";
import type { PartName } from "../../tools/source.mts";
import { firstProgram, pomOnSdk, pythonProject } from "../support/first-program.ts";
import { admin, hydra } from "../support/hydra.ts";
import { blocksIn } from "../support/markdown.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";
import { readYaml } from "../support/yaml.ts";

const release = inject("release");
if (!release) throw new Error("the project of this test makes no release");
const { url, version, path } = release;

/** The first command of the page, for this release. */
const oneLine = () => {
  const block = blocksIn("docs/languages.md").find(({ language }) => language === "sh");
  expect(block?.text).toContain(`hydra@${version} --server https:`);
  return (block?.text ?? "").replace(/https:\S+/, url);
};

interface Language {
  files: Readonly<Record<string, string>>;
  host: PartName;
  env?: Record<string, string>;
  lacks?: string | undefined;
}

const languages: Readonly<Record<string, Language>> = {
  YAML: { files: firstProgram.yaml, host: "pulumi-language-yaml" },
  Java: {
    files: { ...firstProgram.java, "pom.xml": pomOnSdk },
    host: "pulumi-language-java",
    env: javaEnvironment,
    lacks: lackingForJava(),
  },
  Python: {
    files: { ...firstProgram.python, "Pulumi.yaml": pythonProject("venv"), "requirements.txt": "pulumi>=3,<4\n" },
    host: "pulumi-language-python",
  },
  Go: { files: firstProgram.go, host: "pulumi-language-go", env: { GOWORK: "off", CGO_ENABLED: "0" } },
  "Node.js": {
    files: { ...firstProgram.nodejs, "package.json": '{ "dependencies": { "@pulumi/pulumi": "3.270.0" } }' },
    host: "pulumi-language-nodejs",
  },
};

describe.each(Object.entries(languages))("one command in a project in %s", (name, { files, host, env, lacks }) => {
  it("brings plugin and SDK, and `pulumi install` restores both in a fresh clone", async ({ skip }) => {
    skip(lacks !== undefined, lacks);
    const old = !["YAML", "Java"].includes(name) && (await part(host)).startsWith(cached());
    skip(old, `${host} as it can be built here generates no SDK; a regular Pulumi installation has one that does`);
    await using stack = await workspace({
      files,
      path,
      config: { "hydra:adminUrl": hydra.adminUrl },
      env: { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: undefined, ...env },
      timeoutMs: 500_000,
    });
    const succeed = async (commands: string) => {
      const { code, stdout, stderr } = await stack.shell(commands);
      expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    };
    await succeed(oneLine());
    expect(readYaml(await readFile(join(stack.folder, "Pulumi.yaml"), "utf8"))[0]).toMatchObject({
      packages: { hydra: { source: "hydra", version, pluginDownloadURL: url } },
    });
    const made = await stack.up();
    expect([errorsOf(made), made.operations]).toEqual([[], { "OAuth2Client one": "create" }]);
    const { id } = await stack.outputs();
    expect((await admin.get(`/admin/clients/${id}`)).body.client_name).toBe("One");

    // What a repository does not keep, and another machine does not have.
    const gone = ["sdks", "venv", "node_modules", "target", "../home/plugins", "../home/packages"];
    for (const folder of gone) await rm(join(stack.folder, folder), { recursive: true, force: true });
    await succeed("pulumi install");
    const again = await stack.preview();
    expect([errorsOf(again), again.operations]).toEqual([[], { "OAuth2Client one": "same" }]);
    expect((await stack.destroy()).operations).toEqual({ "OAuth2Client one": "delete" });
  });
});
